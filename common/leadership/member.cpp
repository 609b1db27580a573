#include "common/leadership/member.h"

#include <algorithm>

#include "common/leadership/turn.h"

namespace foyer::leadership {
namespace {

bool is_request(const Body& body) {
    return body.is<Prevote>() || body.is<Vote>() || body.is<Renew>() || body.is<Write>();
}

bool is_answer(const Body& body) {
    return body.is<PrevoteAnswer>() || body.is<VoteAnswer>() || body.is<RenewAnswer>() ||
           body.is<WriteAnswer>() || body.is<ReadAnswer>();
}

// A member by my record, or by a newer valid one that it brings.
bool is_from_member(const State& state, const Message& message) {
    const Envelope& from = message.envelope;
    const auto& mine = state.durable.record;
    if (mine && names(*mine, from.from, from.incarnation)) return true;
    const Record* record = carried(message.body);
    if (record == nullptr || !check_valid(*record).ok()) return false;
    if (record->ballot.generation != from.generation) return false;
    if (mine && record->ballot <= mine->ballot) return false;
    return names(*record, from.from, from.incarnation);
}

// Check 3. A voter without a record takes the generation of the first record that names it.
bool is_generation_mine(const State& state, const Message& message) {
    const Envelope& from = message.envelope;
    if (from.generation == state.durable.generation) return true;
    if (state.durable.generation != Generation()) return false;
    const Record* record = carried(message.body);
    if (message.body.is<Announce>()) return true;  // a learner's first word
    return record != nullptr && names(*record, state.identity.self, state.durable.incarnation);
}

void refuse(Turn& turn, const Message& message, Reason reason) {
    if (!is_request(message.body)) return;
    answer(turn, message, Refused{reason, turn.state.disk.record}, 0);
}

void note_peer(Turn& turn, const Envelope& from) {
    State& state = turn.state;
    Peer& peer = state.peers[from.from];
    std::uint64_t& seen = state.durable.seen[from.from];
    // A late message tells nothing about the sender's clock.
    if (from.counter > seen) {
        seen = from.counter;
        // Another boot is another clock, also where it happens to be further on.
        if (peer.stamp && peer.stamp->boot != from.stamp.boot) state.clocks.erase(from.from);
        peer.stamp = from.stamp;
        peer.heard = turn.now;
        if (from.echo && from.echo->boot == state.identity.boot) {
            const Duration round_trip = turn.now - from.echo->at;
            const Exchange exchange{MonoTime{turn.now.boot_ms - round_trip.count() / 2},
                                    from.stamp.at, round_trip};
            state.clocks[from.from].add(exchange, state.timing);
        }
    }
    if (from.generation == state.durable.generation)
        state.seen_epoch = std::max(state.seen_epoch, from.epoch);
}

// The request this answers, once it is known to be newer than what was heard before asking.
std::optional<Asked> take_asked(Turn& turn, const Message& message) {
    const Envelope& from = message.envelope;
    const auto& asked = turn.state.peers[from.from].asked;
    const auto found = std::ranges::find(asked, from.number, &Asked::number);
    if (found == asked.end()) return std::nullopt;
    if (from.counter > found->known) return *found;
    note(turn.state.durable, {EvidenceKind::BehindItself, from.from, {}, {}});
    persist(turn);
    report(turn, "a voter is behind itself");
    return std::nullopt;
}

void retire(Turn& turn) {
    State& state = turn.state;
    if (state.durable.retired) return;
    state.durable.retired = true;
    note(state.durable, {EvidenceKind::Retired, state.identity.self, {}, {}});
    persist(turn);
    report(turn, "this voter lost its newest state: it votes no more and must be replaced");
    if (state.role == Role::Leader || state.role == Role::Resuming)
        start_fencing(turn, std::nullopt, LeadershipEndReason::Retired);
    else if (state.role != Role::Fencing)
        abandon_round(turn);
    if (state.data.following && !state.data.cutting) {  // its acknowledgements count no more
        state.data.following.reset();
        state.data.cutting = true;
        turn.effects.push_back(Cut{});
    }
}

void dispatch(Turn& turn, const Message& message, const Asked& asked) {
    message.body.visit(
        Overloaded{[&](const Prevote& body) { on_prevote(turn, message, body); },
                   [&](const PrevoteAnswer& body) { on_prevote_answer(turn, message, body); },
                   [&](const Vote& body) { on_vote(turn, message, body); },
                   [&](const VoteAnswer& body) { on_vote_answer(turn, message, body, asked); },
                   [&](const Renew& body) { on_renew(turn, message, body); },
                   [&](const RenewAnswer& body) { on_renew_answer(turn, message, body, asked); },
                   [&](const Write& body) { on_write(turn, message, body); },
                   [&](const WriteAnswer& body) { on_write_answer(turn, message, body, asked); },
                   [&](const Resign& body) { on_resign(turn, message, body); },
                   [&](const Read& body) { on_read(turn, message, body); },
                   [&](const ReadAnswer& body) { on_read_answer(turn, message, body); },
                   [&](const Announce& body) { on_announce(turn, message, body); },
                   [&](const Refused& body) {
                       if (body.record) learn(turn, *body.record);
                   }});
}

void receive(Turn& turn, const Message& message) {
    State& state = turn.state;
    const Envelope& from = message.envelope;
    if (from.group != state.identity.group || from.to != state.identity.self) return;
    if (is_false(state.durable, from.from)) return;
    const bool reads = message.body.is<Read>();
    if (reads && from.from == outsider) return on_read(turn, message, message.body.get<Read>());
    const bool bare = !state.durable.record && message.body.is<Renew>();
    if (!bare && !is_from_member(state, message)) {
        if (reads) return on_read(turn, message, message.body.get<Read>());
        return refuse(turn, message, Reason::NotMember);
    }
    if (from.seen > state.counter) return retire(turn);
    if (!bare && !reads && !is_generation_mine(state, message)) {
        if (from.generation < state.durable.generation)
            refuse(turn, message, Reason::OtherGeneration);
        return;
    }
    note_peer(turn, from);
    std::optional<Asked> asked = Asked{};
    if (is_answer(message.body)) asked = take_asked(turn, message);
    if (!asked) return;
    if (state.role == Role::Candidate && state.round.voted && from.epoch > state.durable.epoch)
        abandon_round(turn);
    dispatch(turn, message, *asked);
}

void on_persisted(Turn& turn, const Persisted& fact) {
    State& state = turn.state;
    while (!state.writing.empty() && state.writing.front().first <= fact.version) {
        state.disk = std::move(state.writing.front().second);
        state.writing.pop_front();
    }
    check_elected(turn);
    check_committed(turn);
}

void on_health(Turn& turn, const LocalHealth& fact) {
    auto& failed_since = turn.state.health.failed_since;
    failed_since = fact.ok ? std::nullopt : std::optional(fact.since);
}

void on_generation(Turn& turn, const NewGeneration& fact) {
    State& state = turn.state;
    const Ballot& ballot = fact.first.ballot;
    if (!check_valid(fact.first).ok() || ballot.epoch != Epoch() || ballot.seq != 0) return;
    const auto& held = state.durable.record;
    if (ballot.generation == state.durable.generation && held && held->ballot == ballot &&
        *held != fact.first) {
        note(state.durable, {EvidenceKind::TwoFirsts, state.identity.self, ballot, {}});
        persist(turn);
    }
    if (ballot.generation > state.durable.generation) state.generation = fact;
}

// A paused copy is no copy for a while: it leads nothing, stands for nothing, and runs not. It goes
// on voting, which costs its home nothing; for that it is cut first, so that it can say where its
// log ends for as long as it stands still (manage_data). One that could not is asked afterwards.
void on_host(Turn& turn, const HostPauses& wish) {
    State& state = turn.state;
    state.host_paused = wish.paused;
    state.data.paused_cut = false;
    if (!wish.paused) {
        if (!state.data.position) state.data.stopped = false;  // it may tell from now on
        state.data.paused_cut = state.data.cutting;            // and so after the cut under way
        return;
    }
    switch (state.role) {
        case Role::Leader:
        case Role::Resuming:
            return start_fencing(turn, std::nullopt, LeadershipEndReason::HostStops);
        case Role::PreCandidate:
        case Role::Candidate: return abandon_round(turn);
        case Role::Follower:
        case Role::Fencing: return;
    }
}

void on_tick(Turn& turn, const Tick& tick) {
    turn.jitter = tick.jitter;
    for (auto& [index, clock] : turn.state.clocks) clock.forget(turn.now, turn.state.timing);
    tick_voter(turn);
    tick_resignation(turn);
    switch (turn.state.role) {
        case Role::Follower: return tick_follower(turn);
        case Role::PreCandidate:
        case Role::Candidate: return tick_round(turn);
        case Role::Leader:
        case Role::Resuming: return tick_leader(turn);
        case Role::Fencing: return;
    }
}

void handle(Turn& turn, const Input& input) {
    State& state = turn.state;
    input.visit(Overloaded{
        [&](const Tick& one) { on_tick(turn, one); },
        [&](const Message& one) { receive(turn, one); },
        [&](const Persisted& one) { on_persisted(turn, one); },
        [&](const ReceiverStopped& one) { on_stopped(turn, one); },
        [&](const PositionRead& one) { on_position(turn, one); },
        [&](const Rejoined& one) { on_rejoined(turn, one); },
        [&](const Diverged&) { state.data.diverged = true; },
        [&](const MemberStreams& one) { on_streams(turn, one); },
        [&](const QuorumShown& one) { on_shown(turn, one); },
        [&](const Promoted& one) {
            if (state.role == Role::Leader && one.fence == own_fence(state) &&
                state.leading.promote_asked)
                state.leading.promoted = true;
        },
        [&](const PromotionFailed& one) {
            if (state.role == Role::Leader && one.fence == own_fence(state) &&
                state.health.promoting)
                state.health.promoting->failed += 1;
        },
        [&](const EndRead& one) { on_end(turn, one); },
        [&](const Flushed& one) { on_flushed(turn, one); },
        [&](const WaitBroken&) { on_wait_broken(turn); },
        [&](const Fenced& one) { on_fenced(turn, one); },
        [&](const LocalHealth& one) { on_health(turn, one); },
        [&](const EdgesReach& one) { state.health.unreachable = !one.me && one.another; },
        [&](const HostPauses& one) { on_host(turn, one); },
        [&](const Proposal& one) { on_proposal(turn, one); },
        [&](const NewGeneration& one) { on_generation(turn, one); },
        [&](const Learners& one) { state.learners = one.who; }});
}

// Followers act on `desired` of a record they know to be committed; the leader on its own.
void manage_service(Turn& turn) {
    State& state = turn.state;
    const auto& record = state.durable.record;
    if (!record || !is_data_member(state)) return;
    DesiredState desired = record->desired;
    if (state.role == Role::Leader) {
        if (!state.leading.committed) return;
        desired = state.leading.committed->desired;
    } else if (!state.known_committed || *state.known_committed < record->ballot) {
        return;
    }
    if (state.service == desired) return;
    const bool run = desired == DesiredState::Running;
    turn.effects.push_back(Service{run ? ServiceOrder::Run : ServiceOrder::Stop});
    if (!run) {  // everything that streamed has ended
        state.data.following.reset();
        state.data.stopped = false;
    }
    state.service = desired;
}

}  // namespace

const Record* carried(const Body& body) {
    const auto of = [](const std::optional<Record>& record) { return record ? &*record : nullptr; };
    return body.visit(
        Overloaded{[](const Prevote& one) { return &one.record; },
                   [&](const PrevoteAnswer& one) { return of(one.record); },
                   [](const Vote& one) { return &one.record; },
                   [&](const VoteAnswer& one) { return of(one.record); },
                   [](const Renew&) { return static_cast<const Record*>(nullptr); },
                   [](const RenewAnswer&) { return static_cast<const Record*>(nullptr); },
                   [](const Write& one) { return &one.record; },
                   [&](const WriteAnswer& one) { return of(one.record); },
                   [](const Resign&) { return static_cast<const Record*>(nullptr); },
                   [](const Read&) { return static_cast<const Record*>(nullptr); },
                   [&](const ReadAnswer& one) { return of(one.record); },
                   [](const Announce& one) { return &one.record; },
                   [&](const Refused& one) { return of(one.record); }});
}

Outcome begin(Start start, MonoTime now) {
    Outcome outcome;
    State& state = outcome.state;
    state.identity = std::move(start.identity);
    state.timing = start.timing;
    state.hash = start.hash;
    state.sign = std::move(start.sign);
    state.check = std::move(start.check);
    if (start.durable) {
        state.durable = *start.durable;
        state.disk = *start.durable;
    } else {
        state.durable.incarnation = start.fresh;
    }
    Turn turn{state, now, outcome.effects};
    // Every counter below the old limit may have been used.
    state.counter = state.durable.counter_limit;
    state.durable.counter_limit += counter_block;
    persist(turn);
    state.data.led = start.led;
    const Durable& durable = state.durable;
    state.promise.remembered = !durable.record;
    if (durable.t_max > Duration(0))
        state.promise.quiet_until = now + durable.t_max + state.timing.rate_slack;
    const bool own = durable.record && durable.record->leader == state.identity.self &&
                     durable.record->ballot.epoch == durable.epoch;
    if (own && durable.resigned < durable.epoch && !durable.retired) {
        state.role = Role::Resuming;
        state.resume_until = now + durable.record->promise + state.timing.rate_slack;
        turn.effects.push_back(Clients{Gate::Closed});
    } else if (is_data_member(state)) {
        turn.effects.push_back(KillService{durable.epoch});
        state.data.cutting = true;
        turn.effects.push_back(Cut{});
    }
    return outcome;
}

Outcome step(State state, const Input& input, MonoTime now) {
    Outcome outcome{std::move(state), {}};
    Turn turn{outcome.state, now, outcome.effects};
    // Whatever thaws first looks at its lease: what it would read from its sockets is old.
    if (outcome.state.role == Role::Leader && now >= outcome.state.leading.lease_until)
        start_fencing(turn, std::nullopt, LeadershipEndReason::LeaseOver);
    handle(turn, input);
    take_generation(turn);
    if (outcome.state.role == Role::Leader) advance(turn);
    manage_service(turn);
    manage_data(turn);
    return outcome;
}

}  // namespace foyer::leadership
