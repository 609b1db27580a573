// Hosts who ask to be taken in from a box that has no token, and what an operator says.
//
//              approve ──► approved ──box enrols──► a node like any other
//   apply ──► open ──reject──► rejected ──approve──► approved
//              ├──withdraw──► withdrawn
//              └──nobody decides──► lapsed
//
// Anybody may apply, so everything here is bounded: what is said, how many wait, how many came
// today, how long a row lives. The box keeps a secret; its hash becomes that of the one-time token
// when an operator approves, and only the key that applied may use it.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/domain/rows.h"

namespace foyer::master {

class Draft;
class State;

using ApplicationId = Id<struct ApplicationIdTag>;

enum class ApplicationState { Open, Approved, Rejected, Withdrawn, Lapsed };
inline constexpr std::array all_application_states{
    ApplicationState::Open, ApplicationState::Approved, ApplicationState::Rejected,
    ApplicationState::Withdrawn, ApplicationState::Lapsed};
std::string_view to_text(ApplicationState state);  // "open", "approved", …
std::optional<ApplicationState> application_state_from(std::string_view text);

// One line of what `foyer-node check` found. The box says so; nobody has verified it.
struct CheckFinding {
    std::string subject;
    std::string value;
    std::string verdict;  // "good", "poor", "bad", "unknown"
    std::string reason;   // may be empty
    friend bool operator==(const CheckFinding&, const CheckFinding&) = default;
};

struct Application {
    ApplicationId id;
    ApplicationState state = ApplicationState::Open;
    std::string key_fingerprint;  // SHA-256 of the box's public key (SPKI), hex
    std::string secret_hash;      // SHA-256 of its secret, hex
    std::string source_hash;      // of where it came from, for a day; then empty
    SiteId site;
    IspId isp;  // by the host's word: the register need not know it
    CountryCode country;
    std::string plan;     // of the ISP's; may be empty
    std::string contact;  // name@host; empty: erased
    std::string message;  // to the operator; may be empty
    Resources offered;
    std::string agent_version;
    std::vector<CheckFinding> findings;
    std::optional<AutonomousSystem> line;  // of the address it came from; absent: not known
    std::string reason;                    // of a rejection; may be empty
    NodeId node;                           // exactly when approved; it may be gone since
    WallTime created_at;
    std::optional<WallTime> ended_at;   // exactly when not open; approved anew, it is that time
    std::optional<WallTime> erased_at;  // what is personal is gone
    Revision revision;
    friend bool operator==(const Application&, const Application&) = default;
};

// Fields of the row that say what is asked for; the others are set by the decision.
struct SendApplication {
    Application application;
};

struct WithdrawApplication {
    std::string secret_hash;
};

struct ApproveApplication {
    ApplicationId id;
    SiteId site = {};  // empty: as it was asked for
    IspId isp = {};    // likewise
    HostId host = {};  // empty: a new one of the site's name
    HostClass host_class = HostClass::Open;
    Duration valid{0};  // for so long the box may enrol; 0: the longest
};

struct RejectApplication {
    ApplicationId id;
    std::string reason;
};

struct DropApplication {
    ApplicationId id;
    friend bool operator==(const DropApplication&, const DropApplication&) = default;
};

inline constexpr std::size_t application_plan_bytes_max = 100;
inline constexpr std::size_t application_message_bytes_max = 500;
inline constexpr std::size_t application_reason_bytes_max = 500;
inline constexpr std::size_t check_findings_max = 40;
inline constexpr std::size_t check_subject_bytes_max = 40;
inline constexpr std::size_t check_verdict_bytes_max = 10;
inline constexpr std::size_t check_value_bytes_max = 200;
inline constexpr std::size_t check_reason_bytes_max = 300;

// The newest with this secret; nullptr: there is none, or it is forgotten.
const Application* find_application_of(const State& state, std::string_view secret_hash);

// Until when an open one waits, or the box of an approved one may enrol. Absent: neither.
std::optional<WallTime> until_of(const State& state, const Application& row);

// What an operator should look at before he approves: the ISP and its terms, the line. In words.
std::vector<std::string> remarks_on(const State& state, const Application& row);

// A token that came of an application is good for the box that applied alone. Unauthenticated.
Status check_applicant(const State& state, const Node& node, std::string_view key_fingerprint);

// What one round of forgetting does to a row, if anything is due: it lapses, what is personal is
// erased, it goes.
bool is_due(const State& state, const Application& row, WallTime now);
void forget_part(const Application& row, Draft& draft);

}  // namespace foyer::master
