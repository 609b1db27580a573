// The voter's side of step(): answers to prevote, vote, write, renew, resign and read.
#include <algorithm>

#include "common/leadership/turn.h"

namespace foyer::leadership {
namespace {

std::optional<Record> newer_for(const State& state, const Ballot& theirs) {
    const auto& held = state.disk.record;
    return held && held->ballot > theirs ? held : std::nullopt;
}

void refuse_vote(Turn& turn, const Message& message, const Vote& body, Reason reason) {
    VoteAnswer refusal;
    refusal.epoch = body.epoch;
    refusal.reason = reason;
    refusal.before = ballot_of(turn.state.disk);
    refusal.record = newer_for(turn.state, body.record.ballot);
    answer(turn, message, std::move(refusal), 0);
}

void grant(Turn& turn, const Message& message, const Vote& body) {
    State& state = turn.state;
    const Candidacy asked{message.envelope.from, body.record, body.position, body.epoch};
    const VoterView voter = voter_view(state);
    VoteAnswer granted;
    granted.epoch = body.epoch;
    granted.before = ballot_of(state.durable);
    granted.config_hash = body.record.config_hash;
    if (in_sync(body.record, state.identity.self) && !state.durable.rejoining)
        granted.position = state.data.position;
    granted.promised = body.record.promise;
    const Certificate vote{{body.record.ballot.generation, body.epoch},
                           message.envelope.from,
                           body.record.ballot,
                           body.record.config_hash,
                           {},
                           body.position};
    granted.signature = sign(state, vote_bytes(state.identity.group, own_signer(state), vote));
    // The same vote again is on its way to the disk already.
    const Durable next = after_vote(voter, asked, turn.now);
    if (next != state.durable) {
        state.durable = next;
        persist(turn);
    }
    state.promise =
        after_promise(state.promise, body.record.promise, state.timing.rate_slack, turn.now);
    state.stand_at.reset();
    state.preferred = false;
    answer(turn, message, std::move(granted), state.version);
}

void refuse_write(Turn& turn, const Message& message, const Write& body, Reason reason) {
    WriteAnswer refusal;
    refusal.ballot = body.record.ballot;
    refusal.reason = reason;
    refusal.record = newer_for(turn.state, body.record.ballot);
    answer(turn, message, std::move(refusal), 0);
}

bool is_echo_fresh(const State& state, const Message& message, Duration promise, MonoTime now) {
    const auto& echo = message.envelope.echo;
    return echo && echo->boot == state.identity.boot && now - echo->at < echo_limit(promise);
}

void hold(Turn& turn, const Record& record) {
    State& state = turn.state;
    const auto before = holder(state.durable);
    const bool raised = record.ballot.epoch > state.durable.epoch;
    state.durable = after_holding(state.durable, record);
    persist(turn);
    // A loser of this epoch may have resigned; its winner has not.
    if (raised || holder(state.durable) != before) state.promise.released = false;
}

void accept(Turn& turn, const Message& message, const Write& body) {
    State& state = turn.state;
    if (ballot_of(state.durable) != body.record.ballot) hold(turn, body.record);
    WriteAnswer accepted;
    accepted.ballot = body.record.ballot;
    accepted.signature = sign(state, accept_bytes(state.identity.group, own_signer(state),
                                                  body.record.ballot, body.record.config_hash));
    const Duration t = body.record.promise;
    if (is_echo_fresh(state, message, t, turn.now) && !state.promise.released) {
        accepted.promised = t;
        state.promise = after_promise(state.promise, t, state.timing.rate_slack, turn.now);
        state.stand_at.reset();
    }
    answer(turn, message, std::move(accepted), state.version);
}

// Of one leader, at one ballot, with two contents.
void note_two_records(Turn& turn, const Record& other) {
    if (!other.leader) return;
    note(turn.state.durable, {EvidenceKind::TwoRecords, *other.leader, other.ballot, {}});
    persist(turn);
    report(turn, "two records of one ballot: who wrote them must be replaced");
}

// A candidacy of this member's own stands back where it must.
void step_aside(Turn& turn) {
    if (turn.state.role == Role::PreCandidate || turn.state.role == Role::Candidate)
        abandon_round(turn);
}

bool must_cut(const State& state, Epoch raised) {
    return raised > state.durable.epoch && is_data_member(state) && !state.data.stopped;
}

Reason judge_renew(const State& state, const Message& message, const Renew& body, MonoTime now) {
    const Durable& wished = state.durable;
    const Durable& disk = state.disk;
    if (wished.retired) return Reason::Retired;
    // Only what the disk holds may be promised upon: a promise of an epoch that a crash would
    // forget binds nobody afterwards.
    if (!disk.record || body.epoch != wished.epoch || body.epoch != disk.epoch)
        return Reason::OlderEpoch;
    const ReplicaIndex sender = message.envelope.from;
    if (holder(wished) != sender || holder(disk) != sender) return Reason::NotHolder;
    if (state.promise.released) return Reason::NotHolder;
    if (disk.t_max < disk.record->promise) return Reason::Busy;
    if (!is_echo_fresh(state, message, disk.record->promise, now)) return Reason::StaleEcho;
    return Reason::None;
}

}  // namespace

void on_prevote(Turn& turn, const Message& message, const Prevote& body) {
    State& state = turn.state;
    const Candidacy asked{message.envelope.from, body.record, body.position, body.epoch};
    const Reason reason = judge_prevote(voter_view(state), asked, turn.now);
    answer(turn, message, PrevoteAnswer{reason, newer_for(state, body.record.ballot)}, 0);
    // Who is ahead has to stand itself, and may only by a record that has it in S: the asker's,
    // whose write never came here (model: sync_set/live, bug 213).
    if (reason == Reason::Ahead) learn(turn, body.record);
}

void on_vote(Turn& turn, const Message& message, const Vote& body) {
    State& state = turn.state;
    const Candidacy asked{message.envelope.from, body.record, body.position, body.epoch};
    // Before the cut the position may only be too low, or not known yet.
    VoterView voter = voter_view(state);
    if (!state.data.stopped && !voter.position) voter.position = LogPosition{};
    const Reason reason = judge_vote(voter, asked, turn.now);
    if (reason != Reason::None) return refuse_vote(turn, message, body, reason);
    step_aside(turn);  // a pre-candidate, or a candidate that has not voted yet
    if (must_cut(state, body.epoch)) return cut_for(turn, message);
    grant(turn, message, body);
}

void on_write(Turn& turn, const Message& message, const Write& body) {
    State& state = turn.state;
    const Record& record = body.record;
    const Reason reason = judge_write(voter_view(state), message.envelope.from, record);
    if (reason == Reason::InvalidRecord && record.ballot == ballot_of(state.durable)) {
        note_two_records(turn, record);
    }
    if (reason != Reason::None) return refuse_write(turn, message, body, reason);
    if (leads(state)) {
        // The leader of a higher epoch is there; it will write again when this one is fenced.
        if (record.ballot.epoch > state.durable.epoch && state.role != Role::Fencing)
            start_fencing(turn, std::nullopt, LeadershipEndReason::Superseded);
        return;
    }
    step_aside(turn);
    if (must_cut(state, record.ballot.epoch)) return cut_for(turn, message);
    accept(turn, message, body);
}

void on_renew(Turn& turn, const Message& message, const Renew& body) {
    State& state = turn.state;
    RenewAnswer given;
    given.epoch = body.epoch;
    given.reason = judge_renew(state, message, body, turn.now);
    given.held = ballot_of(state.disk);
    given.chain_tip = chain_tip(state.disk);
    if (given.chain_tip != body.chain_tip) given.chain = links_after(state.disk, body.chain_tip);
    if (is_data_member(state)) given.position = state.data.position;
    if (given.reason == Reason::None) {
        given.promised = state.disk.record->promise;
        state.promise =
            after_promise(state.promise, given.promised, state.timing.rate_slack, turn.now);
        state.stand_at.reset();
        state.preferred = false;
        state.warmed = false;
        step_aside(turn);
    }
    const bool from_holder =
        holder(state.durable) == message.envelope.from && body.epoch == state.durable.epoch;
    if (from_holder && (!state.known_committed || *state.known_committed < body.committed))
        state.known_committed = body.committed;
    answer(turn, message, std::move(given), 0);
}

void on_resign(Turn& turn, const Message& message, const Resign& body) {
    State& state = turn.state;
    if (body.epoch != state.durable.epoch || holder(state.durable) != message.envelope.from) return;
    const bool news = !state.promise.released;
    state.promise.released = true;
    if (body.preferred == state.identity.self) state.preferred = true;
    if (!news) return;
    state.stand_at.reset();
    // Two that stand at one moment cut each other; who is preferred has a moment to itself.
    if (body.preferred && !state.preferred && state.durable.record)
        state.stand_at =
            turn.now + state.timing.heir_alone +
            candidate_delay(*state.durable.record, state.identity.self, state.timing, turn.jitter);
}

void on_read(Turn& turn, const Message& message, const Read& body) {
    State& state = turn.state;
    ReadAnswer told;
    told.nonce = body.nonce;
    told.fence = {state.disk.generation, state.disk.epoch};
    told.holder = holder(state.disk);
    told.record = state.disk.record;
    const auto seen = state.durable.seen.find(message.envelope.from);
    if (seen != state.durable.seen.end()) told.seen_of_asker = seen->second;
    if (signs(state))
        told.signature = sign(state, proof_bytes(state.identity.group, own_signer(state), told));
    if (signs(state) && message.envelope.from == outsider && body.chain_tip != Hash{})
        told.chain = links_after(state.disk, body.chain_tip);
    answer(turn, message, std::move(told), 0);
}

void on_read_answer(Turn& turn, const Message& message, const ReadAnswer& body) {
    State& state = turn.state;
    if (body.record) learn(turn, *body.record);
    if (state.promise.remembered || !state.durable.record) return;
    state.remembered_by.insert(message.envelope.from);
    IndexSet asked = state.remembered_by;
    asked.insert(state.identity.self);
    state.promise.remembered = is_quorum(*state.durable.record, asked);
}

void learn(Turn& turn, const Record& record) {
    State& state = turn.state;
    const auto& mine = state.durable.record;
    if (!check_valid(record).ok()) return;
    if (mine && record.ballot == mine->ballot && record != *mine) note_two_records(turn, record);
    if (mine && record.ballot <= mine->ballot) return;
    const bool first = state.durable.generation == Generation();
    if (record.ballot.generation != state.durable.generation && !first) return;
    if (state.durable.retired) return;
    if (leads(state)) {
        if (record.ballot.epoch > state.durable.epoch && state.role != Role::Fencing)
            start_fencing(turn, std::nullopt, LeadershipEndReason::Superseded);
        return;
    }
    step_aside(turn);
    if (must_cut(state, record.ballot.epoch)) return cut_for(turn, LearntRecord{record});
    hold(turn, record);
}

void tick_voter(Turn& turn) {
    State& state = turn.state;
    const auto& record = state.durable.record;
    if (state.promise.remembered || !record || turn.now < state.next_read) return;
    IndexSet alone{state.identity.self};
    if (is_quorum(*record, alone)) state.promise.remembered = true;
    for (const ReplicaIndex index : others(*record, state.identity.self))
        send(turn, index, Read{state.counter}, 0, true);
    state.next_read = turn.now + state.timing.round_again;
}

}  // namespace foyer::leadership
