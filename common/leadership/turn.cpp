#include "common/leadership/turn.h"

namespace foyer::leadership {

std::string_view to_text(Role role) {
    switch (role) {
        case Role::Follower: return "follower";
        case Role::PreCandidate: return "pre_candidate";
        case Role::Candidate: return "candidate";
        case Role::Leader: return "leader";
        case Role::Resuming: return "resuming";
        case Role::Fencing: return "fencing";
    }
    CHECK(false);
}

std::string_view to_text(Stage stage) {
    switch (stage) {
        case Stage::Writing: return "writing";
        case Stage::Promoting: return "promoting";
        case Stage::Closed: return "closed";
        case Stage::Open: return "open";
    }
    CHECK(false);
}

void persist(Turn& turn) {
    State& state = turn.state;
    root_chain(state);
    state.writing.emplace_back(++state.version, state.durable);
    turn.effects.push_back(Persist{state.version, state.durable});
}

void send(Turn& turn, ReplicaIndex to, Body body, Version needs, bool is_request) {
    State& state = turn.state;
    ++state.counter;
    // The next block is reserved while half of this one is left: no message waits for it.
    if (state.counter + counter_block / 2 >= state.durable.counter_limit) {
        state.durable.counter_limit += counter_block;
        persist(turn);
    }
    if (state.counter >= state.disk.counter_limit) needs = state.version;
    Peer& peer = state.peers[to];
    // What is told is durable: either the message waits for all of it, or it says what the disk
    // holds already.
    const Durable& told = needs == state.version ? state.durable : state.disk;
    const auto seen = state.durable.seen.find(to);
    Envelope envelope;
    envelope.group = state.identity.group;
    envelope.from = state.identity.self;
    envelope.to = to;
    envelope.incarnation = state.durable.incarnation;
    envelope.generation = told.generation;
    envelope.epoch = told.epoch;
    envelope.number = state.counter;
    envelope.counter = state.counter;
    envelope.seen = seen == state.durable.seen.end() ? 0 : seen->second;
    envelope.stamp = {state.identity.boot, turn.now};
    envelope.echo = peer.stamp;
    if (is_request) {
        peer.asked.push_back({envelope.number, turn.now, envelope.seen});
        if (peer.asked.size() > asked_max) peer.asked.pop_front();
    }
    turn.effects.push_back(Send{{std::move(envelope), std::move(body)}, needs});
}

void answer(Turn& turn, const Message& request, Body body, Version needs) {
    send(turn, request.envelope.from, std::move(body), needs, false);
    Envelope& envelope = turn.effects.back().edit<Send>().message.envelope;
    envelope.number = request.envelope.number;
    // A voter without a record is of no generation yet: it answers in the one it is asked in.
    if (envelope.generation == Generation()) envelope.generation = request.envelope.generation;
}

void report(Turn& turn, std::string text) { turn.effects.push_back(Report{std::move(text)}); }

void move_to(Turn& turn, Role role) {
    if (turn.state.role == role) return;
    CHECK(can_move(turn.state.role, role));
    turn.state.role = role;
}

void move_to(Turn& turn, Stage stage) {
    Leading& leading = turn.state.leading;
    if (leading.stage == stage) return;
    CHECK(can_move(leading.stage, stage));
    if (leading.stage == Stage::Open) turn.effects.push_back(Clients{Gate::Closed});
    leading.stage = stage;
}

bool leads(const State& state) {
    return state.role == Role::Leader || state.role == Role::Resuming ||
           state.role == Role::Fencing;
}

bool is_data_member(const State& state) {
    if (!state.durable.record) return true;
    const MemberEntry* entry = find_entry(*state.durable.record, state.identity.self);
    return entry == nullptr || entry->kind == ReplicaKind::Data;
}

// Who is in no record promises nothing, and follows whoever announces itself.
bool is_promise_over(const State& state, MonoTime now) {
    const auto& record = state.durable.record;
    if (!record || find_entry(*record, state.identity.self) == nullptr) return false;
    return state.promise.released || state.promise.until <= now;
}

VoterView voter_view(const State& state) {
    return {state.durable, state.promise, state.identity.self, leads(state), state.data.position};
}

IndexSet others(const Record& record, ReplicaIndex self) {
    IndexSet all = voters(record);
    all.erase(self);
    return all;
}

Fence own_fence(const State& state) { return {state.durable.generation, state.durable.epoch}; }

}  // namespace foyer::leadership
