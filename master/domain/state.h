// The whole catalogue in memory, with the indexes decisions need. Changes only through apply().
//
// Rebuilding it from the rows of the database, or by replaying the same changes from the beginning,
// gives the same state.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "master/domain/change.h"
#include "master/domain/repair_settings.h"
#include "master/domain/rows.h"

namespace foyer::master {

// Fixed for the life of a cluster; from the configuration.
struct ClusterSettings {
    std::string zone = "foyer.localhost";
    int public_port = 443;
    std::string overlay_prefix = "fd50:f0e:1::/48";
    int edge_wireguard_port = 51820;
    RepairSettings repair;
    friend bool operator==(const ClusterSettings&, const ClusterSettings&) = default;
};

// Something a node no longer has to hold, with the revision at which it went.
struct Tombstone {
    enum class Kind { Assignment, Peer, Route };
    Kind kind = Kind::Assignment;
    std::string key;
    Revision revision;
    friend bool operator==(const Tombstone&, const Tombstone&) = default;
};

class State {
public:
    explicit State(ClusterSettings settings, LineageId lineage = {})
        : settings_(std::move(settings)), lineage_(std::move(lineage)) {}

    // Applies the changes of one decision. `revision` is state.revision().next() for a decision,
    // any newer number at loading.
    void apply(const Changes& changes, Revision revision);
    // Adds rows that belong to the revision just applied: the record of the request that made it.
    void note(const Changes& changes);
    // After the rows of the database were applied: what was removed before is not known, so boxes
    // that are behind get full answers.
    void mark_loaded() { tombstones_floor_ = revision_; }

    const ClusterSettings& settings() const { return settings_; }
    const LineageId& lineage() const { return lineage_; }
    Revision revision() const { return revision_; }
    std::int64_t last_event() const { return last_event_; }
    std::int64_t last_release_sequence() const { return last_release_sequence_; }
    int last_node_number() const { return last_node_number_; }

    const std::map<AccountId, Account>& accounts() const { return accounts_; }
    const std::map<TokenId, ApiToken>& tokens() const { return tokens_; }
    const std::map<IspId, Isp>& isps() const { return isps_; }
    const std::map<HostId, Host>& hosts() const { return hosts_; }
    const std::map<SiteId, Site>& sites() const { return sites_; }
    const std::map<NodeId, Node>& nodes() const { return nodes_; }
    const std::map<std::pair<ReleaseName, ReleaseVersion>, Release>& releases() const {
        return releases_;
    }
    const std::map<InstanceName, Instance>& instances() const { return instances_; }
    const std::map<ReplicaKey, Replica>& replicas() const { return replicas_; }
    const std::map<OperationId, Operation>& operations() const { return operations_; }
    const std::map<std::pair<AccountId, RequestId>, RequestRecord>& requests() const {
        return requests_;
    }
    // The newest events, oldest first; older ones are only in the database.
    const std::deque<Event>& recent_events() const { return recent_events_; }

    // Indexes.
    const std::set<ReplicaKey>& replicas_on(const NodeId& node) const;
    Resources reserved_on(const NodeId& node) const;
    const std::set<NodeId>& edges() const { return edges_; }
    // Boxes that are Silent or Lost.
    const std::set<NodeId>& unheard() const { return unheard_; }
    const std::set<NodeId>& draining() const { return draining_; }
    // Boxes that offer less than what they hold.
    const std::set<NodeId>& shrunken() const { return shrunken_; }
    // Enrolled boxes that are no edges, by the ISP family of their line.
    const std::map<IspFamilyId, int>& homes_by_family() const { return homes_by_family_; }
    // Instances that may need repair, those with the fewest copies on boxes that are there first. A
    // coarse list: repair.h says what, if anything, is to be done.
    const std::set<std::pair<int, InstanceName>>& endangered() const { return endangered_; }
    // Copies that are being made.
    const std::set<ReplicaKey>& learners() const { return learners_; }
    std::vector<const Replica*> replicas_of(const InstanceName& name) const;  // by index
    const Replica* find_replica(const PartitionId& partition) const;

    // The revision at which what `node` has to hold last changed.
    Revision desired_revision(const NodeId& node) const;
    // What it has to hold no longer. Complete from tombstones_since() on; a box that is behind that
    // needs a full answer.
    const std::deque<Tombstone>& tombstones(const NodeId& node) const;
    Revision tombstones_since(const NodeId& node) const;

    static constexpr std::size_t recent_events_max = 10'000;
    static constexpr std::size_t tombstones_max = 256;  // a node

private:
    void put(const Account& row);
    void put(const ApiToken& row);
    void put(const Isp& row);
    void put(const Host& row);
    void put(const Site& row);
    void put(const Node& row);
    void put(const Release& row);
    void put(const Instance& row);
    void put(const Replica& row);
    void put(const Operation& row);
    void put(const Event& row);
    void put(const RequestRecord& row);
    void drop(const DropNode& change);
    void drop(const DropReplica& change);
    void drop(const DropInstance& change);
    void drop(const DropRequest& change);
    void touch(const NodeId& node);
    void touch_members(const InstanceName& name);
    void bury(const NodeId& node, Tombstone::Kind kind, std::string key);
    void unindex(const Replica& row);
    void count_home(const Node& row, int by);
    void index_life(const Node& row, const Node* before);
    void rank(const InstanceName& name);
    void rank_all_on(const NodeId& node);
    bool is_endangered(const Instance& row) const;

    struct NodeIndex {
        std::set<ReplicaKey> replicas;
        Resources reserved;
        Revision desired;
        std::deque<Tombstone> tombstones;
        Revision tombstones_since;
    };

    ClusterSettings settings_;
    LineageId lineage_;
    Revision revision_;
    std::int64_t last_event_ = 0;
    std::int64_t last_release_sequence_ = 0;
    int last_node_number_ = 0;
    std::map<AccountId, Account> accounts_;
    std::map<TokenId, ApiToken> tokens_;
    std::map<IspId, Isp> isps_;
    std::map<HostId, Host> hosts_;
    std::map<SiteId, Site> sites_;
    std::map<NodeId, Node> nodes_;
    std::map<std::pair<ReleaseName, ReleaseVersion>, Release> releases_;
    std::map<InstanceName, Instance> instances_;
    std::map<ReplicaKey, Replica> replicas_;
    std::map<OperationId, Operation> operations_;
    std::map<std::pair<AccountId, RequestId>, RequestRecord> requests_;
    std::deque<Event> recent_events_;
    std::set<NodeId> edges_;
    std::set<NodeId> unheard_;
    std::set<NodeId> draining_;
    std::set<NodeId> shrunken_;
    std::map<IspFamilyId, int> homes_by_family_;
    std::set<std::pair<int, InstanceName>> endangered_;
    std::map<InstanceName, int> ranks_;
    std::set<ReplicaKey> learners_;
    std::map<NodeId, NodeIndex> by_node_;
    Revision tombstones_floor_;
};

PartitionId partition_id(const ReplicaKey& key);                     // "acme-0"
std::string overlay_prefix_of(const State& state, int node_number);  // "fd50:f0e:1:a::/64"
std::string overlay_address(const State& state, int node_number, int host_number);
// The box's own: host number 0 of its network.
std::string overlay_box_address(const State& state, int node_number);
std::string hostname_of(const State& state, const InstanceName& name);
std::string url_of(const State& state, const InstanceName& name);

}  // namespace foyer::master
