#include "master/domain/desired.h"

#include <algorithm>

#include "common/base/check.h"
#include "master/domain/domains.h"
#include "master/domain/electing.h"
#include "master/domain/progress.h"
#include "master/domain/refusing.h"

namespace foyer::master {
namespace {

bool is_enrolled(const Node& node) { return !node.wg_public_key.empty(); }

// A new or changed edge changes who may reach the web ports.
Revision edges_revision(const State& state) {
    Revision newest;
    for (const NodeId& edge : state.edges())
        newest = std::max(newest, state.nodes().at(edge).overlay_revision);
    return newest;
}

std::vector<std::string> edge_addresses(const State& state) {
    std::vector<std::string> addresses;
    for (const NodeId& name : state.edges()) {
        const Node& edge = state.nodes().at(name);
        if (is_enrolled(edge)) addresses.push_back(overlay_box_address(state, edge.number));
    }
    return addresses;
}

std::string address_of(const State& state, const Replica& replica) {
    return overlay_address(state, state.nodes().at(replica.node).number, replica.partition_number);
}

Assignment assignment_of(const State& state, const Instance& instance, const Replica& replica) {
    const Release& release = state.releases().at({instance.release, instance.version});
    Assignment wish;
    wish.partition = partition_id(replica.key);
    wish.revision = std::max(instance.group_revision, edges_revision(state));
    wish.instance = instance.name;
    wish.ordered_at = instance.created_at;
    wish.index = replica.key.index;
    wish.kind = replica.kind;
    wish.role = assigned_role(instance, replica);
    wish.fence = instance.fence;
    // Before there is data there is nobody to copy from: the others make ready and wait to be told,
    // rather than try again and again while the founder needs the processor.
    if (replica.founder || instance.initialized) wish.leader = instance.leader;
    // Once there is data, nobody may begin with an empty volume again: a founder that lost its disk
    // has to join like any other.
    wish.founder = replica.founder && !instance.initialized;
    wish.desired = instance.desired;
    wish.release_json = release.release_json;
    wish.release_signature = release.signature;
    wish.publisher_key = release.publisher_key;
    wish.size = instance.size;
    wish.reserved = replica.reserved;
    wish.parameters_json = instance.parameters_json;
    wish.hostname = hostname_of(state, instance.name);
    wish.url = url_of(state, instance.name);
    wish.address = address_of(state, replica);
    wish.copies = acknowledging_copies(instance.policy);
    for (const Replica* member : state.replicas_of(instance.name)) {
        const bool acknowledges = member->membership == Membership::Member;
        // Every copy finds itself among the members.
        auto& list = acknowledges || member->key == replica.key ? wish.members : wish.learners;
        list.push_back({member->key.index, member_name(instance, member->key.index), member->kind,
                        address_of(state, *member)});
    }
    wish.proxies = edge_addresses(state);
    wish.mail_relay = mail_relay_address(state);
    wish.tenant_country = tenant_facts(state, instance).country;
    if (elects(instance)) {
        wish.group = group_wish(state, instance);
        // Who leads is no order, and changes no assignment.
        wish.role = replica.kind == ReplicaKind::Data ? ReplicaRole::Standby : ReplicaRole::Witness;
        wish.leader.reset();
        wish.fence = {instance.fence.generation, Epoch(1)};
    }
    // Who holds no data holds no secret either.
    if (replica.kind == ReplicaKind::Data) {
        wish.secrets.by_name["replication_password"] = instance.replication_password.str();
        if (!instance.volume_key.str().empty())
            wish.secrets.by_name[std::string(volume_key_name)] = instance.volume_key.str();
    }
    if (replica.founder && !instance.initialized && instance.admin_password) {
        wish.secrets.by_name["admin_password"] = instance.admin_password->str();
    }
    return wish;
}

OverlayPeer peer_of(const State& state, const Node& node) {
    OverlayPeer peer;
    peer.node = node.name;
    peer.revision = node.overlay_revision;
    peer.edge = node.edge;
    peer.public_key = node.wg_public_key;
    if (node.edge) {
        peer.endpoint =
            node.public_address + ":" + std::to_string(state.settings().edge_wireguard_port);
        peer.acme_thumbprint = node.acme_thumbprint;
    }
    peer.allowed.push_back(overlay_prefix_of(state, node.number));
    return peer;
}

DkimKey dkim_key(std::string domain, const MailKey& key) {
    return {std::move(domain), key.selector, key.private_key.str()};
}

RouteMail mail_of(const State& state, const Instance& instance) {
    RouteMail mail;
    for (const Replica* replica : state.replicas_of(instance.name))
        if (replica->kind == ReplicaKind::Data) mail.sources.push_back(address_of(state, *replica));
    for (const Domain* domain : mail_domains_of(state, instance.name))
        mail.keys.push_back(dkim_key(domain->name.str(), *domain->mail_key));
    mail.per_day_max = state.settings().mail.per_day;
    return mail;
}

EdgeRoute route_of(const State& state, const Instance& instance) {
    EdgeRoute route;
    route.hostname = hostname_of(state, instance.name);
    route.revision = instance.route_revision;
    route.instance = instance.name;
    route.ordered_at = instance.created_at;
    route.fence = instance.fence;
    route.aliases = proven_domains_of(state, instance.name);
    route.mail = mail_of(state, instance);
    const Release& release = state.releases().at({instance.release, instance.version});
    if (elects(instance)) {
        route.web_port = release.web_port;
        for (const Replica* replica : state.replicas_of(instance.name))
            route.voters.push_back({replica->key.index, address_of(state, *replica)});
        route.first.text = instance.electing->first_record;
    }
    if (!instance.leader || instance.served != instance.fence) return route;
    const auto lead = state.replicas().find({instance.name, *instance.leader});
    CHECK(lead != state.replicas().end());
    route.backend = "[" + address_of(state, lead->second) + "]:" + std::to_string(release.web_port);
    return route;
}

NodeSettings settings_of(const State& state, const Node& node) {
    NodeSettings settings{node.overlay_revision,
                          overlay_prefix_of(state, node.number),
                          state.settings().overlay_prefix,
                          node.edge,
                          state.settings().zone,
                          node.public_address,
                          node.acme_thumbprint};
    const ZoneMailKey* key = zone_mail_key(state);
    if (node.edge && key != nullptr)
        settings.mail_relay = MailRelaySettings{mail_relay_address(state),
                                                dkim_key(key->zone, key->key), key->key.public_key};
    return settings;
}

void add_tombstones(const State& state, const NodeId& node, Revision since, DesiredDelta& delta) {
    for (const Tombstone& gone : state.tombstones(node)) {
        if (gone.revision <= since) continue;
        switch (gone.kind) {
            case Tombstone::Kind::Assignment: {
                // The same name may have been ordered again since, on the same box.
                const Replica* again = state.find_replica(PartitionId(gone.key));
                const bool held =
                    again != nullptr && again->node == node &&
                    state.instances().at(again->key.instance).desired != DesiredState::Deleted;
                if (!held) delta.removed_assignments.emplace_back(gone.key);
                break;
            }
            case Tombstone::Kind::Peer: delta.removed_peers.emplace_back(gone.key); break;
            case Tombstone::Kind::Route: {
                const bool again = std::ranges::any_of(delta.routes, [&](const EdgeRoute& route) {
                    return route.hostname == gone.key;
                });
                if (!again) delta.removed_routes.push_back(gone.key);
                break;
            }
        }
    }
}

}  // namespace

DesiredDelta desired_since(const State& state, const NodeId& name, const LineageId& applied_lineage,
                           Revision applied) {
    const Node& node = state.nodes().at(name);
    const bool difference = applied_lineage == state.lineage() && applied > Revision() &&
                            applied <= state.revision() && applied >= state.tombstones_since(name);
    const Revision since = difference ? applied : Revision();
    DesiredDelta delta;
    delta.lineage = state.lineage();
    delta.base = since;
    delta.revision = state.revision();
    // Most answers are those of held calls whose time is up.
    if (difference && applied >= state.desired_revision(name)) return delta;
    if (node.overlay_revision > since) delta.settings = settings_of(state, node);
    for (const ReplicaKey& key : state.replicas_on(name)) {
        const Instance& instance = state.instances().at(key.instance);
        if (instance.desired == DesiredState::Deleted) {
            // A box that lost its wish cannot miss it in a full answer: it is named.
            if (!difference) delta.removed_assignments.push_back(partition_id(key));
            continue;
        }
        const Replica& replica = state.replicas().at(key);
        if (std::max(instance.group_revision, edges_revision(state)) > since)
            delta.assignments.push_back(assignment_of(state, instance, replica));
    }
    const auto add_neighbour = [&](const Node& row) {
        if (row.name != name && is_enrolled(row) && row.overlay_revision > since)
            delta.peers.push_back(peer_of(state, row));
    };
    // A home's neighbours are the edges, few of all boxes: its answer must not cost a look at each.
    if (node.edge) {
        for (const auto& [other, row] : state.nodes()) add_neighbour(row);
    } else {
        for (const NodeId& edge : state.edges()) add_neighbour(state.nodes().at(edge));
    }
    if (node.edge) {
        for (const auto& [instance_name, instance] : state.instances()) {
            const bool served =
                instance.desired != DesiredState::Deleted && instance.route_revision > since;
            if (served) delta.routes.push_back(route_of(state, instance));
        }
    }
    if (difference) add_tombstones(state, name, since, delta);
    return delta;
}

}  // namespace foyer::master
