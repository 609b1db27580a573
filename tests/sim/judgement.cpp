// What the world is held against: after each commit, and when the faults are over.
#include <algorithm>

#include "master/domain/desired.h"
#include "master/domain/membership.h"
#include "master/domain/progress.h"
#include "tests/sim/faults.h"
#include "tests/sim/world.h"

namespace foyer::sim {

using master::State;

namespace {

// A limit that is known: a former leader that was stopped has to rejoin before it runs, so when
// every copy that may lead is one, or has not caught up yet, a promotion waits for ever. It is
// counted, and shown with the coverage.
bool nobody_can_lead(const State& state, const master::Instance& row) {
    if (!row.promotion || row.leader) return false;
    return std::ranges::all_of(state.replicas_of(row.name), [&](const master::Replica* replica) {
        const master::Site& site = state.sites().at(state.nodes().at(replica->node).site);
        return !replica->observed.position || site.host_class == HostClass::Open ||
               replica->membership == master::Membership::Learner;
    });
}

// For the coverage.
std::string reason_of(const State& state, const master::Instance& row) {
    if (row.desired == DesiredState::Stopped) return "a stopped instance's copies stay";
    if (nobody_can_lead(state, row)) return "nobody can be elected";
    return "no room elsewhere";
}

std::string_view to_text(master::InstanceState state) {
    switch (state) {
        case master::InstanceState::Preparing: return "preparing";
        case master::InstanceState::Running: return "running";
        case master::InstanceState::Degraded: return "degraded";
        case master::InstanceState::Unavailable: return "unavailable";
        case master::InstanceState::Promoting: return "promoting";
        case master::InstanceState::Stopped: return "stopped";
        case master::InstanceState::Deleting: return "deleting";
    }
    CHECK(false);
}

// Why a copy may stay where it should not be: as long as its instance is stopped, while there is
// no room elsewhere (the reason is kept), and where nobody can be elected.
bool is_excused(const State& state, const master::Replica& replica) {
    const master::Instance& row = state.instances().at(replica.key.instance);
    return row.desired == DesiredState::Stopped || row.repair_wait || nobody_can_lead(state, row);
}

bool is_excused_drain(const State& state, const master::Operation& work) {
    if (work.kind != master::OperationKind::Drain) return false;
    const auto& held = state.replicas_on(work.node);
    return !held.empty() && std::ranges::all_of(held, [&](const master::ReplicaKey& key) {
        return is_excused(state, state.replicas().at(key));
    });
}

std::string open_steps(const master::Operation& work) {
    std::string text;
    for (const master::OperationStep& step : work.steps)
        if (step.state == master::OperationState::Running)
            text += "; " + step.name + ": " + step.detail;
    return text;
}

bool is_known_limit(const State& state, const master::Operation& work) {
    const auto found = state.instances().find(work.instance);
    return found != state.instances().end() && nobody_can_lead(state, found->second);
}

}  // namespace

void World::commit_seen(const State& state, const State& before,
                        const std::vector<master::Entry>& batch) {
    if (master_->has_repairs()) want_repair(scenario_.repair_every);
    const auto broken = invariants_.after(before, state, batch, scenario_.check_all);
    if (broken) room_.broken(*broken);
    const std::string missing = people_->missing(state);
    if (!missing.empty()) room_.broken("the acknowledged order of '" + missing + "' is lost");
    check_nobody_evicted(batch);
    // A call that arrived while its box was being called silent ends at its time, and the next one
    // says that it is back.
    for (const master::Entry& entry : batch)
        for (const master::Change& change : entry.changes)
            if (const auto* node = change.get_if<master::Put<master::Node>>())
                if (node->row.state == master::NodeState::Silent)
                    network_->progress(box(node->row.name).number());
    cover(batch);
}

// A master that is cut off blames nobody for it.
void World::check_nobody_evicted(const std::vector<master::Entry>& batch) {
    if (master_->judged_at() < network_->cut_at()) return;  // a slow database wrote it down later
    // Fewer boxes than that prove nothing: the brake is for more than half, and at least three.
    std::size_t online = 0;
    std::size_t cut_off = 0;
    for (const auto& [node, how] : node_states_) {
        if (how != to_text(master::NodeState::Online)) continue;
        ++online;
        if (network_->lost_only_by_cut(box(node).number())) ++cut_off;
    }
    if (cut_off < static_cast<std::size_t>(master_->limits().isolated_nodes_min) ||
        cut_off * 2 <= online)
        return;
    for (const master::Entry& entry : batch) {
        for (const master::Change& change : entry.changes) {
            const auto* node = change.get_if<master::Put<master::Node>>();
            if (node == nullptr || node->row.state != master::NodeState::Silent ||
                node_states_[node->row.name] == to_text(master::NodeState::Silent))
                continue;
            const Box& blamed = box(node->row.name);
            if (network_->lost_only_by_cut(blamed.number()) && blamed.agent_runs() &&
                blamed.world.up_cuts == 0 && blamed.world.down_cuts == 0)
                room_.broken("an isolated master calls '" + node->row.name.str() + "' silent");
        }
    }
}

void World::cover(const std::vector<master::Entry>& batch) {
    for (const master::Entry& entry : batch) {
        for (const master::Change& change : entry.changes) {
            if (const auto* node = change.get_if<master::Put<master::Node>>()) {
                std::string& before = node_states_[node->row.name];
                const std::string now(master::to_text(node->row.state));
                room_.coverage.moved("node", before, now);
                before = now;
            } else if (const auto* replica = change.get_if<master::Put<master::Replica>>()) {
                std::string& before = phases_[partition_id(replica->row.key).str()];
                const std::string now(to_text(replica->row.observed.phase));
                room_.coverage.moved("replica", before, now);
                before = now;
            } else if (const auto* work = change.get_if<master::Put<master::Operation>>()) {
                const std::string now = std::string(master::to_text(work->row.kind)) + " " +
                                        std::string(master::to_text(work->row.state));
                std::string& before = operations_[work->row.id];
                room_.coverage.moved("operation", before, now);
                before = now;
                if (work->row.state != master::OperationState::Running)
                    operations_.erase(work->row.id);
            } else if (const auto* event = change.get_if<master::Put<master::Event>>()) {
                room_.coverage.saw("event", event->row.kind);
                room_.trace.line("event", event->row.kind,
                                 event->row.subject + ": " + event->row.message);
            }
        }
    }
    master_->read([&](const State& state) {
        for (const master::Entry& entry : batch) {
            for (const master::Change& change : entry.changes) {
                const auto* instance = change.get_if<master::Put<master::Instance>>();
                const auto* replica = change.get_if<master::Put<master::Replica>>();
                if (instance == nullptr && replica == nullptr) continue;
                const InstanceName& name =
                    instance != nullptr ? instance->row.name : replica->row.key.instance;
                const auto found = state.instances().find(name);
                if (found == state.instances().end()) continue;
                std::string& before = instance_states_[name];
                const std::string now(to_text(instance_state(state, found->second)));
                room_.coverage.moved("instance", before, now);
                before = now;
            }
        }
    });
}

std::string World::unsettled() {
    if (!master_->serves()) return "the master does not serve";
    // It was away for the last third of its certificate's life: a person has to enrol it again.
    for (const auto& box : boxes_) {
        if (box->is_certified()) continue;
        room_.coverage.saw("limit", "a certificate expired while its box was away");
        return {};
    }
    return master_->read([&](const State& state) -> std::string {
        if (auto broken = invariants_.whole(state)) return *broken;
        for (const auto& box : boxes_) {
            std::string why = unsettled_box(state, *box);
            if (!why.empty()) return "box '" + box->spec().name.str() + "' " + why;
        }
        for (const auto& [name, row] : state.instances()) {
            std::string why = unsettled_instance(state, row);
            if (!why.empty()) return "instance '" + name.str() + "' " + why;
        }
        for (const auto& [id, work] : state.operations()) {
            const auto about = state.instances().find(work.instance);
            if (about != state.instances().end() && has_remains(state, about->second)) continue;
            if (work.state == master::OperationState::Running && !is_known_limit(state, work) &&
                !is_excused_drain(state, work))
                return "operation '" + id.str() + "' (" + std::string(master::to_text(work.kind)) +
                       " of '" + work.instance.str() + work.node.str() + "') goes on" +
                       open_steps(work);
        }
        return {};
    });
}

std::string World::unsettled_instance(const State& state, const master::Instance& row) {
    const auto how = instance_state(state, row);
    if (nobody_can_lead(state, row)) {
        room_.coverage.saw("limit", "every copy that may lead led before: none can be elected");
        return {};
    }
    if (row.desired == DesiredState::Deleted) return "is not gone";
    if (has_remains(state, row)) {
        room_.coverage.saw("limit", "an old agent kept the data of a deleted namesake");
        return {};
    }
    std::string moving = unfinished_repair(state, row);
    if (!moving.empty()) return moving;
    for (const master::Replica* replica : state.replicas_of(row.name)) {
        const bool stopped = row.desired == DesiredState::Stopped;
        const master::Observed& seen = replica->observed;
        if (seen.fence != row.fence || (stopped && seen.phase != PartitionPhase::Stopped) ||
            (!stopped && !(seen.phase == PartitionPhase::Running && seen.ready)))
            return "is " + std::string(to_text(how)) + ": copy " +
                   std::to_string(replica->key.index.number) + " on " + replica->node.str() +
                   " is " + std::string(to_text(seen.phase)) + " in epoch " +
                   std::to_string(seen.fence.epoch.number()) + " of " +
                   std::to_string(row.fence.epoch.number()) + ": " + seen.reason();
    }
    if (row.desired == DesiredState::Stopped) return {};
    if (how != master::InstanceState::Running) return "is " + std::string(to_text(how));
    const Group* group = services_->group(row.name);
    int serving = 0;
    for (const Copy* copy : group->copies) {
        // One that nobody knows any more may lead nobody, where it is kept.
        const master::Replica* known = state.find_replica(copy->partition);
        if (!copy->leads || known == nullptr || box(known->node).number() != copy->box) continue;
        ++serving;
        for (const auto& [epoch, end] : group->acknowledged)
            if (!group->asynchronous && !copy->log.holds({epoch, end}))
                return "serves without a write that it acknowledged";
    }
    return serving == 1 ? std::string() : "is led by " + std::to_string(serving) + " copies";
}

std::string World::unsettled_box(const State& state, Box& box) {
    const auto row = state.nodes().find(box.spec().name);
    if (row == state.nodes().end()) return "is not in the catalogue";
    if (row->second.state != master::NodeState::Online)
        return "is " + std::string(master::to_text(row->second.state));
    if (row->second.host_order != HostOrder{}) return "is still as its host wanted it before";
    if (row->second.refuses) return "still refuses what its host refused before";
    if (!box.agent_runs() || !box.journal().desired()) return "has no agent";
    const DesiredNode& has = *box.journal().desired();
    const master::DesiredDelta wish = desired_since(state, box.spec().name, {}, Revision());
    if (has.assignments.size() != wish.assignments.size()) return "has other assignments";
    for (const Assignment& assignment : wish.assignments) {
        const auto found = has.assignments.find(assignment.partition);
        if (found == has.assignments.end()) return "lacks an assignment";
        Assignment bare = assignment;
        bare.secrets = {};
        if (found->second != bare) return "has an outdated assignment of " + bare.partition.str();
    }
    if (has.peers.size() != wish.peers.size()) return "has other peers";
    for (const OverlayPeer& peer : wish.peers)
        if (!has.peers.contains(peer.node) || has.peers.at(peer.node) != peer)
            return "has an outdated peer " + peer.node.str();
    if (has.routes.size() != wish.routes.size())
        return "has " + std::to_string(has.routes.size()) + " routes instead of " +
               std::to_string(wish.routes.size());
    for (const EdgeRoute& route : wish.routes) {
        const auto held = has.routes.find(route.hostname);
        if (held == has.routes.end() || held->second != route)
            return "has an outdated route " + route.hostname;
    }
    for (const PartitionId& partition : services_->on(box.number())) {
        const master::Replica* replica = state.find_replica(partition);
        if (replica != nullptr && replica->node == box.spec().name) continue;
        // A box that lost its wish cannot know whether it was removed, and keeps it for days.
        const auto local = box.journal().partitions().find(partition);
        if (local == box.journal().partitions().end() ||
            local->second.removal != agent::Removal::Forgotten)
            return "still holds " + partition.str();
        room_.coverage.saw("excused", "a copy is kept that nobody knows any more");
    }
    return {};
}

// A limit that is known: an agent of before the newest fields cannot tell two orders of one name
// apart, so a box that was lost takes what it kept of the first for a copy of the second, or
// refuses the second since its fence is older than one already obeyed.
bool World::has_remains(const State& state, const master::Instance& row) {
    const Group* group = services_->group(row.name);
    if (group != nullptr && group->inherited) return true;
    return std::ranges::any_of(state.replicas_of(row.name), [&](const master::Replica* replica) {
        Box& where = box(replica->node);
        const auto& known = where.journal().partitions();
        const auto local = known.find(partition_id(replica->key));
        return where.world.had_old_agent && local != known.end() && local->second.fence > row.fence;
    });
}

// What repair promises: every copy on a box that may keep it, and no change half done.
std::string World::unfinished_repair(const State& state, const master::Instance& row) {
    const auto copies = state.replicas_of(row.name);
    for (const master::Replica* replica : copies) {
        const std::string which = "has copy " + std::to_string(replica->key.index.number) +
                                  " on '" + replica->node.str() + "'";
        const master::Displaced why = displaced_by_box(state, *replica);
        if (is_excused(state, *replica)) {
            if (why != master::Displaced::No) room_.coverage.saw("excused", reason_of(state, row));
            continue;
        }
        if (why != master::Displaced::No) return which + " still: " + std::string(to_text(why));
        if (replica->membership != master::Membership::Member)
            return which + ", " + std::string(to_text(replica->membership)) + " still";
    }
    const bool changing = std::ranges::any_of(copies, [](const master::Replica* replica) {
        return replica->membership != master::Membership::Member;
    });
    if (!changing && static_cast<int>(copies.size()) != row.policy.replicas &&
        row.desired != DesiredState::Stopped)
        return "has " + std::to_string(copies.size()) + " copies, ordered were " +
               std::to_string(row.policy.replicas);
    return {};
}

// The same changes from the beginning give the same state, byte for byte.
void World::check_replay() {
    State again(scenario_.settings, disk_.committed.lineage());
    for (const master::Entry& entry : disk_.log) again.apply(entry.changes, entry.revision);
    const bool same = again.revision() == disk_.committed.revision() &&
                      rows_of(again) == rows_of(disk_.committed);
    if (!same) room_.broken("replaying the committed changes gives another state");
}

}  // namespace foyer::sim
