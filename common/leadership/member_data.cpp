// The data path of a copy in step(): stop before an epoch is raised, follow only where it may,
// rejoin what went astray. Sections 3 and 8.
#include <algorithm>

#include "common/leadership/turn.h"

namespace foyer::leadership {
namespace {

void apply_generation(Turn& turn) {
    State& state = turn.state;
    const Record first = state.generation->first;
    state.generation.reset();
    Durable& durable = state.durable;
    durable.generation = first.ballot.generation;
    durable.epoch = Epoch();
    durable.voted_for.reset();
    durable.resigned = Epoch();
    durable.record = first;
    durable.chain.clear();
    durable.certificate.reset();
    persist(turn);
    // What was promised binds towards everybody: the holder belongs to the old generation.
    state.promise.released = false;
    state.seen_epoch = Epoch();
    state.known_committed.reset();
    state.resignation.reset();
    state.stood.reset();
    state.stand_at.reset();
    state.preferred = false;
    for (auto& [index, peer] : state.peers) {
        peer.promised_until.reset();
        peer.accepted = {};
        peer.chain_tip = {};
        peer.asked.clear();
    }
}

void start_cut(Turn& turn) {
    DataPath& data = turn.state.data;
    data.following.reset();
    data.rejoin_asked.reset();
    data.stopped = false;
    if (data.cutting) return;
    data.cutting = true;
    turn.effects.push_back(Cut{});
}

Epoch epoch_of(const Waiting& waiting) {
    return std::visit(
        Overloaded{[](const Message& message) {
                       const auto* vote = message.body.get_if<Vote>();
                       return vote != nullptr ? vote->epoch
                                              : message.body.get<Write>().record.ballot.epoch;
                   },
                   [](const LearntRecord& learnt) { return learnt.record.ballot.epoch; },
                   [](const NewGeneration&) { return Epoch(UINT64_MAX); }},
        waiting);
}

bool must_rejoin(const State& state, const Record& record) {
    const DataPath& data = state.data;
    if (state.durable.rejoining || data.diverged || data.led) return true;
    return data.position && data.position->fence < own_fence(state) &&
           *data.position > record.start;
}

// What the disk says of the rejoin, now and after every write on its way, is what is wished: an
// older write that lands later must not call a torn copy whole, or one that streams torn.
bool is_rejoin_settled(const State& state) {
    const auto same = [&](const Durable& one) {
        return one.rejoining == state.durable.rejoining &&
               one.rejoin_base == state.durable.rejoin_base;
    };
    return same(state.disk) &&
           std::ranges::all_of(state.writing, same, &std::pair<Version, Durable>::second);
}

// Only of a leader that is there: what cannot be fetched must not cost a copy that is whole.
void manage_rejoin(Turn& turn, ReplicaIndex leader) {
    State& state = turn.state;
    if (is_promise_over(state, turn.now)) return;
    const Fence fence = own_fence(state);
    // Before that, whom it would copy may still lose to one that has this copy's log.
    if (!state.known_committed || fence_of(*state.known_committed) != fence) return;
    Durable& durable = state.durable;
    const RejoinBase base{fence, durable.record->start};
    if (!durable.rejoining) {
        // A receiver that still runs could acknowledge in this fence what the base leaves out.
        if (!state.data.stopped) return start_cut(turn);
        // What this copy acknowledged in this fence, if anything, the base does not contain.
        const bool clean = state.data.position && state.data.position->fence < fence;
        durable.rejoining = true;
        state.data.stopped = false;  // whoever asks for its position asks the shell again
        durable.rejoin_base = clean ? std::optional(base) : std::nullopt;
        persist(turn);
    } else if (durable.rejoin_base && durable.rejoin_base != base) {
        durable.rejoin_base = base;
        persist(turn);
    }
    if (!is_rejoin_settled(state) || state.data.rejoin_asked == fence) return;
    state.data.rejoin_asked = fence;
    state.data.following.reset();
    state.data.stopped = false;
    turn.effects.push_back(Rejoin{leader, fence});
}

}  // namespace

void cut_for(Turn& turn, Waiting waiting) {
    DataPath& data = turn.state.data;
    // One waits; a higher epoch takes its place.
    if (!data.waiting || epoch_of(*data.waiting) <= epoch_of(waiting))
        data.waiting = std::move(waiting);
    start_cut(turn);
}

void stop_rejoin(Turn& turn) {
    if (turn.state.data.rejoin_asked) start_cut(turn);
}

namespace {

// What waited for the cut. The world may have moved on: everything is checked again.
void take_up_waiting(Turn& turn) {
    DataPath& data = turn.state.data;
    if (!data.waiting) return;
    const Waiting waiting = *std::exchange(data.waiting, std::nullopt);
    std::visit(Overloaded{[&](const Message& message) {
                              if (const auto* vote = message.body.get_if<Vote>())
                                  on_vote(turn, message, *vote);
                              else
                                  on_write(turn, message, message.body.get<Write>());
                          },
                          [&](const LearntRecord& learnt) { learn(turn, learnt.record); },
                          [&](const NewGeneration&) { take_generation(turn); }},
               waiting);
}

}  // namespace

void on_stopped(Turn& turn, const ReceiverStopped& fact) {
    State& state = turn.state;
    DataPath& data = state.data;
    if (!data.cutting) return;
    data.cutting = false;
    data.stopped = true;
    data.position = fact.position;
    if (fact.whole && state.durable.rejoining) {
        state.durable.rejoining = false;
        state.durable.rejoin_base.reset();
        persist(turn);
    }
    if (state.role == Role::Candidate && !state.round.voted) on_own_cut(turn);
    take_up_waiting(turn);
    // Nothing ran that could have told it; now something may, and whoever asks asks again.
    if (std::exchange(data.paused_cut, false) && !data.position && !data.cutting)
        data.stopped = false;
}

void on_position(Turn& turn, const PositionRead& fact) {
    DataPath& data = turn.state.data;
    if (!data.stopped) {
        data.position = fact.position;
        return;
    }
    // When it was cut it could not say where its log ends, and now it can. It is asked, and not
    // believed for this: not all that it holds may be replayed.
    if (!data.position && fact.position && turn.state.role == Role::Follower) start_cut(turn);
}

void on_rejoined(Turn& turn, const Rejoined& fact) {
    State& state = turn.state;
    DataPath& data = state.data;
    const Fence fence = own_fence(state);
    if (data.rejoin_asked != fence || fact.position.fence != fence || data.cutting) return;
    data.rejoin_asked.reset();
    data.position = fact.position;
    data.diverged = false;
    data.led = false;
    state.durable.rejoining = false;
    state.durable.rejoin_base.reset();
    persist(turn);
}

void manage_data(Turn& turn) {
    State& state = turn.state;
    DataPath& data = state.data;
    const Durable& durable = state.durable;
    if (state.role != Role::Follower || data.cutting || durable.retired) return;
    if (!durable.record || !is_data_member(state)) return;
    if (state.service && *state.service != DesiredState::Running) return;
    if (state.host_paused) return data.stopped ? void() : start_cut(turn);
    const Record& record = *durable.record;
    if (!record.leader || record.leader == state.identity.self) return;
    if (record.ballot.epoch != durable.epoch) return;
    // Streaming tells whom this copy is bound to: so the disk must know it first.
    const Durable& disk = state.disk;
    if (disk.epoch != durable.epoch || !disk.record || disk.record->leader != record.leader ||
        disk.record->ballot.epoch != record.ballot.epoch)
        return;
    if (must_rejoin(state, record)) return manage_rejoin(turn, *record.leader);
    if (!data.position || !is_rejoin_settled(state)) return;
    if (data.following == own_fence(state)) return;
    data.following = own_fence(state);
    data.stopped = false;
    turn.effects.push_back(Follow{*record.leader, own_fence(state)});
}

void take_generation(Turn& turn) {
    State& state = turn.state;
    if (!state.generation) return;
    if (state.role == Role::Leader || state.role == Role::Resuming)
        return start_fencing(turn, std::nullopt, LeadershipEndReason::NewGeneration);
    if (state.role == Role::Fencing) return;
    abandon_round(turn);
    if (is_data_member(state) && !state.data.stopped) {
        if (!state.data.cutting) cut_for(turn, *state.generation);
        return;
    }
    apply_generation(turn);
}

}  // namespace foyer::leadership
