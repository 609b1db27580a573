// What a voter may grant, accept and promise: sections 3 and 5.5, as questions without effects.
//
//  Quiet (restart) ──t_max + slack──► Free ──vote, accept, renewal──► Promised(holder)
//                                      ▲────────t + slack, or resign────────┘
//  In Quiet and Promised: yes to the holder, no to others. Retired: no to all, for good.
#pragma once

#include <optional>
#include <string_view>

#include "common/leadership/durable.h"

namespace foyer::leadership {

// "For t from now I elect nobody but the holder of my epoch." Times of the voter's own clock.
struct Promise {
    MonoTime until;
    bool released = false;  // the holder resigned: stays so for this holder
    MonoTime quiet_until;   // after a restart
    // After a restart: enough members answered what they had seen of this voter.
    bool remembered = true;
};

enum class Reason {
    None,  // granted
    OtherGeneration,
    NotMember,
    InvalidRecord,
    OlderRecord,
    OlderEpoch,
    VotedAlready,
    Promised,
    Quiet,
    Leads,
    Retired,
    NotInSync,  // the candidate is not in S of the newer of the two records
    Silent,     // this voter is in S and cannot tell its position
    Ahead,      // this voter's log is
    StaleEcho,
    NotHolder,
    Busy,  // its receiver is being stopped for another request
};
std::string_view to_text(Reason reason);

struct VoterView {
    const Durable& durable;
    const Promise& promise;
    ReplicaIndex self;
    bool leads = false;                   // Leader, Resuming or Fencing
    std::optional<LogPosition> position;  // none: cannot be read
};

struct Candidacy {
    ReplicaIndex candidate;
    const Record& record;
    LogPosition position;
    Epoch epoch;
};

// Nobody else could lead by a promise of this voter: it is over, released, or `who`'s own.
bool may_promise(const VoterView& voter, ReplicaIndex who, MonoTime now);

// The same rules for the question and for the vote; a question binds to no epoch.
Reason judge_prevote(const VoterView& voter, const Candidacy& asked, MonoTime now);
Reason judge_vote(const VoterView& voter, const Candidacy& asked, MonoTime now);

// `sender` writes `record`.
Reason judge_write(const VoterView& voter, ReplicaIndex sender, const Record& record);

// The durable state after a grant, or after holding a record. t_max falls only with a vote for a
// new epoch while no other promise is alive.
Durable after_vote(const VoterView& voter, const Candidacy& asked, MonoTime now);
Durable after_holding(Durable durable, const Record& record);

// `t` promised at `now` to the holder of the epoch.
Promise after_promise(Promise promise, Duration t, Duration slack, MonoTime now);

}  // namespace foyer::leadership
