#include "tests/support/invariants.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <sstream>

#include "common/base/text.h"

namespace foyer::test {

using namespace foyer::master;  // NOLINT: a test's own file

namespace {

using Problems = std::vector<std::string>;

const Site& site_of(const State& state, const NodeId& node) {
    return state.sites().at(state.nodes().at(node).site);
}

// By the rows, which are in the order of their keys.
std::vector<const Replica*> copies_of(const State& state, const InstanceName& name) {
    std::vector<const Replica*> found;
    for (auto at = state.replicas().lower_bound({name, ReplicaIndex{0}});
         at != state.replicas().end() && at->first.instance == name; ++at)
        found.push_back(&at->second);
    return found;
}

void check_copies(const State& state, const Instance& row, Problems& problems) {
    const auto wrong = [&](const std::string& what) {
        problems.push_back("instance " + row.name.str() + ": " + what);
    };
    std::set<NodeId> nodes;
    std::set<SiteId> sites;
    std::set<IspFamilyId> families;
    std::set<CountryCode> countries;
    int members = 0;
    int others = 0;
    bool led_by_member = false;
    for (const Replica* one : copies_of(state, row.name)) {
        const Replica& replica = *one;
        const ReplicaKey& key = replica.key;
        if (!state.nodes().contains(replica.node)) {
            wrong("a copy on unknown box " + replica.node.str());
            continue;
        }
        if (state.nodes().at(replica.node).edge) wrong("a copy on edge " + replica.node.str());
        const Site& site = site_of(state, replica.node);
        if (!row.policy.countries.empty() && !row.policy.countries.contains(site.country))
            wrong("copy " + std::to_string(key.index.number) + " is outside its residency");
        if (!nodes.insert(replica.node).second) wrong("two copies on " + replica.node.str());
        if (key.index.number >= row.replicas_made) wrong("an index that was never given");
        if (replica.membership != Membership::Member) {
            ++others;
            if (!replica.since) wrong("a change of members without a beginning");
            continue;
        }
        ++members;
        if (replica.replaces || replica.since || replica.leave_after)
            wrong("a member with marks of a change");
        if (!sites.insert(site.name).second) wrong("two members on site " + site.name.str());
        const IspFamilyId& family = state.isps().at(site.isp).family;
        if (!families.insert(family).second && !row.policy.allow_same_isp)
            wrong("two members on ISP " + family.str());
        countries.insert(site.country);
        led_by_member = led_by_member || row.leader == key.index;
    }
    if (others > 1) wrong("members change more than one at a time");
    if (row.desired == DesiredState::Deleted) return;
    if (row.leader && !led_by_member) wrong("its leader is no member");
    if (!row.leader && !row.promotion) wrong("nobody leads and nobody is chosen");
    if (members < row.policy.replicas) wrong("fewer members than were ordered");
    if (static_cast<int>(countries.size()) < row.policy.min_countries) wrong("too few countries");
    if (row.served && row.fence < *row.served) wrong("served ahead of its fence");
}

// By the rows alone: what its host refuses of the box.
bool is_unwelcome(const State& state, const NodeId& box, const Instance& instance) {
    const auto node = state.nodes().find(box);
    if (node == state.nodes().end() || !node->second.refuses) return false;
    const Refusals& refuses = node->second.refuses->what;
    const std::string country = state.accounts().at(instance.owner).country.str();
    return refuses.countries.contains(CountryCode(country.empty() ? "ZZ" : country)) ||
           refuses.kinds.contains(state.releases().at({instance.release, instance.version}).kind);
}

// `held`: its copies.
void check_node(const State& state, const Node& node, const std::vector<const Replica*>& held,
                Problems& problems) {
    const auto wrong = [&](const std::string& what) {
        problems.push_back("node " + node.name.str() + ": " + what);
    };
    Resources sum;
    std::set<int> numbers;
    for (const Replica* replica : held) {
        sum += replica->reserved;
        if (!numbers.insert(replica->partition_number).second) wrong("a partition number twice");
    }
    if (!(sum == state.reserved_on(node.name))) wrong("reserved is not the sum of its copies");
    if (!sum.fits_into(node.capacity)) wrong("reserved exceeds capacity");
    const bool quiet = node.state == NodeState::Silent || node.state == NodeState::Lost;
    if (quiet != node.silent_since.has_value()) wrong("silent without since when");
    if (node.eviction_held && node.state != NodeState::Silent) wrong("held though not silent");
    if ((node.wish == NodeWish::Draining) != node.drain.has_value()) wrong("half a drain");
    if (node.drain && !state.operations().contains(node.drain->operation))
        wrong("a drain nobody can watch");
    if (state.unheard().contains(node.name) != quiet) wrong("index unheard");
    if (state.draining().contains(node.name) != is_emptied(node)) wrong("index draining");
    const bool paused = node.host_order.wish == HostWish::Paused;
    if (paused != node.paused_since.has_value() || (node.pause_lasts && !paused))
        wrong("half a pause");
    if (state.paused().contains(node.name) != paused) wrong("index paused");
    if (node.refuses && !node.refuses->what.any()) wrong("refuses nothing, and says so");
    if (state.shrunken().contains(node.name) != !node.capacity.fits_into(node.offered))
        wrong("index shrunken");
}

// Whether the copies of this instance are all where they should be, by the rows.
bool is_settled(const State& state, const Instance& row) {
    for (const Replica* one : copies_of(state, row.name)) {
        const Replica& replica = *one;
        const Node& node = state.nodes().at(replica.node);
        if (replica.membership != Membership::Member || node.state != NodeState::Online ||
            node.wish == NodeWish::Draining || replica.failing_since ||
            !node.capacity.fits_into(node.offered) || is_unwelcome(state, node.name, row))
            return false;
    }
    return true;
}

void check_indexes(const State& state, Problems& problems) {
    std::set<InstanceName> queued;
    for (const auto& [healthy, name] : state.endangered()) {
        if (!queued.insert(name).second) problems.push_back("queued twice: " + name.str());
    }
    for (const auto& [name, row] : state.instances()) {
        const bool queue = row.desired != DesiredState::Stopped && !is_settled(state, row);
        if (queue && !queued.contains(name)) problems.push_back("not queued: " + name.str());
    }
    for (const InstanceName& name : queued) {
        if (!state.instances().contains(name)) problems.push_back("queued: gone " + name.str());
    }
    std::set<ReplicaKey> learners;
    for (const auto& [key, replica] : state.replicas()) {
        if (replica.membership == Membership::Learner) learners.insert(key);
    }
    if (!std::ranges::equal(learners, state.learners())) problems.push_back("index learners");
    std::optional<OperationId> rebalancing;
    for (const auto& [id, operation] : state.operations()) {
        if (operation.kind != OperationKind::Rebalance ||
            operation.state != OperationState::Running)
            continue;
        if (rebalancing) problems.push_back("two rebalancings");
        rebalancing = id;
    }
    if (rebalancing != state.rebalancing()) problems.push_back("index rebalancing");
    std::map<IspFamilyId, int> homes;
    for (const auto& [name, node] : state.nodes()) {
        if (node.edge || node.state == NodeState::Expected) continue;
        ++homes[state.isps().at(site_of(state, name).isp).family];
    }
    const auto& counted = state.homes_by_family();
    if (!std::equal(homes.begin(), homes.end(), counted.begin(), counted.end()))
        problems.push_back("index homes_by_family");
}

int members_of(const State& state, const InstanceName& name) {
    return static_cast<int>(std::ranges::count_if(
        copies_of(state, name),
        [](const Replica* replica) { return replica->membership == Membership::Member; }));
}

void print(std::ostream& out, const Resources& of) {
    out << of.cpu << "/" << of.memory << "/" << of.disk << "/" << of.uplink;
}

template <class T>
void print(std::ostream& out, const std::optional<T>& value) {
    if (!value) {
        out << " -";
    } else if constexpr (requires { value->number; }) {
        out << " " << value->number;
    } else if constexpr (requires { value->unix_ms; }) {
        out << " " << value->unix_ms;
    } else {
        out << " " << value->epoch.number() << ":" << value->flushed_bytes << ":"
            << value->receiving;
    }
}

void print(std::ostream& out, const Node& node) {
    out << "node " << node.name << " " << node.site << " " << to_text(node.state) << " "
        << to_text(node.wish) << " " << node.number << " " << node.partitions_made << " "
        << node.token_hash << " " << node.token_used << " " << node.key_fingerprint << " "
        << node.wg_public_key << " held " << node.eviction_held << " ";
    print(out, node.capacity);
    out << " ";
    print(out, node.offered);
    print(out, node.silent_since);
    if (node.drain) {
        out << " drain " << node.drain->operation << " " << node.drain->started_at.unix_ms;
        print(out, node.drain->deadline);
    }
    if (node.refuses)
        out << " refuses " << to_text(node.refuses->what) << " now " << node.refuses->now;
    out << " rev " << node.revision.number() << " " << node.overlay_revision.number() << "\n";
}

void print(std::ostream& out, const Instance& row) {
    out << "instance " << row.name << " " << row.owner << " " << to_text(row.desired) << " fence "
        << row.fence.generation.number() << ":" << row.fence.epoch.number();
    print(out, row.leader);
    if (row.served)
        out << " served " << row.served->generation.number() << ":" << row.served->epoch.number();
    if (row.promotion) out << " promotion " << row.promotion->operation << row.promotion->force;
    if (row.operation) out << " operation " << *row.operation;
    if (row.repair_wait)
        out << " waits '" << row.repair_wait->reason << "' " << row.repair_wait->retry_at.unix_ms
            << row.repair_wait->avoid;
    out << " made " << row.replicas_made << " init " << row.initialized << " rev "
        << row.revision.number() << " " << row.group_revision.number() << " "
        << row.route_revision.number() << "\n";
}

void print(std::ostream& out, const Replica& replica) {
    const Observed& seen = replica.observed;
    out << "replica " << partition_id(replica.key) << " " << replica.node << " "
        << to_text(replica.membership) << " " << replica.partition_number;
    print(out, replica.replaces);
    print(out, replica.since.optional());
    print(out, replica.failing_since.optional());
    print(out, replica.passed_over_at.optional());
    print(out, replica.leave_after.optional());
    out << " seen " << seen.fence.generation.number() << ":" << seen.fence.epoch.number() << " "
        << seen.applied.number() << " " << to_text(seen.role) << " " << to_text(seen.phase) << " '"
        << seen.step() << "' '" << seen.reason() << "' " << seen.ready << seen.initialized;
    print(out, seen.position);
    for (const FollowerView& one : seen.followers())
        out << " " << one.name << ":" << one.state << ":" << one.sync_state << ":" << one.lag_bytes;
    out << " rev " << replica.revision.number() << "\n";
}

void print(std::ostream& out, const Operation& operation) {
    out << "operation " << operation.id << " " << to_text(operation.kind) << " "
        << operation.instance << operation.node << " " << to_text(operation.state);
    for (const OperationStep& step : operation.steps)
        out << " [" << step.name << " " << to_text(step.state) << " " << step.detail << "]";
    if (operation.failure) out << " failed '" << operation.failure->message << "'";
    out << " rev " << operation.revision.number() << "\n";
}

}  // namespace

std::vector<std::string> broken(const State& state, const InstanceName& instance) {
    Problems problems;
    const auto found = state.instances().find(instance);
    if (found != state.instances().end()) check_copies(state, found->second, problems);
    return problems;
}

// The index of copies is believed here; broken(state) is the one that does not.
std::vector<std::string> broken(const State& state, const NodeId& node) {
    Problems problems;
    const auto found = state.nodes().find(node);
    if (found == state.nodes().end()) return problems;
    std::vector<const Replica*> held;
    for (const ReplicaKey& key : state.replicas_on(node)) held.push_back(&state.replicas().at(key));
    check_node(state, found->second, held, problems);
    return problems;
}

std::vector<std::string> broken(const State& state) {
    Problems problems;
    std::map<NodeId, std::vector<const Replica*>> held;
    for (const auto& [key, replica] : state.replicas()) {
        held[replica.node].push_back(&replica);
        if (!state.instances().contains(key.instance))
            problems.push_back("copy " + partition_id(key).str() + " of no instance");
    }
    for (const auto& [name, row] : state.instances()) check_copies(state, row, problems);
    for (const auto& [name, node] : state.nodes()) {
        check_node(state, node, held[name], problems);
        const auto same = [](const ReplicaKey& key, const Replica* row) { return key == row->key; };
        if (!std::ranges::equal(state.replicas_on(name), held[name], same))
            problems.push_back("node " + name.str() + ": its copies are not those of the rows");
    }
    check_indexes(state, problems);
    return problems;
}

std::vector<std::string> broken_step(const State& before, const State& after,
                                     const InstanceName& name) {
    Problems problems;
    const auto old = before.instances().find(name);
    const auto fresh = after.instances().find(name);
    if (old == before.instances().end() || fresh == after.instances().end()) return problems;
    const Instance& was = old->second;
    const Instance& now = fresh->second;
    if (was.created_at != now.created_at) return problems;  // another one of that name
    const auto wrong = [&](const std::string& what) {
        problems.push_back("instance " + name.str() + ": " + what);
    };
    if (now.fence < was.fence) wrong("its fence went back");
    if (now.replicas_made < was.replicas_made) wrong("indexes of copies went back");
    if (was.served && (!now.served || *now.served < *was.served)) wrong("served went back");
    if (was.served && now.desired != DesiredState::Deleted &&
        members_of(after, name) < std::min(was.policy.replicas, members_of(before, name)))
        wrong("fewer members than were promised");
    for (const Replica* replica : copies_of(before, name)) {
        const std::string which = "copy " + partition_id(replica->key).str();
        const auto left = after.replicas().find(replica->key);
        if (left == after.replicas().end()) {
            const bool went =
                !was.served || now.desired == DesiredState::Deleted ||
                replica->membership == Membership::Learner ||
                (replica->membership == Membership::Leaving && replica->leave_after.has_value());
            if (!went) wrong(which + " went without leave");
        } else if (left->second.membership != replica->membership &&
                   !can_move(replica->membership, left->second.membership)) {
            wrong(which + " took an arrow that is not drawn");
        }
    }
    for (const Replica* replica : copies_of(after, name)) {
        if (before.replicas().contains(replica->key)) continue;
        if (is_unwelcome(before, replica->node, now) && is_unwelcome(after, replica->node, now))
            wrong("copy " + partition_id(replica->key).str() + " came to a box that refuses it");
    }
    return problems;
}

std::vector<std::string> broken_step(const State& before, const State& after, const NodeId& name) {
    Problems problems;
    const auto old = before.nodes().find(name);
    const auto fresh = after.nodes().find(name);
    if (old == before.nodes().end() || fresh == after.nodes().end()) return problems;
    const Node& was = old->second;
    const Node& now = fresh->second;
    if (was.number != now.number) return problems;
    if (was.state != now.state && !can_move(was.state, now.state))
        problems.push_back("node " + name.str() + ": state took an arrow that is not drawn");
    if (was.wish != now.wish && !can_move(was.wish, now.wish))
        problems.push_back("node " + name.str() + ": wish took an arrow that is not drawn");
    if (now.partitions_made < was.partitions_made)
        problems.push_back("node " + name.str() + ": partition numbers went back");
    return problems;
}

std::vector<std::string> broken_step(const State& before, const State& after) {
    Problems problems;
    for (const auto& [name, row] : after.instances())
        std::ranges::copy(broken_step(before, after, name), std::back_inserter(problems));
    for (const auto& [name, row] : after.nodes())
        std::ranges::copy(broken_step(before, after, name), std::back_inserter(problems));
    return problems;
}

std::string dump(const State& state) {
    std::ostringstream out;
    out << "revision " << state.revision().number() << " event " << state.last_event() << " number "
        << state.last_node_number() << "\n";
    for (const auto& [name, row] : state.accounts()) {
        const Usage used = state.used_by(name);
        out << "account " << name << " " << used.instances << " " << used.copies << " "
            << used.disk.count() << " " << row.country << "\n";
    }
    for (const auto& [name, row] : state.isps()) out << "isp " << name << " " << row.family << "\n";
    for (const auto& [name, row] : state.sites()) {
        out << "site " << name << " " << row.isp << " " << row.country << " "
            << to_text(row.host_class) << "\n";
    }
    for (const auto& [name, row] : state.nodes()) {
        print(out, row);
        out << "  desired " << state.desired_revision(name).number() << " tombstones since "
            << state.tombstones_since(name).number();
        for (const Tombstone& gone : state.tombstones(name))
            out << " " << static_cast<int>(gone.kind) << ":" << gone.key << ":"
                << gone.revision.number();
        out << "\n";
    }
    for (const auto& [name, row] : state.instances()) print(out, row);
    for (const auto& [key, row] : state.replicas()) print(out, row);
    for (const auto& [id, row] : state.operations()) print(out, row);
    for (const auto& [healthy, name] : state.endangered())
        out << "queued " << healthy << name << "\n";
    for (const ReplicaKey& key : state.learners()) out << "learner " << partition_id(key) << "\n";
    for (const auto& [family, count] : state.homes_by_family())
        out << "homes " << family << " " << count << "\n";
    for (const auto& [number, event] : state.recent_events())
        out << "event " << event.sequence << " " << event.kind << " " << event.subject << " "
            << event.message << "\n";
    return out.str();
}

}  // namespace foyer::test
