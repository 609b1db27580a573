// The whole catalogue in memory, with the indexes decisions need. Changes only through apply().
//
// A value whose copies share every row (SnapshotMap): copying it costs some dozen pointers however
// many boxes there are, and each copy goes on as if it were alone.
//
// Rebuilding it from the rows of the database, or by replaying the same changes from the beginning,
// gives the same state.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "common/base/snapshot_map.h"
#include "common/base/snapshot_set.h"
#include "common/leadership/false_voter.h"
#include "master/domain/application_settings.h"
#include "master/domain/change.h"
#include "master/domain/clock_settings.h"
#include "master/domain/fleet_slots.h"
#include "master/domain/repair_settings.h"
#include "master/domain/rows.h"

namespace foyer::master {

// Mail out of copies.
struct MailSettings {
    int per_day = 200;     // recipients of one instance, at each edge
    std::string spf = {};  // proposed to customers, as "include:mail.isp.example"; empty: the edges
    friend bool operator==(const MailSettings&, const MailSettings&) = default;
};

// Fixed for the life of a cluster; from the configuration.
struct ClusterSettings {
    std::string zone = "foyer.localhost";
    int public_port = 443;
    std::string overlay_prefix = "fd50:f0e:1::/48";
    int edge_wireguard_port = 51820;
    RepairSettings repair;
    bool groups_elect = false;     // those of new orders
    int domains_per_instance = 5;  // customers' own names
    // Of the members in first records, where chains begin; null: members do not sign.
    leadership::HashFunction hash = nullptr;
    leadership::SignerFinder signer_of = nullptr;  // null: evidence is believed of nobody
    ClockSettings clocks = {};
    ApplicationSettings applications;
    MailSettings mail = {};
    UpgradeSettings upgrades = {};
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

// What the instances of one account take together, as they were ordered.
struct Usage {
    std::int64_t instances = 0;
    std::int64_t copies = 0;
    Bytes disk;
    friend bool operator==(const Usage&, const Usage&) = default;
};

class State {
public:
    explicit State(ClusterSettings settings, LineageId lineage = {});
    // In state.cpp, so that not every file that holds a state compiles the ends of all its maps.
    State(const State&);
    State(State&&) noexcept;
    State& operator=(const State&);
    State& operator=(State&&) noexcept;
    ~State();

    // Applies the changes of one decision. `revision` is state.revision().next() for a decision,
    // any newer number at loading.
    void apply(const Changes& changes, Revision revision);
    // Adds rows that belong to the revision just applied: the record of the request that made it.
    void note(const Changes& changes);
    // Loading: the rows of the database are noted one after the other, all at the revision it is
    // at. Afterwards what was removed before is not known, so boxes that are behind get full
    // answers. Which instances may need repair is known from mark_loaded() on.
    void begin_loading(Revision revision) {
        revision_ = revision;
        loading_ = true;
    }
    void mark_loaded();

    const ClusterSettings& settings() const { return settings_; }
    const LineageId& lineage() const { return lineage_; }
    Revision revision() const { return revision_; }
    std::int64_t last_event() const { return last_event_; }
    // The newest entry of the audit log; the others are in the database only.
    const AuditEntry& last_audit() const { return last_audit_; }
    std::int64_t last_release_sequence() const { return last_release_sequence_; }
    int last_node_number() const { return last_node_number_; }

    const SnapshotMap<AccountId, Account>& accounts() const { return accounts_; }
    const SnapshotMap<TokenId, ApiToken>& tokens() const { return tokens_; }
    const SnapshotMap<MemberKey, Member>& members() const { return members_; }
    const SnapshotMap<IspId, Isp>& isps() const { return isps_; }
    const SnapshotMap<HostId, Host>& hosts() const { return hosts_; }
    const SnapshotMap<SiteId, Site>& sites() const { return sites_; }
    const SnapshotMap<NodeId, Node>& nodes() const { return nodes_; }
    const SnapshotMap<NodeId, Sighting>& sightings() const { return sightings_; }
    const SnapshotMap<std::pair<ReleaseName, ReleaseVersion>, Release>& releases() const {
        return releases_;
    }
    const SnapshotMap<InstanceName, Instance>& instances() const { return instances_; }
    const SnapshotMap<ReplicaKey, Replica>& replicas() const { return replicas_; }
    using TakeoverKey = std::pair<InstanceName, Fence>;
    const SnapshotMap<TakeoverKey, Takeover>& takeovers() const { return takeovers_; }
    const SnapshotMap<OperationId, Operation>& operations() const { return operations_; }
    const SnapshotMap<std::pair<AccountId, RequestId>, RequestRecord>& requests() const {
        return requests_;
    }
    // By age, oldest first: what is to be forgotten, and when.
    using AgedRequest = std::tuple<WallTime, AccountId, RequestId>;
    using AgedOperation = std::pair<WallTime, OperationId>;
    using AgedToken = std::pair<WallTime, TokenId>;  // by its end
    const SnapshotSet<AgedRequest>& aged_requests() const { return aged_requests_; }
    const SnapshotSet<AgedRequest>& secret_replies() const { return secret_replies_; }
    const SnapshotSet<AgedOperation>& ended_operations() const { return ended_operations_; }
    const SnapshotSet<AgedToken>& aged_tokens() const { return aged_tokens_; }
    // Of all instances that are there, also those that are being erased.
    Usage used_by(const AccountId& account) const;
    // The newest events by sequence; older ones are only in the database.
    const SnapshotMap<PriceListName, PriceList>& price_lists() const { return price_lists_; }
    const SnapshotMap<WebhookKey, Webhook>& webhooks() const { return webhooks_; }
    // Those that were removed lately too (contacts.h).
    const SnapshotMap<ContactId, Contact>& contacts() const { return contacts_; }
    const SnapshotMap<ClaimKey, Domain>& domains() const { return domains_; }
    const SnapshotMap<std::string, ZoneMailKey>& zone_mail_keys() const { return zone_mail_keys_; }
    using DomainAt = std::pair<DomainName, NodeId>;
    const SnapshotMap<DomainAt, DomainCertificate>& domain_certificates() const {
        return domain_certificates_;
    }
    // By instance, so that those of one are neighbours.
    const SnapshotSet<std::pair<InstanceName, ClaimKey>>& domains_of_instances() const {
        return domains_of_instances_;
    }
    // Those that ended too, until they are forgotten (applications.h).
    const SnapshotMap<ApplicationId, Application>& applications() const { return applications_; }
    const SnapshotMap<std::int64_t, Event>& recent_events() const { return recent_events_; }

    // Indexes.
    const std::vector<ReplicaKey>& replicas_on(const NodeId& node) const;  // sorted
    Resources reserved_on(const NodeId& node) const;
    const std::set<NodeId>& edges() const { return edges_; }
    // Boxes by place and free slots, for placement: kept by a state that changes, made from the
    // rows (O(boxes)) for a copy that was never changed. Good until this state changes.
    std::shared_ptr<const SlotIndex> slots() const;
    // Boxes that are Silent or Lost.
    const SnapshotSet<NodeId>& unheard() const { return unheard_; }
    const SnapshotSet<NodeId>& draining() const { return draining_; }  // is_emptied()
    const SnapshotSet<NodeId>& paused() const { return paused_; }      // by their hosts
    // Boxes that offer less than what they hold.
    const SnapshotSet<NodeId>& shrunken() const { return shrunken_; }
    const SnapshotMap<AgentReleaseKey, AgentRelease>& agent_releases() const {
        return agent_releases_;
    }
    const SnapshotMap<std::int64_t, Upgrade>& upgrades() const { return upgrades_; }  // by number
    const SnapshotMap<NodeId, NodeAgent>& node_agents() const { return node_agents_; }
    const SnapshotSet<NodeId>& upgrading() const { return upgrading_; }  // is_under_way()
    // Enrolled boxes that are no edges, by the ISP family of their line.
    const SnapshotMap<IspFamilyId, int>& homes_by_family() const { return homes_by_family_; }
    // Instances that may need repair, those with the fewest copies on boxes that are there first. A
    // coarse list: repair.h says what, if anything, is to be done.
    const SnapshotSet<std::pair<int, InstanceName>>& endangered() const { return endangered_; }
    // Instances whose groups are patient for a while, by its end (patience.h).
    const SnapshotSet<std::pair<WallTime, InstanceName>>& patient() const { return patient_; }
    // Electing instances whose lead is to be handed over, by since when (handover.h).
    const SnapshotSet<std::pair<WallTime, InstanceName>>& handovers() const { return handovers_; }
    // Copies that are being made.
    const SnapshotSet<ReplicaKey>& learners() const { return learners_; }
    // The rebalancing that is going on.
    const std::optional<OperationId>& rebalancing() const { return rebalancing_; }
    std::vector<const Replica*> replicas_of(const InstanceName& name) const;  // by index
    const Replica* find_replica(const PartitionId& partition) const;

    // The revision at which what `node` has to hold last changed.
    Revision desired_revision(const NodeId& node) const;
    // What it has to hold no longer. Complete from tombstones_since() on; a box that is behind that
    // needs a full answer.
    const std::vector<Tombstone>& tombstones(const NodeId& node) const;
    Revision tombstones_since(const NodeId& node) const;

    // Boxes that may have something new to hear since `before`, an earlier copy of this state, or
    // that are gone; absent: all of them may.
    std::optional<std::vector<NodeId>> concerned_since(const State& before) const;

    static constexpr std::size_t recent_events_max = 10'000;
    static constexpr std::size_t tombstones_max = 256;  // a node

private:
    void put(const Account& row);
    void put(const ApiToken& row);
    void put(const Isp& row);
    void put(const Host& row);
    void put(Site row);
    void put(Node row);
    void put(const Sighting& row);
    void put(const Release& row);
    void put(const PriceList& row);
    void put(Instance row);
    void put(Replica row);
    void put(const Takeover& row);
    void put(Operation row);
    void put(const Event& row);
    void put(const AuditEntry& row);
    void put(const RequestRecord& row);
    void drop(const DropAccount& change);
    void drop(const DropToken& change);
    void drop(const DropIsp& change);
    void drop(const DropHost& change);
    void drop(const DropSite& change);
    void drop(const DropPriceList& change);
    void put(const Webhook& row);
    void drop(const DropWebhook& change);
    void put(const Member& row);
    void drop(const DropMember& change);
    void put(const Contact& row);
    void drop(const DropContact& change);
    void put(const Domain& row);
    void drop(const DropDomain& change);
    void put(const ZoneMailKey& row);
    void put(const AgentRelease& row);
    void drop(const DropAgentRelease& change);
    void put(const Upgrade& row);
    void drop(const DropUpgrade& change);
    void put(const NodeAgent& row);
    void drop(const DropNodeAgent& change);
    void put(const DomainCertificate& row);
    void drop(const DropDomainCertificate& change);
    void put(const Application& row);
    void drop(const DropApplication& change);
    void drop(const DropNode& change);
    void drop(const DropSighting& change);
    void drop(const DropReplica& change);
    void drop(const DropInstance& change);
    void drop(const DropTakeover& change);
    void drop(const DropOperation& change);
    void drop(const DropRequest& change);
    void count_use(const Instance& row, int by);
    void unindex(const RequestRecord& row);
    void unindex(const Operation& row);
    void unindex(const Instance& row);
    void touch(const NodeId& node);
    void touch_members(const InstanceName& name);
    void bury(const NodeId& node, Tombstone::Kind kind, std::string key);
    void unindex(const Replica& row);
    void index_box(const Node& row, FleetSlots& into) const;
    void index_fleet(FleetSlots& into) const;
    // Boxes of which the place has changed with their site or ISP.
    void index_boxes_at(const std::function<bool(const Site&)>& site);
    void count_home(const Node& row, int by);
    void index_life(const Node& row, const Node* before);
    void rank(const InstanceName& name);
    void rank_all_on(const NodeId& node);
    bool is_endangered(const Instance& row) const;

    struct NodeIndex {
        std::vector<ReplicaKey> replicas;  // sorted
        Resources reserved;
        Revision desired;
        std::vector<Tombstone> tombstones;  // oldest first
        Revision tombstones_since;
    };

    ClusterSettings settings_;
    LineageId lineage_;
    Revision revision_;
    bool loading_ = false;
    std::int64_t last_event_ = 0;
    AuditEntry last_audit_;
    std::int64_t last_release_sequence_ = 0;
    int last_node_number_ = 0;
    SnapshotMap<AccountId, Account> accounts_;
    SnapshotMap<TokenId, ApiToken> tokens_;
    SnapshotMap<MemberKey, Member> members_;
    SnapshotMap<IspId, Isp> isps_;
    SnapshotMap<HostId, Host> hosts_;
    SnapshotMap<SiteId, Site> sites_;
    SnapshotMap<NodeId, Node> nodes_;
    SnapshotMap<NodeId, Sighting> sightings_;
    SnapshotMap<std::pair<ReleaseName, ReleaseVersion>, Release> releases_;
    SnapshotMap<PriceListName, PriceList> price_lists_;
    SnapshotMap<WebhookKey, Webhook> webhooks_;
    SnapshotMap<ContactId, Contact> contacts_;
    SnapshotMap<ClaimKey, Domain> domains_;
    SnapshotMap<std::string, ZoneMailKey> zone_mail_keys_;  // by zone
    SnapshotMap<DomainAt, DomainCertificate> domain_certificates_;
    SnapshotMap<ApplicationId, Application> applications_;
    SnapshotSet<std::pair<InstanceName, ClaimKey>> domains_of_instances_;
    SnapshotMap<InstanceName, Instance> instances_;
    SnapshotMap<ReplicaKey, Replica> replicas_;
    SnapshotMap<TakeoverKey, Takeover> takeovers_;
    SnapshotMap<OperationId, Operation> operations_;
    SnapshotMap<std::pair<AccountId, RequestId>, RequestRecord> requests_;
    SnapshotSet<AgedRequest> aged_requests_;
    SnapshotSet<AgedRequest> secret_replies_;
    SnapshotSet<AgedOperation> ended_operations_;
    SnapshotSet<AgedToken> aged_tokens_;
    SnapshotMap<AccountId, Usage> used_;
    SnapshotMap<std::int64_t, Event> recent_events_;
    std::set<NodeId> edges_;
    SnapshotSet<NodeId> unheard_;
    SnapshotSet<NodeId> draining_;
    SnapshotSet<NodeId> paused_;
    SnapshotSet<NodeId> shrunken_;
    SnapshotMap<AgentReleaseKey, AgentRelease> agent_releases_;
    SnapshotMap<std::int64_t, Upgrade> upgrades_;
    SnapshotMap<NodeId, NodeAgent> node_agents_;
    SnapshotSet<NodeId> upgrading_;
    SnapshotMap<IspFamilyId, int> homes_by_family_;
    SnapshotSet<std::pair<int, InstanceName>> endangered_;
    SnapshotMap<InstanceName, int> ranks_;
    SnapshotSet<ReplicaKey> learners_;
    SnapshotSet<std::pair<WallTime, InstanceName>> patient_;
    SnapshotSet<std::pair<WallTime, InstanceName>> handovers_;
    std::optional<OperationId> rebalancing_;
    SnapshotMap<NodeId, NodeIndex> by_node_;
    Revision everybody_desired_;  // when what every box has to hold last changed
    FleetSlots slots_;
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
