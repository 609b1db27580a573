// Standing and being elected, in step(): section 5. And how a resignation is told.
#include <algorithm>

#include "common/leadership/turn.h"

namespace foyer::leadership {
namespace {

// Nobody else of S was heard for the length of a promise.
bool is_alone(const State& state, const Record& record, MonoTime now) {
    return std::ranges::none_of(record.in_sync, [&](ReplicaIndex index) {
        const auto peer = state.peers.find(index);
        return peer != state.peers.end() && peer->second.heard &&
               now - *peer->second.heard < record.promise;
    });
}

bool may_stand(const State& state, MonoTime now) {
    const auto& record = state.durable.record;
    if (!record || state.durable.retired || state.durable.rejoining) return false;
    if (state.host_paused) return false;
    const ReplicaIndex self = state.identity.self;
    const MemberEntry* entry = find_entry(*record, self);
    if (entry == nullptr || !is_member(*record, self) || !in_sync(*record, self)) return false;
    if (!entry->may_lead || entry->incarnation != state.durable.incarnation) return false;
    if (record->desired == DesiredState::Deleted || state.generation) return false;
    if (!state.data.position || state.data.cutting || !state.promise.remembered) return false;
    if (!is_eligible(state.health, is_alone(state, *record, now), state.timing, now)) return false;
    return may_promise(voter_view(state), self, now);
}

void ask_all(Turn& turn) {
    State& state = turn.state;
    Round& round = state.round;
    const Record& record = *state.durable.record;
    for (const ReplicaIndex index : others(record, state.identity.self)) {
        if (state.role == Role::PreCandidate) {
            if (round.granted.contains(index)) continue;
            send(turn, index, Prevote{record, round.position, round.epoch}, 0, true);
        } else {
            // Again to those who granted: a vote of some seconds ago gives a short lease.
            send(turn, index, Vote{record, round.position, round.epoch}, round.vote_version, true);
        }
    }
    const bool first = turn.now == round.began;
    round.next_ask = turn.now + (first ? state.timing.round_again / 2 : state.timing.round_again);
}

void start_candidacy(Turn& turn) {
    State& state = turn.state;
    move_to(turn, Role::Candidate);
    state.round = {};
    state.round.epoch = std::max(state.durable.epoch, state.seen_epoch).next();
    state.round.began = turn.now;
    if (state.data.stopped) return on_own_cut(turn);
    state.data.following.reset();
    state.data.rejoin_asked.reset();
    state.data.cutting = true;
    turn.effects.push_back(Cut{});
}

void check_prevotes(Turn& turn) {
    State& state = turn.state;
    if (state.role == Role::PreCandidate && is_enough(*state.durable.record, state.round.granted))
        start_candidacy(turn);
}

void start_prevote(Turn& turn) {
    State& state = turn.state;
    move_to(turn, Role::PreCandidate);
    state.preferred = false;
    state.round = {};
    state.round.epoch = std::max(state.durable.epoch, state.seen_epoch).next();
    state.round.position = *state.data.position;
    state.round.began = turn.now;
    state.round.granted.insert(state.identity.self);
    ask_all(turn);
    check_prevotes(turn);
}

void warm(Turn& turn) {
    State& state = turn.state;
    const auto& record = state.durable.record;
    if (state.warmed || state.host_paused || !record || !in_sync(*record, state.identity.self))
        return;
    if (state.promise.until <= turn.now ||
        state.promise.until - turn.now > state.timing.warm_before)
        return;
    state.warmed = true;
    turn.effects.push_back(Warm{});
}

}  // namespace

void tick_follower(Turn& turn) {
    State& state = turn.state;
    warm(turn);
    if (is_clock_wrong(state.clocks, state.timing)) state.health.clock_wrong_at = turn.now;
    if (state.durable.rejoining && is_promise_over(state, turn.now)) stop_rejoin(turn);
    if (!may_stand(state, turn.now)) {
        state.stand_at.reset();
        return;
    }
    if (state.preferred) state.stand_at = turn.now;
    if (!state.stand_at)
        state.stand_at = turn.now + candidate_delay(*state.durable.record, state.identity.self,
                                                    state.timing, turn.jitter);
    if (turn.now >= *state.stand_at) start_prevote(turn);
}

void tick_round(Turn& turn) {
    State& state = turn.state;
    Round& round = state.round;
    const bool candidate = state.role == Role::Candidate;
    const Duration most = candidate ? state.timing.round_max : state.timing.prevote_max;
    // A candidate's own cut and its disk take as long as they take. To begin again would not make
    // them faster, and it would follow its old leader between, only to be cut once more.
    if (candidate && !round.asks_since) return;
    if (turn.now - (candidate ? *round.asks_since : round.began) >= most)
        return abandon_round(turn);
    if (turn.now >= round.next_ask) ask_all(turn);
    check_elected(turn);
}

void on_prevote_answer(Turn& turn, const Message& message, const PrevoteAnswer& body) {
    State& state = turn.state;
    if (state.role == Role::PreCandidate && body.reason == Reason::None) {
        state.round.granted.insert(message.envelope.from);
        return check_prevotes(turn);
    }
    if (body.record) learn(turn, *body.record);
}

// The own copy stands still: the vote for itself is made durable, then the others are asked.
void on_own_cut(Turn& turn) {
    State& state = turn.state;
    Round& round = state.round;
    const bool overtaken = round.epoch <= state.durable.epoch || state.data.waiting;
    if (!state.data.position || overtaken) return abandon_round(turn);
    const ReplicaIndex self = state.identity.self;
    round.position = *state.data.position;
    const Record record = *state.durable.record;
    const Candidacy own{self, record, round.position, round.epoch};
    state.durable = after_vote(voter_view(state), own, turn.now);
    state.promise = after_promise(state.promise, record.promise, state.timing.rate_slack, turn.now);
    persist(turn);
    state.stood =
        Certificate{own_fence(state), self, record.ballot, record.config_hash, {}, round.position};
    state.stood->signatures[self] =
        sign(state, vote_bytes(state.identity.group, own_signer(state), *state.stood));
    round.voted = true;
    round.vote_version = state.version;
    round.began = turn.now;
    for (auto& [index, peer] : state.peers) peer.promised_until.reset();
    ask_all(turn);
}

void on_vote_answer(Turn& turn, const Message& message, const VoteAnswer& body,
                    const Asked& asked) {
    State& state = turn.state;
    if (state.role != Role::Candidate || !state.round.voted || body.epoch != state.round.epoch) {
        if (body.record) learn(turn, *body.record);
        return;
    }
    if (body.reason != Reason::None) {
        if (body.record) learn(turn, *body.record);
        return;
    }
    const ReplicaIndex from = message.envelope.from;
    if (message.envelope.epoch != state.round.epoch || !is_good_vote(state, from, body)) return;
    state.stood->signatures[from] = body.signature;
    state.round.granted.insert(from);
    state.round.signatures[from] = body.signature;
    count_promise(turn, from, asked.sent, body.promised);
    check_elected(turn);
}

void check_elected(Turn& turn) {
    State& state = turn.state;
    Round& round = state.round;
    if (state.role != Role::Candidate || !round.voted) return;
    const bool vote_is_durable =
        state.disk.epoch == round.epoch && state.disk.voted_for == state.identity.self;
    if (!vote_is_durable) return;
    if (!round.asks_since) round.asks_since = turn.now;
    IndexSet granted = round.granted;
    granted.insert(state.identity.self);
    const Record& record = *state.durable.record;
    if (!is_enough(record, granted)) return;
    PromisedUntil promised{{state.identity.self, turn.now + record.promise}};
    for (const auto& [index, peer] : state.peers)
        if (peer.promised_until) promised[index] = *peer.promised_until;
    const auto lease = lease_until(record, promised, state.timing.margin);
    if (!lease || *lease < turn.now + state.timing.elected_left) return;
    if (signs(state)) state.durable.certificate = state.stood;
    const auto signatures = round.signatures;
    become_leader(turn, record);
    state.leading.signatures = signatures;
}

void abandon_round(Turn& turn) {
    State& state = turn.state;
    if (state.role != Role::PreCandidate && state.role != Role::Candidate) return;
    const bool voted = state.role == Role::Candidate && state.round.voted;
    const Epoch epoch = state.round.epoch;
    move_to(turn, Role::Follower);
    state.round = {};
    state.stand_at =
        turn.now + spread(state.timing.next_try_min, state.timing.next_try_max, turn.jitter);
    if (voted) resign(turn, epoch, std::nullopt);
}

void resign(Turn& turn, Epoch epoch, std::optional<ReplicaIndex> preferred) {
    State& state = turn.state;
    state.durable.resigned = std::max(state.durable.resigned, epoch);
    persist(turn);
    if (holder(state.durable) == state.identity.self) state.promise.released = true;
    state.resignation = Resignation{epoch, preferred, state.version, 3, turn.now};
    tick_resignation(turn);
}

void tick_resignation(Turn& turn) {
    State& state = turn.state;
    auto& telling = state.resignation;
    if (!telling || turn.now < telling->next) return;
    if (state.durable.record)
        for (const ReplicaIndex index : others(*state.durable.record, state.identity.self))
            send(turn, index, Resign{telling->epoch, telling->preferred}, telling->needs, true);
    telling->next = turn.now + state.timing.resign_again;
    if (--telling->left == 0) telling.reset();
}

}  // namespace foyer::leadership
