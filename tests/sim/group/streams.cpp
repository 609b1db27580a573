// Replication between the model databases, and the clients that write.
#include <algorithm>

#include "tests/sim/group/invariants.h"
#include "tests/sim/group/world.h"

namespace foyer::sim::group {

// A standby's recovery waits for its readers, for up to five seconds.
bool World::is_replay_held(const Box& box) const {
    constexpr std::int64_t every_ms = 16'000;
    constexpr std::int64_t held_ms = 5'000;
    return (now_ + std::int64_t{box.index.number} * 3'000) % every_ms < held_ms;
}

void World::step_streams(Box& box) {
    Database& database = box.database;
    if (database.mode == Mode::Primary) {
        client(box);
        pump(box);
        if (percent(20)) observe_streams(box);
    } else if (database.mode == Mode::Standby) {
        if (!is_replay_held(box)) database.replayed = database.flushed;
        if (database.receiver && percent(10)) {
            // The other end is gone and says so.
            const ReplicaIndex up = database.receiver->leader;
            const auto& senders = this->box(up).database.senders;
            const auto sender = senders.find(box.index);
            const bool same = sender != senders.end() &&
                              sender->second.connection == database.receiver->connection;
            if (!same && can_reach(up, box.index)) database.receiver.reset();
        }
        if (database.follows && !database.receiver && percent(30)) connect(box);
        if (box.running && percent(10) && !box.mute) {
            const auto position = database.position();
            hand_in(box, lead::PositionRead{position});
        }
    }
}

void World::connect(Box& standby) {
    const auto [index, fence] = *standby.database.follows;
    Box& leader = box(index);
    if (!can_reach(standby.index, index) || !can_reach(index, standby.index)) return;
    if (leader.database.mode != Mode::Primary || leader.database.promoted != fence) return;
    if (is_frozen(leader) || !gate_open(leader)) return;
    Database& mine = standby.database;
    mine.log.resize(mine.flushed);
    if (!is_prefix(mine.log, leader.database.log)) {
        on_agent(standby, 10, [this, &standby] { hand_in(standby, lead::Diverged{}); });
        return;
    }
    if (standby.spare && !standby.named) ++coverage_["a learner streams"];
    const std::uint64_t connection = next_connection_++;
    mine.receiver = Receiver{index, fence, connection};
    leader.database.senders[standby.index] =
        Sender{connection, mine.log.size(), 0, mine.log.size()};
}

// Sends what is flushed here; a connection that is cut off is closed after a while.
void World::pump(Box& leader) {
    if (!gate_open(leader)) return;
    Database& mine = leader.database;
    for (auto it = mine.senders.begin(); it != mine.senders.end();) {
        auto& [index, sender] = *it;
        const bool there = can_reach(leader.index, index) && can_reach(index, leader.index);
        const auto& receiver = box(index).database.receiver;
        const bool same = receiver && receiver->connection == sender.connection;
        if ((!there && percent(3)) || (there && !same)) {
            if (same && !there) box(index).database.receiver.reset();
            it = mine.senders.erase(it);
            continue;
        }
        if (there && (sender.sent < mine.flushed || percent(10))) {
            std::vector<Entry> batch(mine.log.begin() + static_cast<std::ptrdiff_t>(sender.sent),
                                     mine.log.begin() + static_cast<std::ptrdiff_t>(mine.flushed));
            const std::size_t from = std::exchange(sender.sent, mine.flushed);
            sender.last_arrival =
                std::max(sender.last_arrival, now_ + 1 + below(30) + below(weather_.read_ms));
            const ReplicaIndex to = index;
            const std::uint64_t connection = sender.connection;
            on_box(box(to), sender.last_arrival - now_,
                   [this, to, connection, from, batch = std::move(batch)] {
                       receive(to, connection, from, batch);
                   });
        }
        ++it;
    }
}

void World::receive(ReplicaIndex standby, std::uint64_t connection, std::size_t from,
                    const std::vector<Entry>& batch) {
    Box& there = box(standby);
    Database& mine = there.database;
    // A receiver that was killed has lost its socket, read or not.
    if (!mine.receiver || mine.receiver->connection != connection) return;
    if (mine.log.size() != from) return mine.receiver.reset();
    for (const Entry& entry : batch) mine.append(entry);
    mine.flushed = mine.log.size();
    invariants_->flushed(there, batch);
    const ReplicaIndex leader = mine.receiver->leader;
    const std::size_t flushed = mine.flushed;
    on_box(box(leader), 1 + below(30), [this, leader, standby, connection, flushed] {
        Box& up = box(leader);
        const auto sender = up.database.senders.find(standby);
        if (sender == up.database.senders.end() || sender->second.connection != connection) return;
        sender->second.flushed = std::max(sender->second.flushed, flushed);
        std::size_t& held = up.database.held[standby];
        held = std::max(held, flushed);
        const Fence fence = up.database.promoted;
        hand_in(up, lead::Flushed{standby, fence, lead::Lsn(flushed)});
        acknowledge(up);
    });
}

void World::acknowledge(Box& leader) {
    Database& mine = leader.database;
    if (mine.mode != Mode::Primary) return;
    std::erase_if(mine.pending, [&](const PendingWrite& one) {
        if (mine.copies_of(one.end) < mine.quorum.k_db) return false;
        // The client hears of it only through the gate.
        if (gate_open(leader)) invariants_->acknowledged(leader, one.number);
        return true;
    });
}

void World::break_wait(Box& box) {
    Database& mine = box.database;
    if (mine.mode != Mode::Primary || !box.running || is_frozen(box)) return;
    ++coverage_["wait broken"];
    say("r" + std::to_string(box.index.number) + " has a commit that waits no more");
    std::erase_if(mine.pending, [&](const PendingWrite& one) {
        if (one.end > mine.flushed) return false;
        mine.unheld.push_back(one.number);
        return true;
    });
    hand_in(box, lead::WaitBroken{});
}

void World::client(Box& box) {
    Database& mine = box.database;
    acknowledge(box);
    if (!mine.clients_open || !gate_open(box)) return;
    // Read by somebody now: as good as acknowledged.
    for (const std::uint64_t number : std::exchange(mine.unheld, {}))
        invariants_->acknowledged(box, number);
    if (!percent(15)) return;
    const std::uint64_t number = next_write_++;
    mine.append({mine.promoted, number});
    mine.pending.push_back({number, mine.log.size()});
    const std::size_t end = mine.log.size();
    const std::uint64_t kills = mine.kills;
    on_box(box, 1 + below(weather_.disk_ms), [&box, end, kills] {
        Database& there = box.database;
        if (there.kills == kills && there.mode == Mode::Primary)
            there.flushed = std::max(there.flushed, end);
    });
}

void World::observe_streams(Box& leader) {
    if (!leader.running) return;
    lead::Learners learners;
    for (const Box& other : boxes_)
        if (other.spare && !other.named) learners.who.insert(other.index);
    hand_in(leader, learners);
    for (const Box& other : boxes_) {
        if (!other.data || other.index == leader.index) continue;
        const auto sender = leader.database.senders.find(other.index);
        const bool streams = sender != leader.database.senders.end();
        const bool caught_up = streams && sender->second.flushed + 20 >= leader.database.log.size();
        hand_in(leader, lead::MemberStreams{other.index, streams, caught_up});
    }
    if (leader.database.mode != Mode::Primary) return;
    for (const auto& [index, held] : leader.database.held)
        hand_in(leader, lead::Flushed{index, leader.database.promoted, lead::Lsn(held)});
}

// The copy is rewound to what both hold, then fetched; cut off, it begins anew.
void World::rejoin(Box& box, ReplicaIndex leader, Fence fence, std::uint64_t cuts) {
    on_agent(box, 500 + below(4'000), [this, &box, leader, fence, cuts] {
        if (box.cuts != cuts || !box.rejoining) return;
        Box& from = this->box(leader);
        const bool there = can_reach(leader, box.index) && can_reach(box.index, leader) &&
                           from.database.mode == Mode::Primary && from.database.promoted == fence &&
                           !is_frozen(from) && gate_open(from);
        if (!there) return rejoin(box, leader, fence, cuts);
        Database& mine = box.database;
        if (mine.mode == Mode::Primary) return;
        box.torn = true;
        // Rewound, or cloned anew: then it holds nothing for a while.
        mine.log.resize(percent(50) ? common_prefix(mine.log, from.database.log) : 0);
        mine.flushed = mine.log.size();
        if (percent(shape_.harsh ? 80 : 30))
            return rejoin(box, leader, fence, cuts);  // interrupted half way
        mine.log.assign(
            from.database.log.begin(),
            from.database.log.begin() + static_cast<std::ptrdiff_t>(from.database.flushed));
        mine.flushed = mine.replayed = mine.log.size();  // before that it is not told
        mine.mode = Mode::Standby;
        box.rejoining = false;
        box.torn = false;
        box.led = false;
        const auto position = mine.position();
        on_agent(box, 1 + below(weather_.hook_ms),
                 [this, &box, position] { hand_in(box, lead::Rejoined{position}); });
    });
}

}  // namespace foyer::sim::group
