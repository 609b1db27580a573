#include "tests/support/obedient_boxes.h"

#include <algorithm>
#include <tuple>

#include "master/domain/desired.h"
#include "master/domain/progress.h"
#include "tests/support/invariants.h"

namespace foyer::test {

using namespace foyer::master;  // NOLINT: a test's own file

namespace {

auto rank(const Position& position) { return std::tuple(position.epoch, position.flushed_bytes); }

bool is_listed(const std::vector<foyer::Member>& list, ReplicaIndex index) {
    return std::ranges::any_of(list, [&](const foyer::Member& one) { return one.index == index; });
}

// A box that was away may still hold a copy of an order that is long erased elsewhere.
bool is_same_order(const Assignment& a, const Assignment& b) {
    return a.instance == b.instance && a.ordered_at == b.ordered_at;
}

std::string name_in(const Assignment& wish) {
    for (const foyer::Member& member : wish.members) {
        if (member.index == wish.index) return member.name;
    }
    return "";
}

}  // namespace

void ObedientBoxes::run(const Command& command) {
    if (!attempt(command)) throw std::runtime_error("refused");
}

bool ObedientBoxes::attempt(const Command& command) {
    std::map<InstanceName, std::optional<ReplicaIndex>> before;
    for (const auto& [name, row] : world_.state.instances()) before[name] = row.leader;
    if (!world_.attempt(command).ok()) return false;
    world_.run(command);
    if (shadow_) {
        const auto note = [&](const std::vector<std::string>& found) {
            for (const std::string& problem : found)
                problems.push_back("revision " + std::to_string(world_.state.revision().number()) +
                                   ": " + problem);
        };
        note(broken(world_.state));
        note(broken_step(*shadow_, world_.state));
        shadow_->apply(world_.history.back().second, world_.history.back().first);
    }
    for (const auto& [name, row] : world_.state.instances()) {
        const auto was = before.find(name);
        if (was == before.end() || was->second || !row.leader) continue;
        const Replica& lead = world_.state.replicas().at({name, *row.leader});
        const Position& log = copies_[lead.node][partition_id(lead.key)].log;
        const auto acknowledged = acknowledged_.find({name, row.created_at});
        if (acknowledged != acknowledged_.end() && rank(log) < rank(acknowledged->second)) {
            loss = name.str() + ": copy " + std::to_string(row.leader->number) + " ends at " +
                   std::to_string(log.epoch.number()) + ":" + std::to_string(log.flushed_bytes) +
                   ", acknowledged was " + std::to_string(acknowledged->second.epoch.number()) +
                   ":" + std::to_string(acknowledged->second.flushed_bytes);
        }
    }
    return true;
}

void ObedientBoxes::hear(const NodeId& node) {
    const DesiredDelta wish = desired_since(world_.state, node, LineageId(), Revision());
    Copies& copies = copies_[node];
    std::set<PartitionId> wanted;
    for (const Assignment& assignment : wish.assignments) {
        wanted.insert(assignment.partition);
        Copy& copy = copies[assignment.partition];
        // Of another order of that name: nothing of it counts.
        if (copy.wish.ordered_at != assignment.ordered_at) copy = Copy{};
        if (assignment.fence != copy.wish.fence) copy.open = copy.following = false;
        copy.wish = assignment;
    }
    for (auto at = copies.begin(); at != copies.end();) {
        if (wanted.contains(at->first)) {
            ++at;
            continue;
        }
        erased_[node].push_back(at->first);
        at = copies.erase(at);
    }
}

// Copies what the standby lacks; true when it holds the leader's end of log now.
bool ObedientBoxes::follow(Copy& lead, Copy& standby) {
    const bool same =
        standby.wish.fence == lead.wish.fence && standby.wish.leader == lead.wish.index;
    const bool known = is_listed(lead.wish.members, standby.wish.index) ||
                       is_listed(lead.wish.learners, standby.wish.index);
    standby.following = same && known && standby.wish.desired == DesiredState::Running;
    if (!standby.following) return false;
    const bool slow = static_cast<int>(rng_.below(100)) < slow_percent;
    if (!slow) {
        standby.log = lead.log;
        standby.initialized = true;
    }
    const bool counts = is_listed(lead.wish.members, standby.wish.index);
    if (standby.initialized) {
        lead.followers[name_in(standby.wish)] = {
            name_in(standby.wish), "streaming", counts ? "quorum" : "async",
            std::max<std::int64_t>(0, lead.log.flushed_bytes - standby.log.flushed_bytes)};
    }
    return counts && rank(standby.log) == rank(lead.log);
}

void ObedientBoxes::lead(Copy& lead) {
    const Assignment& wish = lead.wish;
    lead.followers.clear();
    if (wish.desired != DesiredState::Running) return;
    if (!lead.initialized) {
        if (!wish.founder) return;
        lead.initialized = true;
    }
    if (lead.log.epoch != wish.fence.epoch) lead.log.epoch = wish.fence.epoch;
    lead.log.flushed_bytes += 10;
    int holders = 1;
    for (auto& [node, copies] : copies_) {
        if (!works(node)) continue;
        for (auto& [id, other] : copies) {
            if (!is_same_order(other.wish, wish) || other.wish.index == wish.index) continue;
            if (other.wish.role != ReplicaRole::Standby) continue;
            if (follow(lead, other)) ++holders;
        }
    }
    if (holders < wish.copies) return;
    lead.open = true;
    // An asynchronous order accepted the loss of what only its leader holds.
    if (wish.copies > 1) acknowledged_[{wish.instance, wish.ordered_at}] = lead.log;
}

void ObedientBoxes::work() {
    for (auto& [node, copies] : copies_) {
        for (auto& [id, copy] : copies) copy.following = false;
    }
    for (auto& [node, copies] : copies_) {
        if (!works(node)) continue;
        for (auto& [id, copy] : copies) {
            if (copy.wish.role == ReplicaRole::Primary) lead(copy);
        }
    }
}

void ObedientBoxes::report(const NodeId& node) {
    ReportNode said;
    said.node = node;
    said.observations_full = true;
    said.host = HostOrder{};
    if (paused.contains(node)) said.host->wish = HostWish::Paused;
    if (leaving.contains(node)) said.host->wish = HostWish::Leaving;
    for (const auto& [id, copy] : copies_[node]) {
        PartitionObservation seen;
        seen.partition = id;
        seen.fence = copy.wish.fence;
        seen.applied = copy.wish.revision;
        const bool leads = copy.wish.role == ReplicaRole::Primary && copy.initialized;
        seen.role = leads ? ReplicaRole::Primary : ReplicaRole::Standby;
        seen.initialized = copy.initialized;
        seen.ready = leads ? copy.open : copy.initialized && copy.following;
        seen.phase = PartitionPhase::Starting;
        if (!copy.initialized) seen.phase = PartitionPhase::Preparing;
        if (seen.ready) seen.phase = PartitionPhase::Running;
        if (copy.wish.desired == DesiredState::Stopped) seen.phase = PartitionPhase::Stopped;
        if (failing.contains(node)) {
            seen.phase = PartitionPhase::Failed;
            seen.ready = false;
            seen.reason = "its disk is broken";
        }
        if (paused.contains(node)) {
            seen.phase = PartitionPhase::Stopped;
            seen.ready = false;
        }
        if (copy.initialized)
            seen.position = Position{copy.log.epoch, copy.log.flushed_bytes, copy.following};
        if (leads) {
            for (const auto& [name, view] : copy.followers) seen.followers.push_back(view);
        }
        said.observations.push_back(seen);
    }
    said.erased = std::move(erased_[node]);
    erased_[node].clear();
    run(said);
}

void ObedientBoxes::mark_silent() {
    MarkSilent marked;
    for (const auto& [name, node] : world_.state.nodes()) {
        const auto heard = heard_.find(name);
        const WallTime last = heard == heard_.end() ? noon : heard->second;
        if (node.state == NodeState::Online && world_.now - last >= silent_after)
            marked.nodes.push_back(name);
    }
    if (!marked.nodes.empty()) run(marked);
}

void ObedientBoxes::round() {
    constexpr int ticks_max = 1'000;
    world_.now = world_.now + Duration(10'000);
    std::vector<NodeId> there;
    for (const auto& [name, node] : world_.state.nodes()) {
        if (is_up(name) && !cut.contains(name) && node.state != NodeState::Expected)
            there.push_back(name);
    }
    for (const NodeId& node : there) hear(node);
    work();
    for (const NodeId& node : there) {
        if (!world_.state.nodes().contains(node)) continue;
        heard_[node] = world_.now;
        report(node);
    }
    mark_silent();
    for (int i = 0; i < ticks_max; ++i) {
        const Revision before = world_.state.revision();
        run(Tick{hearing_since});
        if (world_.state.revision() == before) return;
    }
    throw std::runtime_error("ticks never end");
}

bool ObedientBoxes::settle(int most) {
    for (int i = 0; i < most; ++i) {
        round();
        const bool promoting = std::ranges::any_of(
            world_.state.instances(), [](const auto& entry) { return !!entry.second.promotion; });
        if (world_.state.endangered().empty() && !promoting) return true;
    }
    return false;
}

bool ObedientBoxes::holds(const std::string& node, const std::string& partition) const {
    const auto found = copies_.find(NodeId(node));
    return found != copies_.end() && found->second.contains(PartitionId(partition));
}

}  // namespace foyer::test
