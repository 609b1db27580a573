#include "common/leadership/voter.h"

#include <algorithm>

namespace foyer::leadership {
namespace {

// What does not depend on the epoch.
Reason judge_candidate(const VoterView& voter, const Candidacy& asked, MonoTime now) {
    const Durable& mine = voter.durable;
    if (mine.retired) return Reason::Retired;
    if (voter.leads) return Reason::Leads;
    if (!check_valid(asked.record).ok()) return Reason::InvalidRecord;
    if (!names(asked.record, voter.self, mine.incarnation)) return Reason::NotMember;
    if (asked.record.ballot < ballot_of(mine)) return Reason::OlderRecord;
    if (!in_sync(asked.record, asked.candidate)) return Reason::NotInSync;
    if (!voter.promise.remembered) return Reason::Quiet;
    if (!may_promise(voter, asked.candidate, now)) return Reason::Promised;
    if (!in_sync(asked.record, voter.self)) return Reason::None;
    if (mine.rejoining) {
        const auto& base = mine.rejoin_base;
        return base && contains_base(asked.position, *base) ? Reason::None : Reason::Silent;
    }
    if (!voter.position) return Reason::Silent;
    if (*voter.position > asked.position) return Reason::Ahead;
    return Reason::None;
}

}  // namespace

std::string_view to_text(Reason reason) {
    switch (reason) {
        case Reason::None: return "granted";
        case Reason::OtherGeneration: return "other_generation";
        case Reason::NotMember: return "not_member";
        case Reason::InvalidRecord: return "invalid_record";
        case Reason::OlderRecord: return "older_record";
        case Reason::OlderEpoch: return "older_epoch";
        case Reason::VotedAlready: return "voted_already";
        case Reason::Promised: return "promised";
        case Reason::Quiet: return "quiet";
        case Reason::Leads: return "leads";
        case Reason::Retired: return "retired";
        case Reason::NotInSync: return "not_in_sync";
        case Reason::Silent: return "silent";
        case Reason::Ahead: return "ahead";
        case Reason::StaleEcho: return "stale_echo";
        case Reason::NotHolder: return "not_holder";
        case Reason::Busy: return "busy";
    }
    CHECK(false);
}

bool may_promise(const VoterView& voter, ReplicaIndex who, MonoTime now) {
    if (holder(voter.durable) == who) return true;
    if (voter.promise.quiet_until > now) return false;
    return voter.promise.released || voter.promise.until <= now;
}

Reason judge_prevote(const VoterView& voter, const Candidacy& asked, MonoTime now) {
    return judge_candidate(voter, asked, now);
}

Reason judge_vote(const VoterView& voter, const Candidacy& asked, MonoTime now) {
    const Durable& mine = voter.durable;
    if (asked.epoch < mine.epoch) return Reason::OlderEpoch;
    if (asked.epoch == mine.epoch &&
        (mine.voted_for != asked.candidate || holder(mine) != asked.candidate))
        return Reason::VotedAlready;
    return judge_candidate(voter, asked, now);
}

Reason judge_write(const VoterView& voter, ReplicaIndex sender, const Record& record) {
    const Durable& mine = voter.durable;
    if (mine.retired) return Reason::Retired;
    if (!check_valid(record).ok()) return Reason::InvalidRecord;
    if (record.leader != sender) return Reason::NotHolder;
    if (!names(record, voter.self, mine.incarnation)) return Reason::NotMember;
    if (record.ballot.epoch < mine.epoch) return Reason::OlderEpoch;
    if (record.ballot < ballot_of(mine)) return Reason::OlderRecord;
    if (record.ballot == ballot_of(mine) && record != *mine.record) return Reason::InvalidRecord;
    return Reason::None;
}

Durable after_vote(const VoterView& voter, const Candidacy& asked, MonoTime now) {
    Durable next = voter.durable;
    const Promise& promise = voter.promise;
    const bool alive = promise.quiet_until > now || (promise.until > now && !promise.released);
    next.t_max = std::max(alive ? next.t_max : Duration(0), asked.record.promise);
    next.generation = asked.record.ballot.generation;
    next.epoch = asked.epoch;
    next.voted_for = asked.candidate;
    next.record = asked.record;
    return next;
}

Durable after_holding(Durable durable, const Record& record) {
    if (record.ballot.epoch > durable.epoch) {
        durable.epoch = record.ballot.epoch;
        durable.voted_for = record.leader;
    }
    durable.generation = record.ballot.generation;
    durable.t_max = std::max(durable.t_max, record.promise);
    durable.record = record;
    return durable;
}

Promise after_promise(Promise promise, Duration t, Duration slack, MonoTime now) {
    const MonoTime end = now + t + slack;
    promise.until = promise.released ? end : std::max(promise.until, end);
    promise.released = false;
    return promise;
}

}  // namespace foyer::leadership
