// Leading, in step(): renewals, the lease, the one open record, and how it ends. Sections 6 and 7.
#include <algorithm>

#include "common/leadership/turn.h"

namespace foyer::leadership {
namespace {

const Record& lease_record(const State& state) {
    const Leading& leading = state.leading;
    if (state.role == Role::Resuming) return *state.durable.record;
    return leading.committed ? *leading.committed : leading.elected_with;
}

std::optional<MonoTime> counted_lease(const State& state, MonoTime now) {
    const Record& record = lease_record(state);
    PromisedUntil promised{{state.identity.self, now + record.promise}};
    for (const auto& [index, peer] : state.peers)
        if (peer.promised_until && index != state.identity.self)
            promised[index] = *peer.promised_until;
    return lease_until(record, promised, state.timing.margin);
}

// Each second, and all the time in between while it is not answered: a line that was quiet for
// nearly the whole lease has only moments left to be heard on.
void schedule_renewal(Peer& peer, const Timing& timing, MonoTime now) {
    if (peer.renew_tries == 0) peer.renew_round = now;
    ++peer.renew_tries;
    if (peer.renew_tries < timing.renewal / timing.renewal_again) {
        peer.next_renew = peer.renew_round + timing.renewal_again * peer.renew_tries;
    } else {
        peer.renew_tries = 0;
        peer.next_renew = peer.renew_round + timing.renewal;
    }
}

void send_renewals(Turn& turn) {
    State& state = turn.state;
    const Ballot committed = state.leading.committed ? state.leading.committed->ballot : Ballot{};
    for (const ReplicaIndex index : others(*state.durable.record, state.identity.self)) {
        Peer& peer = state.peers[index];
        if (turn.now < peer.next_renew) continue;
        schedule_renewal(peer, state.timing, turn.now);
        send(turn, index, Renew{state.durable.epoch, committed, chain_tip(state.disk)}, 0, true);
    }
}

void send_writes(Turn& turn) {
    State& state = turn.state;
    const Record& record = *state.durable.record;
    for (const ReplicaIndex index : others(record, state.identity.self)) {
        Peer& peer = state.peers[index];
        if (peer.accepted == record.ballot || turn.now < peer.next_write) continue;
        peer.next_write = turn.now + state.timing.round_again;
        send(turn, index, Write{record}, state.leading.record_version, true);
    }
}

void forget_promises(State& state, MonoTime now) {
    for (auto& [index, peer] : state.peers) {
        peer.accepted = {};
        peer.next_renew = now;
        peer.renew_tries = 0;
        peer.next_write = now;
    }
}

void check_health(Turn& turn) {
    State& state = turn.state;
    if (is_clock_wrong(state.clocks, state.timing)) {
        state.health.clock_wrong_at = turn.now;
        return start_fencing(turn, std::nullopt, LeadershipEndReason::ClockWrong);
    }
    switch (judge_health(state.health, state.timing, turn.now)) {
        case HealthVerdict::Well: return;
        case HealthVerdict::Stays:
            if (!state.health.told) report(turn, "ill, but it resigned twice this hour: it stays");
            state.health.told = true;
            return;
        case HealthVerdict::Resign:
            state.health = after_health_resignation(state.health, state.timing, turn.now);
            return start_fencing(turn, std::nullopt, LeadershipEndReason::Ill);
    }
}

void resume(Turn& turn) {
    State& state = turn.state;
    const auto lease = counted_lease(state, turn.now);
    if (!lease || *lease < turn.now + state.timing.elected_left) return;
    const Record own = *state.durable.record;
    move_to(turn, Role::Leader);
    Leading& leading = state.leading;
    leading = {};
    leading.elected_with = own;
    leading.elected_at = turn.now;
    // The same record at its ballot: what is committed is known only when it is accepted again.
    leading.open_record = true;
    leading.record_version = 0;
    for (auto& [index, peer] : state.peers) peer.accepted = {};
    refresh_lease(turn);
    send_writes(turn);
}

}  // namespace

void become_leader(Turn& turn, const Record& elected_with) {
    State& state = turn.state;
    const Epoch epoch = state.round.epoch;
    const LogPosition start = state.round.position;
    move_to(turn, Role::Leader);
    state.round = {};
    state.leading = {};
    state.leading.elected_with = elected_with;
    state.leading.elected_at = turn.now;
    for (const ReplicaIndex index : elected_with.in_sync)
        state.leading.streaming[index].away_since = turn.now;
    forget_promises(state, turn.now);
    refresh_lease(turn);
    write_record(turn, first_write(elected_with, epoch, state.identity.self, start));
}

void start_fencing(Turn& turn, std::optional<ReplicaIndex> hand_to, LeadershipEndReason why) {
    State& state = turn.state;
    move_to(turn, Role::Fencing);
    if (state.leading.promote_asked) state.data.led = true;
    state.data.stopped = false;
    state.leading = {};
    state.hand_to = hand_to;
    state.fenced_for = why;
    state.health.promoting.reset();
    state.health.opened_at.reset();
    for (auto& [index, peer] : state.peers) peer.promised_until.reset();
    turn.effects.push_back(Clients{Gate::Closed});
    turn.effects.push_back(KillService{state.durable.epoch});
    report(turn, "fences itself: " + std::string(to_text(why)));
}

void on_fenced(Turn& turn, const Fenced& fact) {
    State& state = turn.state;
    if (state.role != Role::Fencing || fact.epoch != state.durable.epoch) return;
    move_to(turn, Role::Follower);
    Duration pause = spread(state.timing.next_try_min, state.timing.next_try_max, turn.jitter);
    if (state.hand_to) pause += state.timing.round_max;
    state.stand_at = turn.now + pause;
    resign(turn, state.durable.epoch, std::exchange(state.hand_to, std::nullopt));
    // Nothing runs any more; where the log ends is asked anew.
    state.data.cutting = true;
    turn.effects.push_back(Cut{});
}

void tick_leader(Turn& turn) {
    State& state = turn.state;
    if (state.role == Role::Resuming) {
        if (turn.now >= state.resume_until)
            return start_fencing(turn, std::nullopt, LeadershipEndReason::NotResumed);
        resume(turn);
        return send_renewals(turn);
    }
    if (state.durable.retired)
        return start_fencing(turn, std::nullopt, LeadershipEndReason::Retired);
    check_health(turn);
    if (state.role != Role::Leader) return;
    check_committed(turn);  // a group of one hears no answers
    refresh_lease(turn);
    link_committed(turn);
    send_renewals(turn);
    send_writes(turn);
    send_announcements(turn);
}

void count_promise(Turn& turn, ReplicaIndex who, MonoTime sent, Duration promised) {
    if (promised <= Duration(0)) return;
    auto& until = turn.state.peers[who].promised_until;
    // From the send: the voter's wait began later than that.
    until = std::max(until.value_or(MonoTime{}), sent + promised);
}

void refresh_lease(Turn& turn) {
    State& state = turn.state;
    if (state.role != Role::Leader) return;
    const auto lease = counted_lease(state, turn.now);
    // A configuration just committed whose quorum promised nothing: the lease is over.
    const MonoTime until = lease.value_or(turn.now);
    if (until == state.leading.lease_until) return;
    state.leading.lease_until = until;
    turn.effects.push_back(Lease{until});
}

void on_renew_answer(Turn& turn, const Message& message, const RenewAnswer& body,
                     const Asked& asked) {
    State& state = turn.state;
    if (state.role != Role::Leader && state.role != Role::Resuming) return;
    if (message.envelope.epoch > state.durable.epoch)
        return start_fencing(turn, std::nullopt, LeadershipEndReason::Superseded);
    if (body.epoch != state.durable.epoch) return;
    Peer& peer = state.peers[message.envelope.from];
    peer.chain_tip = body.chain_tip;
    take_links(turn, body.chain);
    if (body.reason == Reason::None) {
        count_promise(turn, message.envelope.from, asked.sent, body.promised);
        peer.renew_tries = 0;
        peer.next_renew = peer.renew_round + state.timing.renewal;
    } else if (body.reason == Reason::StaleEcho) {
        // It has heard us now, and we it: the next one will be believed.
        peer.renew_tries = 0;
        peer.next_renew = std::max(turn.now, asked.sent + state.timing.renewal_stale);
    }
    if (state.role == Role::Resuming)
        resume(turn);
    else
        refresh_lease(turn);
}

void on_write_answer(Turn& turn, const Message& message, const WriteAnswer& body,
                     const Asked& asked) {
    State& state = turn.state;
    if (state.role != Role::Leader) {
        if (body.record) learn(turn, *body.record);
        return;
    }
    if (message.envelope.epoch > state.durable.epoch)
        return start_fencing(turn, std::nullopt, LeadershipEndReason::Superseded);
    if (body.reason != Reason::None) {
        if (body.record) learn(turn, *body.record);
        return;
    }
    if (fence_of(body.ballot) != own_fence(state)) return;
    if (!is_good_accept(state, message.envelope.from, body)) return;
    state.leading.accepts[message.envelope.from] = body.signature;
    Peer& peer = state.peers[message.envelope.from];
    peer.accepted = std::max(peer.accepted, body.ballot);
    count_promise(turn, message.envelope.from, asked.sent, body.promised);
    check_committed(turn);
    refresh_lease(turn);
}

void write_record(Turn& turn, Record record) {
    State& state = turn.state;
    CHECK(!state.leading.open_record);
    const Record& before = *state.durable.record;
    if (state.hash != nullptr &&
        (record.members != before.members || record.old_members != before.old_members))
        record.config_hash = config_hash(before.config_hash, record, state.hash);
    state.durable = after_holding(state.durable, record);
    persist(turn);
    state.leading.open_record = true;
    state.leading.accepts.clear();
    state.leading.record_version = state.version;
    for (auto& [index, peer] : state.peers) peer.next_write = turn.now;
    send_writes(turn);
}

void check_committed(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    if (state.role != Role::Leader || !leading.open_record) return;
    const Record& record = *state.durable.record;
    IndexSet accepted;
    if (state.disk.record && state.disk.record->ballot == record.ballot)
        accepted.insert(state.identity.self);
    for (const auto& [index, peer] : state.peers)
        if (peer.accepted == record.ballot) accepted.insert(index);
    if (!is_quorum(record, accepted)) return;
    leading.committed = record;
    leading.open_record = false;
    // Told with the next renewals: followers act on what is committed.
    for (auto& [index, peer] : state.peers) {
        peer.renew_tries = 0;
        peer.next_renew = turn.now;
    }
    refresh_lease(turn);
    link_committed(turn);
    if (leading.published) return;
    leading.published = true;
    publish(turn);
}

}  // namespace foyer::leadership
