#include "tests/sim/group/invariants.h"

#include <algorithm>

#include "tests/sim/group/seals.h"

namespace foyer::sim::group {
namespace {

std::string text(Fence fence) {
    return "(" + std::to_string(fence.generation.number()) + "," +
           std::to_string(fence.epoch.number()) + ")";
}
std::string text(const lead::Ballot& ballot) {
    return "(" + std::to_string(ballot.generation.number()) + "," +
           std::to_string(ballot.epoch.number()) + "," + std::to_string(ballot.seq) + ")";
}
std::string text(ReplicaIndex index) { return "r" + std::to_string(index.number); }

bool majority(const std::vector<lead::MemberEntry>& list, const std::set<ReplicaIndex>& who) {
    std::size_t yes = 0;
    for (const auto& entry : list) yes += who.count(entry.index);
    return yes > list.size() / 2;
}

bool quorum(const lead::Record& record, const std::set<ReplicaIndex>& who) {
    if (!majority(record.members, who)) return false;
    return record.old_members.empty() || majority(record.old_members, who);
}

bool in(const std::vector<ReplicaIndex>& list, ReplicaIndex index) {
    return std::count(list.begin(), list.end(), index) > 0;
}

bool valid(const lead::Record& r) {
    const int s = static_cast<int>(r.in_sync.size());
    if (r.k < 1 || r.k > s || r.floor > r.copies || r.members.empty()) return false;
    const auto data = [](const std::vector<lead::MemberEntry>& list, ReplicaIndex index) {
        return std::any_of(list.begin(), list.end(), [&](const auto& entry) {
            return entry.index == index && entry.kind == ReplicaKind::Data;
        });
    };
    for (const ReplicaIndex index : r.in_sync)
        if (!data(r.members, index) && !data(r.old_members, index)) return false;
    return !r.leader || (in(r.in_sync, *r.leader) && data(r.members, *r.leader));
}

lead::Ballot ballot_of(const std::optional<lead::Durable>& durable) {
    return durable && durable->record ? durable->record->ballot : lead::Ballot{};
}

}  // namespace

void Invariants::fail(const std::string& what) {
    if (!broken_) broken_ = "at " + std::to_string(world_.now()) + " ms: " + what;
}

bool Invariants::serves(const Box& box) const {
    return box.powered && box.database.mode == Mode::Primary && world_.gate_open(box);
}

std::optional<ReplicaIndex> Invariants::elected_after(Fence fence) const {
    const auto next = elected_.upper_bound(fence);
    if (next == elected_.end() || next->first.generation != fence.generation) return std::nullopt;
    return next->second;
}

// L1, L10, L15.
void Invariants::each_event() {
    const Box* serving = nullptr;
    for (const Box& box : world_.boxes()) {
        if (!world_.shape().wild_clocks && serves(box)) {
            if (serving != nullptr &&
                serving->database.promoted.generation == box.database.promoted.generation)
                fail("L1: " + text(serving->index) + " and " + text(box.index) + " serve");
            serving = &box;
        }
        const auto& receiver = box.database.receiver;
        if (receiver && box.disk) {
            const bool bound = box.disk->epoch == receiver->fence.epoch && box.disk->record &&
                               box.disk->record->ballot.epoch == receiver->fence.epoch;
            if (!bound || box.disk->rejoining)
                fail("L10: " + text(box.index) + " receives from " + text(receiver->fence));
        }
        const bool overdue = world_.clock_of(box) >= box.lease_until + box.state.timing.margin;
        if (overdue && box.database.mode == Mode::Primary && box.database.clients_open &&
            world_.gate_open(box))
            fail("L15: " + text(box.index) + " is behind no fence");
    }
}

void Invariants::each_tick() {
    if (broken_) return;
    for (const Box& box : world_.boxes()) {
        if (box.running && box.state.role == lead::Role::Leader) check_cover(box);
    }
}

// L6, for a leader that is not superseded.
void Invariants::check_cover(const Box& box) {
    const lead::State& state = box.state;
    const Fence fence{state.durable.generation, state.durable.epoch};
    const Database& database = box.database;
    if (elected_after(fence) || database.mode != Mode::Primary || database.promoted != fence)
        return;
    std::vector<const lead::Record*> records;
    if (state.leading.committed) records.push_back(&*state.leading.committed);
    if (state.leading.open_record) records.push_back(&*state.durable.record);
    for (const lead::Record* record : records) {
        int outside = in(record->in_sync, box.index) ? 0 : 1;
        for (const ReplicaIndex index : database.quorum.names)
            outside += in(record->in_sync, index) ? 0 : 1;
        if (database.quorum.k_db - outside < record->k)
            fail("L6: the database acknowledges with k " + std::to_string(database.quorum.k_db) +
                 ", " + std::to_string(outside) + " of them outside S of " + text(record->ballot));
        if (record->mode == ReplicationMode::Synchronous) check_held(*record, box);
    }
}

void Invariants::check_held(const lead::Record& record, const Box& leader) {
    const std::size_t count = acknowledged_.size();
    for (std::size_t back = 1; back <= 3 && back <= count; ++back) {
        const Acknowledged& one = acknowledged_[count - back];
        if (one.fence.generation != record.ballot.generation) continue;
        int held = 0;
        for (const ReplicaIndex index : record.in_sync) {
            const Box& box = world_.box(index);
            const bool silent = box.disk && box.disk->rejoining;
            held += silent || box.database.has(one.number) ? 1 : 0;
        }
        if (held < record.k)
            fail("L6: write " + std::to_string(one.number) + " of " + text(one.fence) +
                 " is held by " + std::to_string(held) + " of S of " + text(record.ballot) +
                 " led by " + text(leader.index));
    }
}

void Invariants::told(const Box& box, const lead::Message& message) {
    const lead::Envelope& envelope = message.envelope;
    if (!box.disk) return fail("L8: a message before anything is durable");
    if (envelope.counter >= box.disk->counter_limit)
        fail("L8: counter " + std::to_string(envelope.counter) + " of " + text(box.index) +
             " is not reserved");
    if (envelope.generation == box.disk->generation && envelope.epoch > box.disk->epoch)
        fail("L8: " + text(box.index) + " told an epoch that is not durable");
    check_vote_told(box, message);
    check_leader_told(box, message);
}

void Invariants::check_vote_told(const Box& box, const lead::Message& message) {
    const lead::Durable& disk = *box.disk;
    const Generation generation = message.envelope.generation;
    const auto vote = [&](Epoch epoch, ReplicaIndex candidate) {
        const Fence fence{generation, epoch};
        const auto [it, first] = votes_.insert({{fence, box.index}, candidate});
        if (!first && it->second != candidate)
            fail("L9: " + text(box.index) + " voted twice in " + text(fence));
        if (disk.generation == generation && disk.epoch == epoch && disk.voted_for != candidate)
            fail("L8: vote of " + text(box.index) + " in " + text(fence) + " is not durable");
        if (disk.generation == generation && disk.epoch < epoch)
            fail("L8: vote of " + text(box.index) + " is ahead of its disk");
    };
    if (const auto* one = message.body.get_if<lead::VoteAnswer>()) {
        if (one->reason != lead::Reason::None) return;
        vote(one->epoch, message.envelope.to);
        if (disk.record && in(disk.record->in_sync, box.index))
            check_voter_knows(box, world_.box(message.envelope.to));
    } else if (const auto* request = message.body.get_if<lead::Vote>()) {
        vote(request->epoch, box.index);
    } else if (const auto* written = message.body.get_if<lead::WriteAnswer>()) {
        if (written->reason != lead::Reason::None) return;
        if (ballot_of(box.disk) < written->ballot)
            fail("L8: accept of " + text(box.index) + " is not durable");
        accepted(box.index, written->ballot);
    }
}

void Invariants::flushed(const Box& box, const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) held_[box.index].insert(entry.number);
}

// L6: held(m, w) ⇒ w ∈ log(m) ∨ silent(m). Who votes is not silent, unless the candidate has w.
void Invariants::check_voter_knows(const Box& voter, const Box& candidate) {
    if (voter.disk->record->mode == ReplicationMode::Asynchronous) return;
    const std::size_t count = acknowledged_.size();
    for (std::size_t back = 1; back <= 40 && back <= count; ++back) {
        const Acknowledged& one = acknowledged_[count - back];
        if (one.fence.generation != voter.disk->generation) continue;
        if (!held_[voter.index].contains(one.number)) continue;
        if (!voter.database.has(one.number) && !candidate.database.has(one.number))
            fail("L6: " + text(voter.index) + " votes and has dropped write " +
                 std::to_string(one.number) + " that " + text(candidate.index) + " lacks");
    }
}

void Invariants::check_leader_told(const Box& box, const lead::Message& message) {
    const Generation generation = message.envelope.generation;
    const auto over = [&](Epoch epoch) {
        if (resigned_.contains({Fence{generation, epoch}, box.index}))
            fail("L14: " + text(box.index) + " goes on after resigning epoch " +
                 std::to_string(epoch.number()));
    };
    if (const auto* resign = message.body.get_if<lead::Resign>()) {
        if (box.disk->generation == generation && box.disk->resigned < resign->epoch)
            fail("L8: resignation of " + text(box.index) + " is not durable");
        const Fence fence{generation, resign->epoch};
        resigned_.insert({fence, box.index});
        if (serves(box) && box.database.promoted == fence)
            fail("L14: " + text(box.index) + " resigned and serves");
    } else if (const auto* renew = message.body.get_if<lead::Renew>()) {
        over(renew->epoch);
    } else if (const auto* write = message.body.get_if<lead::Write>()) {
        over(write->record.ballot.epoch);
        if (ballot_of(box.disk) < write->record.ballot && box.disk->generation == generation)
            fail("L8: write of " + text(box.index) + " is not durable");
        proposed(box, write->record);
    }
}

void Invariants::durable_changed(const Box& box, const std::optional<lead::Durable>& before) {
    const lead::Durable& now = *box.disk;
    if (now.record && !valid(*now.record)) fail("L13: " + text(box.index) + " holds no valid one");
    if (now.record) {
        const auto known = proposed_.find(now.record->ballot);
        if (known != proposed_.end() && known->second != *now.record)
            fail("L3: " + text(box.index) + " holds another record of " + text(now.record->ballot));
        if (now.record->leader == box.index) {
            proposed(box, *now.record);
            accepted(box.index, now.record->ballot);
        }
    }
    if (!before || before->generation != now.generation) return;
    if (now.epoch < before->epoch || ballot_of(box.disk) < ballot_of(before) ||
        now.resigned < before->resigned || now.counter_limit < before->counter_limit)
        fail("L8: what " + text(box.index) + " had durable fell");
}

void Invariants::elected(const Box& box) {
    const Fence fence{box.state.durable.generation, box.state.durable.epoch};
    const auto [it, first] = elected_.insert({fence, box.index});
    if (!first && it->second != box.index)
        fail("L2: " + text(it->second) + " and " + text(box.index) + " are elected in " +
             text(fence));
    if (resigned_.contains({fence, box.index}))
        fail("L14: " + text(box.index) + " is elected in an epoch it gave up");
}

bool Invariants::descends(lead::Ballot from, const lead::Ballot& ancestor) const {
    while (from > ancestor) {
        const auto parent = parent_.find(from);
        if (parent == parent_.end()) return false;
        from = parent->second;
    }
    return from == ancestor;
}

// Written is not proposed yet: what a crash takes before it was durable, nobody has seen.
void Invariants::written(const lead::Record& record, const lead::Record& parent) {
    made_[record.ballot] = parent.ballot;
}

void Invariants::proposed(const Box& box, const lead::Record& record) {
    const auto [it, first] = proposed_.insert({record.ballot, record});
    if (!first && it->second != record) fail("L3: two records of ballot " + text(record.ballot));
    if (!first) return;
    const auto made = made_.find(record.ballot);
    const lead::Ballot parent = made == made_.end() ? lead::Ballot{} : made->second;
    parent_[record.ballot] = parent;
    const auto newest = committed_.lower_bound(record.ballot);
    if (newest != committed_.begin()) {
        const lead::Ballot below = *std::prev(newest);
        if (below.generation == record.ballot.generation && !descends(record.ballot, below))
            fail("L4: " + text(record.ballot) + " of " + text(box.index) +
                 " does not descend from the committed " + text(below));
    }
    if (record.ballot.seq > 1 && !committed_.contains(parent))
        fail("L13: " + text(box.index) + " has two open records");
}

void Invariants::accepted(ReplicaIndex who, const lead::Ballot& ballot) {
    const auto record = proposed_.find(ballot);
    if (record == proposed_.end()) return;
    auto& all = accepted_[ballot];
    all.insert(who);
    if (committed_.contains(ballot) || !quorum(record->second, all)) return;
    committed_.insert(ballot);
    for (auto later = proposed_.upper_bound(ballot); later != proposed_.end(); ++later) {
        if (later->first.generation == ballot.generation && !descends(later->first, ballot))
            fail("L4: " + text(ballot) + " is committed, " + text(later->first) +
                 " was proposed without it");
    }
}

void Invariants::acknowledged(const Box& box, std::uint64_t number) {
    const Fence fence = box.database.promoted;
    if (const auto q = elected_after(fence)) {
        if (!world_.shape().wild_clocks)
            fail("L7: " + text(box.index) + " acknowledged in " + text(fence) + " after " +
                 text(*q) + " was elected");
        if (box.state.durable.record->mode == ReplicationMode::Asynchronous) return;
        // Without clocks: only what was on enough disks before they were cut.
        if (!world_.box(*q).database.has(number) && world_.box(*q).data &&
            !world_.box(*q).disk->rejoining)
            fail("L7: write " + std::to_string(number) + " is acknowledged in " + text(fence) +
                 " and unknown to the newer leader");
    }
    acknowledged_.push_back({number, fence});
}

// L5, L12.
void Invariants::promoted(const Box& box) {
    const Fence fence = box.database.promoted;
    if (box.state.durable.record->mode == ReplicationMode::Asynchronous)
        ++world_.coverage()["asynchronous leader"];
    for (const Acknowledged& one : acknowledged_) {
        if (one.fence.generation == fence.generation && one.fence < fence &&
            !box.database.has(one.number)) {
            if (box.state.durable.record->mode == ReplicationMode::Asynchronous) {
                ++world_.coverage()["asynchronous write lost"];
                continue;
            }
            fail("L5: write " + std::to_string(one.number) + " acknowledged in " + text(one.fence) +
                 " is lost: " + text(box.index) + " leads in " + text(fence));
            break;
        }
    }
    const lead::Record* newest = nullptr;
    for (const lead::Ballot& ballot : committed_)
        if (lead::fence_of(ballot) == fence) newest = &proposed_.at(ballot);
    if (newest == nullptr)
        return fail("L12: " + text(box.index) + " is promoted in " + text(fence) +
                    " before its record is committed");
    std::set<ReplicaIndex> names(newest->in_sync.begin(), newest->in_sync.end());
    names.erase(box.index);
    if (box.database.quorum.names != names || box.database.quorum.k_db != newest->k)
        fail("L12: " + text(box.index) + " is promoted with other names than its record's");
}

void Invariants::opened(const Box& box) {
    const auto& record = box.state.durable.record;
    const Fence fence = box.database.promoted;
    const bool committed = std::any_of(committed_.begin(), committed_.end(), [&](const auto& one) {
        return lead::fence_of(one) == fence;
    });
    if (!committed) fail("L11: " + text(box.index) + " opens before its record is committed");
    const lead::Record& judged =
        box.state.leading.committed ? *box.state.leading.committed : *record;
    if (judged.k < judged.floor) fail("L11: " + text(box.index) + " opens below the floor");
    // What was not flushed when the end was read still waits, seen by no client.
    const auto end = box.database.read_ends.find(box.open_number);
    if (end == box.database.read_ends.end())
        return fail("L11: " + text(box.index) + " opens and has read no end");
    const Log read(box.database.log.begin(),
                   box.database.log.begin() + static_cast<std::ptrdiff_t>(end->second));
    int hold = 0;
    for (const ReplicaIndex index : judged.in_sync)
        // As in L6: one that held it and is torn now gives no vote without it.
        hold += world_.box(index).torn || is_prefix(read, world_.box(index).database.log) ? 1 : 0;
    if (hold < judged.k)
        fail("L11: " + text(box.index) + " opens with " + std::to_string(hold) + " copies");
}

void Invariants::first(const lead::Record& record) {
    firsts_.insert({record.ballot.generation, record});
}

// L16, the members' half: an edge that knows the first record alone can verify what is told to it.
void Invariants::published(const Box& box, const lead::Publish& told) {
    ++world_.coverage()["published"];
    const bool whole =
        !told.chain.empty() && told.chain.back().config_hash == told.record.config_hash;
    if (!whole) ++world_.coverage()["published, links still missing"];
    const auto first = firsts_.find(told.record.ballot.generation);
    if (!whole || first == firsts_.end()) return;
    const auto newest = lead::verify_chain(InstanceName("acme"), first->second, told.chain,
                                           told.certificate, verifier());
    if (!newest.ok())
        fail("L16: " + text(box.index) + " publishes in " + text(told.certificate.fence) + ": " +
             newest.failure().message);
    else if (told.chain.size() > 1)
        ++world_.coverage()["chain of links verified"];
}

}  // namespace foyer::sim::group
