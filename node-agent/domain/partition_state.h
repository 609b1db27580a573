// What the agent knows of one partition: on disk (LocalState), and since this agent started
// (Session).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/time.h"
#include "common/model/assignment.h"
#include "node-agent/domain/apply_delta.h"

namespace foyer::agent {

// Journalled, before and after each step. Losing it costs time, never data: init and join are safe
// to repeat, and a running service whose role is unknown is asked (position hook) before anything
// is done to it.
struct LocalState {
    PartitionId partition;
    // Assignment::ordered_at of the order that what is here was made for, written before anything
    // is made. 0: not known (an older master's order, an older agent's journal, or a lost one).
    WallTime ordered_at;
    // init or join has succeeded: the volume holds a copy.
    bool initialized = false;
    // This journal was begun when there was no volume, so all that lies in one is the work of init
    // or join. False: the journal was lost, or is of an agent that did not note it; nobody knows
    // what lies in the volume.
    bool begun_empty = true;
    // This copy may have written as primary since it last joined or rejoined: it must not follow
    // anybody before `rejoin`. Written *before* the act that may make it primary. Absent: not known
    // (journal lost).
    std::optional<bool> led = false;
    // Its history is known to have left the leader's: rejoin even though it never led.
    bool diverged = false;
    // Newest fence ever obeyed; older orders are ignored.
    Fence fence;
    // Newest fence the service itself was brought to (started, reloaded, promoted, or killed at).
    Fence applied;
    // Fence at which this copy was last made primary by init or promote.
    Fence promoted;
    // Assignment::revision the service has taken up.
    Revision applied_revision;
    // CopyOrder::serial likewise, and the leader whose history this copy was last rewound to: of a
    // copy whose group elects.
    std::uint64_t applied_serial = 0;
    Fence rejoined;
    // Something of it may have been replaced by a rejoin that is not known to be finished.
    bool replacing = false;
    // shape_of the assignment the service was started with.
    std::string shape;
    // Not wanted any more, and since when.
    Removal removal = Removal::None;
    WallTime removed_at;
    friend bool operator==(const LocalState&, const LocalState&) = default;
};

enum class ServiceState { Absent, Running, Ended };

struct Health {
    bool healthy = false;
    bool ready = false;
    bool diverged = false;
    std::string detail;
    friend bool operator==(const Health&, const Health&) = default;
};

// What this life of the agent has told the group of a copy, and what it has still to tell.
struct CopyMemory {
    std::uint64_t prepared = 0;  // CopyOrder::serial of the last prepare
    std::uint64_t killed = 0;    // CopyOrder::kill that was carried out
    std::uint64_t fenced_told = 0;
    std::uint64_t cut_told = 0;
    std::uint64_t end_told = 0;
    std::uint64_t quorum_told = 0;
    std::optional<MonoTime> quorum_seen;  // since when the wished one is shown
    bool quorum_read = false;             // since the service took up what it shows
    std::uint64_t rejoined_told = 0;      // CopyOrder::serial: one that asks again is told again
    bool restarted = false;               // the leader's service ended, and the group is not told
    std::optional<MonoTime> ill_since;
    bool unreadable = false;  // the service could not be started: where its log ends is not known
    bool mute = false;        // it runs, and says nothing of data that may need what nobody has
    // Of a promotion that was carried out: its fence, once the log was seen to name it; and of one
    // that failed, if the group is not told yet.
    std::optional<Fence> promotion_seen, promotion_failed;
    friend bool operator==(const CopyMemory&, const CopyMemory&) = default;
};

// Who must acknowledge a write, as the service says itself.
struct ShownQuorum {
    std::vector<std::string> names;
    int copies = 1;
    friend bool operator==(const ShownQuorum&, const ShownQuorum&) = default;
};

// Where the secrets of a copy are. They were only in memory, and its box may have restarted.
enum class SecretsState {
    Known,       // here
    WithGroup,   // the master has them, and other members of the group
    WithMaster,  // nobody else is given them
    LostByAll,   // the other members restarted, too
};

// That the host of this box refuses the copy (HostRefusals): nothing of it is begun here. What is
// here already is served until it is wanted no more, unless he wants it stopped at once.
struct Refused {
    std::string reason = {};  // "takes no tenants of RU", after "its host"; empty: he does not
    bool now = false;
    friend bool operator==(const Refused&, const Refused&) = default;
};

// In memory: gone with the agent, learnt again by looking.
struct Session {
    ServiceState service = ServiceState::Absent;
    bool image_ready = false;
    Revision prepared;  // Assignment::revision of the last prepare of this session
    SecretsState secrets = SecretsState::Known;
    bool paused = false;  // its host wants nothing to run here
    Refused refused;
    MonoTime may_tell_until;  // of a pause that began with a service: where its log ends, first
    int failures = 0;         // in a row
    bool not_yet = false;     // the last failure was a hook saying "not yet" (75)
    MonoTime not_before;      // after a failure: wait until then
    std::string reason;       // of the last failure, or why we wait
    MonoTime next_probe;      // when to ask the service next
    MonoTime next_health;     // of a copy whose group elects: when to ask for its health, too
    std::optional<MonoTime> health_due;  // since when, and not asked yet
    std::optional<Health> health;
    std::optional<MonoTime> diverged_since;
    std::optional<Position> position;
    std::vector<FollowerView> followers;
    std::optional<ShownQuorum> quorum;
    CopyMemory copy;
};

// Nothing in the volume can be missed: the service has never run on it, and what init or join began
// they can begin again. Everything else in a volume is somebody's data.
bool may_begin_anew(const LocalState& local);

// What is here was made for an order that is not the wished one: another customer's data under the
// same name, or what was let go of and is not erased yet. Nothing of it may reach the new one.
bool is_leftover(const Assignment& desired, const LocalState& local);

// How the reason of an observation begins when the box refuses a copy.
inline constexpr std::string_view refused_by_host = "refused_by_host: ";
// Its host wants nothing of this copy to run here: why, for people. Empty: he does not mind.
std::string kept_still(const Assignment* desired, const LocalState& local, const Session& session);
// The same, because he refuses it.
bool is_kept_out(const Assignment* desired, const LocalState& local, const Refused& refused);

// Text that changes exactly when the service must be restarted to take the assignment up: release,
// size, parameters, name.
std::string shape_of(const Assignment& assignment);

}  // namespace foyer::agent
