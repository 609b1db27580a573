// A box without a token asks to be taken in, asks what became of that, takes it back.
//
// Its secret comes of its own key, so that the same key is the same application, however often the
// host repeats himself. Once an operator approves, the secret is the box's one-time token.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/assignment.h"
#include "node-agent/link/identity.h"

namespace foyer::agent {

// What the box remembers of its application.
struct Applied {
    std::string master;     // "host:port"
    std::string ca_sha256;  // of the CA it must present, hex
    std::string site;
    Resources offered;
    friend bool operator==(const Applied&, const Applied&) = default;
};

struct SaidFinding {
    std::string subject;
    std::string value;
    std::string verdict;
    std::string reason;
};

struct ApplicationOrder {
    Applied applied;
    std::string isp;
    std::string country;
    std::string plan;
    std::string contact;
    std::string message;
    std::vector<SaidFinding> findings;  // empty: the host keeps them to himself
    std::string agent_version;
};

enum class ApplicationFate { Open, Approved, Rejected, Withdrawn, Lapsed };

struct ApplicationAnswer {
    std::string id;
    ApplicationFate fate = ApplicationFate::Open;
    std::string site;
    std::string reason;  // of a rejection; may be empty
    std::string node;    // of an approval
    WallTime applied_at;
    std::optional<WallTime> until;  // open: it lapses then; approved: the box may enrol until then
    Duration ask_again{30'000};
};

// Messages are for the host's eyes.
//   AlreadyExists  the folder holds an identity already, or the site's name is taken
Result<ApplicationAnswer> send_application(const ApplicationOrder& order,
                                           const IdentityFolder& folder, const Clock& clock);

// NotFound: this box has not applied, or the master has forgotten it.
Result<ApplicationAnswer> ask_application(const IdentityFolder& folder, const Clock& clock);
Result<ApplicationAnswer> withdraw_application(const IdentityFolder& folder, const Clock& clock);

// NotFound: this box has not applied.
Result<Applied> load_application(const IdentityFolder& folder);
// What an approved box enrols with: the text of a token.
Result<std::string> token_of_application(const IdentityFolder& folder);
// Missing is fine.
Status forget_application(const IdentityFolder& folder);

}  // namespace foyer::agent
