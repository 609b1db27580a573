#include "master/domain/durability.h"

#include <algorithm>

#include "master/domain/electing.h"
#include "master/domain/group.h"

namespace foyer::master {
namespace {

std::string number(std::int64_t value) { return std::to_string(value); }

struct Standing {
    int ordered = 0;
    int live = 0;                     // the one that serves, and those that it streams to
    int needed = 1;                   // by a write, now
    std::optional<std::int64_t> lag;  // of the nearest of them
};

bool is_live(const State& state, const Replica& replica) {
    return !is_unreachable(state, replica) && replica.observed.phase == PartitionPhase::Running;
}

Standing standing_of(const State& state, const Group& group, bool serves) {
    const Instance& instance = group.instance;
    Standing now;
    now.ordered = instance.policy.replicas;
    now.needed = group.copies();
    if (const auto record = committed_record(instance)) now.needed = record->k;
    for (const Replica& replica : group.replicas) {
        if (replica.kind != ReplicaKind::Data || replica.membership != Membership::Member) continue;
        if (!serves) {
            now.live += is_live(state, replica) ? 1 : 0;
            continue;
        }
        if (replica.key.index == instance.leader) {
            ++now.live;
            continue;
        }
        const auto follower = follower_view(state, instance, replica);
        if (!follower || follower->state != "streaming" || is_unreachable(state, replica)) continue;
        ++now.live;
        now.lag = std::min(now.lag.value_or(follower->lag_bytes), follower->lag_bytes);
    }
    return now;
}

std::string of_asynchronous(const Standing& now, const std::string& live) {
    if (!now.lag)
        return live +
               "; asynchronous, and no other copy follows: a takeover now would lose every "
               "write since the last one that did";
    return live + "; asynchronous: a takeover now would lose the newest " + number(*now.lag) +
           " bytes of the log, which the nearest copy lacks";
}

std::string of_synchronous(const Standing& now, const ReplicationPolicy& policy,
                           const std::string& live) {
    const int ordered = acknowledging_copies(policy);
    if (now.needed < ordered)
        return "serves with fewer copies than ordered: " + live + ", a write needs " +
               number(now.needed) + " instead of " + number(ordered) +
               "; what is written now is lost with the last of them";
    if (now.live >= now.needed) return live + "; a write needs " + number(now.needed);
    switch (policy.short_of_copies) {
        case ShortOfCopies::StopWrites:
            return live + ": writes stopped as ordered, until another copy is back";
        case ShortOfCopies::GoOn:
            return live + ": writes wait until the group goes on with fewer copies, as ordered";
    }
    CHECK(false);
}

int majority_of(const ReplicationPolicy& policy) { return policy.replicas / 2 + 1; }

// So many have to tell how far they got that one of them holds whatever two copies acknowledged
// (common/docs/leadership.md 5.5). An asynchronous order asks for no more than a majority.
int electors_of(const ReplicationPolicy& policy) {
    constexpr int held_by = 2;
    if (policy.mode == ReplicationMode::Asynchronous) return majority_of(policy);
    return std::max(majority_of(policy), policy.replicas - held_by + 1);
}

std::string patience_text(Patience patience) {
    const std::string quick =
        "when the home that serves falls silent for 7 s, another takes over and serves some 2 s "
        "later; a line that resets for longer than some 5 s costs such a takeover each time";
    switch (patience) {
        case Patience::Quick: return quick;
        case Patience::Patient:
            return "when the home that serves falls silent for 20 s, another takes over and serves "
                   "some 2 s later; a line that resets for less than some 18 s costs a wait, and "
                   "no "
                   "takeover";
        case Patience::Measured:
            return quick +
                   ", until that happened twice within a week: then 20 s of silence are waited "
                   "for, "
                   "for 90 days";
    }
    CHECK(false);
}

}  // namespace

std::vector<std::string> promises_of(const ReplicationPolicy& policy, bool elects) {
    std::vector<std::string> promises;
    const std::string apart = policy.allow_same_isp ? "in two homes" : "at two network operators";
    const std::string domain = policy.allow_same_isp ? "one home" : "one home or network operator";
    if (policy.mode == ReplicationMode::Asynchronous) {
        promises.push_back(
            "asynchronous: a write is acknowledged when the active copy holds it, and the others "
            "follow. A takeover loses what they lack then (RPO: the measured lag, which `foyer "
            "instance show` tells); a planned hand-over loses nothing");
    } else if (policy.replicas < 2) {
        promises.push_back("one copy: what is written is lost with its home");
    } else {
        promises.push_back("synchronous: a write is acknowledged when 2 copies hold it, " + apart +
                           "; nothing acknowledged is lost with " + domain + " (RPO 0)");
        promises.push_back(policy.short_of_copies == ShortOfCopies::StopWrites
                               ? "when only 1 copy lives, writes stop until another one is back: "
                                 "nothing is acknowledged that a single copy holds"
                               : "when only 1 copy lives, it goes on with that one, and says so: "
                                 "what is written then is lost with it, until another copy has "
                                 "caught up");
    }
    if (elects)
        promises.push_back("whatever the mode: while no " + number(majority_of(policy)) +
                           " of its " + number(policy.replicas) +
                           " homes reach each other, nobody serves");
    if (elects) promises.push_back(patience_text(policy.patience));
    if (elects && electors_of(policy) > majority_of(policy))
        promises.push_back("when the home that serves is lost, another takes over while " +
                           number(electors_of(policy)) + " of the " + number(policy.replicas) +
                           " are there; with fewer it waits for one of them, so that nothing "
                           "acknowledged is lost. Where two are lost one after the other it has "
                           "gone on without the first by then");
    return promises;
}

std::string durability(const State& state, const Instance& instance) {
    if (instance.desired != DesiredState::Running || !instance.served) return {};
    const Group group(state, instance);
    const bool serves = group.is_serving();
    const Standing now = standing_of(state, group, serves);
    const std::string live = number(now.live) + " of " + number(now.ordered) + " copies live";
    if (!serves) return live + "; nobody serves";
    if (instance.policy.mode == ReplicationMode::Asynchronous) return of_asynchronous(now, live);
    return of_synchronous(now, instance.policy, live);
}

}  // namespace foyer::master
