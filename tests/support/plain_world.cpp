#include "tests/support/plain_world.h"

namespace foyer::test {

using namespace foyer::master;

PlainWorld::PlainWorld(const std::vector<Resources>& sizes) : state(ClusterSettings{}) {
    Release release;
    release.name = ReleaseName("plain");
    release.version = ReleaseVersion("1");
    release.sequence = 1;
    for (std::size_t i = 0; i < sizes.size(); ++i)
        release.sizes.push_back({SizeName("size" + std::to_string(i)), sizes[i]});
    apply({Put<Host>{{HostId("host"), {}, {}}}, Put<Release>{release}});
    // One a kind, for orders of it.
    release.sizes.clear();
    for (const ReleaseKind kind : all_release_kinds) {
        release.version = ReleaseVersion(std::string(to_text(kind)));
        release.kind = kind;
        ++release.sequence;
        apply({Put<Release>{release}});
    }
}

void PlainWorld::apply(const Changes& changes) { state.apply(changes, state.revision().next()); }

void PlainWorld::add(const std::vector<PlainBox>& boxes) {
    Changes changes;
    int number = state.last_node_number();
    for (const PlainBox& box : boxes) {
        const SiteId site(box.site.empty() ? box.name : box.site);
        const IspId isp(box.isp);
        const IspFamilyId family(box.family.empty() ? box.isp : box.family);
        if (!state.isps().contains(isp)) changes.push_back(Put<Isp>{{isp, family, {}, {}}});
        changes.push_back(Put<Site>{
            {site, isp, CountryCode(box.country), HostId("host"), box.host_class, {}, {}}});
        Node node;
        node.name = NodeId(box.name);
        node.site = site;
        node.edge = box.edge;
        node.state = box.online ? NodeState::Online : NodeState::Silent;
        node.number = ++number;
        node.capacity = box.capacity;
        if (box.refuses.any()) node.refuses = HostRefusals{box.refuses, false};
        changes.push_back(Put<Node>{node});
    }
    apply(changes);
}

void PlainWorld::hold(const std::string& instance, const Demand& demand,
                      const std::vector<NodeId>& nodes) {
    Instance row;
    row.name = InstanceName(instance);
    row.release = ReleaseName("plain");
    row.version = ReleaseVersion(std::string(to_text(demand.tenant.kind)));
    Account owner;
    owner.name = AccountId("of-" + demand.tenant.country.str());
    owner.country = demand.tenant.country;
    row.owner = owner.name;
    row.policy = {demand.replicas, demand.countries, demand.min_countries,
                  ReplicationMode::Asynchronous, demand.allow_same_isp};
    row.leader = ReplicaIndex{0};
    Changes changes{Put<Account>{owner}, Put<Instance>{row}};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        Replica replica;
        replica.key = {row.name, ReplicaIndex{static_cast<int>(i)}};
        replica.node = nodes[i];
        replica.reserved = demand.each;
        changes.push_back(Put<Replica>{replica});
    }
    apply(changes);
}

void PlainWorld::move(const ReplicaKey& replica, const NodeId& to) {
    Replica row = state.replicas().at(replica);
    row.node = to;
    apply({Put<Replica>{row}});
}

void PlainWorld::drop(const std::string& instance) {
    Changes changes;
    for (const Replica* replica : state.replicas_of(InstanceName(instance)))
        changes.push_back(DropReplica{replica->key});
    changes.push_back(DropInstance{InstanceName(instance)});
    apply(changes);
}

void PlainWorld::set_online(const NodeId& node, bool online) {
    Node row = state.nodes().at(node);
    row.state = online ? NodeState::Online : NodeState::Silent;
    apply({Put<Node>{row}});
}

void PlainWorld::refuse(const NodeId& node, const Refusals& what) {
    Node row = state.nodes().at(node);
    row.refuses = what.any() ? Rare<HostRefusals>(HostRefusals{what, false}) : Rare<HostRefusals>();
    apply({Put<Node>{row}});
}

State PlainWorld::reloaded() const {
    Changes changes;
    for (const auto& [name, row] : state.accounts()) changes.push_back(Put<Account>{row});
    for (const auto& [name, row] : state.isps()) changes.push_back(Put<Isp>{row});
    for (const auto& [name, row] : state.sites()) changes.push_back(Put<Site>{row});
    for (const auto& [name, row] : state.nodes()) changes.push_back(Put<Node>{row});
    for (const auto& [name, row] : state.releases()) changes.push_back(Put<Release>{row});
    for (const auto& [name, row] : state.instances()) changes.push_back(Put<Instance>{row});
    for (const auto& [name, row] : state.replicas()) changes.push_back(Put<Replica>{row});
    State fresh{ClusterSettings{}};
    fresh.apply(changes, state.revision());
    fresh.mark_loaded();
    return fresh;
}

}  // namespace foyer::test
