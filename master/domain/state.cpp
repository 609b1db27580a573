#include "master/domain/state.h"

#include <algorithm>

#include "common/base/check.h"
#include "master/domain/refusing.h"

namespace foyer::master {
namespace {

// A row that names another one shares that one's text.
template <class Key, class Row>
void share(Key& name, const SnapshotMap<Key, Row>& rows) {
    const auto found = rows.find(name);
    if (found != rows.end()) name = found->first;
}

}  // namespace

State::State(ClusterSettings settings, LineageId lineage)
    : settings_(std::move(settings)), lineage_(std::move(lineage)) {}
State::State(const State&) = default;
State::State(State&&) noexcept = default;
State& State::operator=(const State&) = default;
State& State::operator=(State&&) noexcept = default;
State::~State() = default;

void State::apply(const Changes& changes, Revision revision) {
    CHECK(revision > revision_ || changes.empty());
    if (changes.empty()) return;
    if (!slots_.is_kept()) index_fleet(slots_);
    revision_ = revision;
    note(changes);
}

void State::note(const Changes& changes) {
    for (const Change& change : changes) {
        change.visit([this](const auto& one) {
            if constexpr (requires { one.row; }) {
                put(one.row);
            } else {
                drop(one);
            }
        });
    }
    slots_.build();
}

// While rows still come, most instances seem to lack copies: each is ranked once, at the end.
void State::mark_loaded() {
    tombstones_floor_ = revision_;
    if (!loading_) return;
    loading_ = false;
    for (const auto& [name, row] : instances_) rank(name);
}

void State::put(const Isp& row) {
    const Isp* before = isps_.get(row.name);
    const bool moved = before != nullptr && before->family != row.family;
    isps_.put(row.name, row);
    if (moved) index_boxes_at([&](const Site& site) { return site.isp == row.name; });
}
void State::put(const Webhook& row) { webhooks_.put(key_of_webhook(row), row); }

void State::drop(const DropWebhook& change) { webhooks_.erase(change.key); }

void State::put(const PriceList& row) { price_lists_.put(row.name, row); }
void State::put(const Host& row) { hosts_.put(row.name, row); }
void State::put(Site row) {
    share(row.isp, isps_);
    share(row.host, hosts_);
    const Site* before = sites_.get(row.name);
    const bool moved =
        before != nullptr && (before->isp != row.isp || before->country != row.country ||
                              before->host_class != row.host_class);
    sites_.put(row.name, row);
    if (moved) index_boxes_at([&](const Site& site) { return site.name == row.name; });
}

void State::index_box(const Node& row, FleetSlots& into) const {
    // Rows come in the order of their references; a box without a site cannot be placed on.
    const Site* site = sites_.get(row.site);
    const Isp* isp = site == nullptr ? nullptr : isps_.get(site->isp);
    if (isp == nullptr) return;
    into.put({row.name,
              row.number,
              site->name,
              {isp->family, site->country, site->host_class != HostClass::Open && !is_barred(row),
               refusals_of(row)},
              exclusion_of(row),
              row.capacity,
              row.disk_free},
             reserved_on(row.name));
}

void State::index_boxes_at(const std::function<bool(const Site&)>& wanted) {
    if (!slots_.is_kept()) return;
    for (const auto& [name, node] : nodes_) {
        const Site* site = sites_.get(node.site);
        if (site != nullptr && wanted(*site)) index_box(node, slots_);
    }
}

void State::index_fleet(FleetSlots& into) const {
    into.keep();
    for (const auto& [name, node] : nodes_) index_box(node, into);
    for (const auto& [key, release] : releases_) {
        for (const ReleaseSize& size : release.sizes)
            into.want(size.resources, release.revision.number());
    }
    into.build();
}

std::shared_ptr<const SlotIndex> State::slots() const {
    if (slots_.is_kept()) return slots_.index();
    FleetSlots made;
    index_fleet(made);
    return made.index();
}

void State::put(Node row) {
    share(row.site, sites_);
    const Node* before = nodes_.get(row.name);
    const bool neighbours_see =
        before == nullptr || before->overlay_revision != row.overlay_revision;
    const Node old = before == nullptr ? Node() : *before;
    const bool moved = before == nullptr || old.site != row.site || old.number != row.number ||
                       old.capacity != row.capacity || old.disk_free != row.disk_free ||
                       exclusion_of(old) != exclusion_of(row) || is_barred(old) != is_barred(row) ||
                       refusals_of(old) != refusals_of(row);
    const bool is_new = before == nullptr;
    nodes_.put(row.name, row);
    index_life(row, is_new ? nullptr : &old);
    last_node_number_ = std::max(last_node_number_, row.number);
    // A fresh token may make a home of a box that was expected as an edge.
    if (row.edge) {
        edges_.insert(row.name);
    } else {
        edges_.erase(row.name);
    }
    if (moved) index_box(row, slots_);
    if (!neighbours_see) return;
    touch(row.name);
    // A home's neighbours are the edges, an edge's are everybody; a new edge also appears among
    // every instance's proxies.
    if (row.edge) {
        everybody_desired_ = revision_;
    } else {
        for (const NodeId& edge : edges_) touch(edge);
    }
}

void State::put(const Sighting& row) { sightings_.put(row.node, row); }

void State::put(const Release& row) {
    last_release_sequence_ = std::max(last_release_sequence_, row.sequence);
    releases_.put({row.name, row.version}, row);
    for (const ReleaseSize& size : row.sizes) slots_.want(size.resources, revision_.number());
}

void State::put(Instance row) {
    share(row.owner, accounts_);
    if (row.operation) share(*row.operation, operations_);
    if (const Release* release = releases_.get({row.release, row.version})) {
        row.release = release->name;
        row.version = release->version;
        for (const ReleaseSize& size : release->sizes) {
            if (size.name == row.size) row.size = size.name;
        }
    }
    const Instance* before = instances_.get(row.name);
    const bool group = before == nullptr || before->group_revision != row.group_revision;
    const bool route = before == nullptr || before->route_revision != row.route_revision;
    const bool deleted = before != nullptr && before->desired != DesiredState::Deleted &&
                         row.desired == DesiredState::Deleted;
    const InstanceName name = row.name;
    const bool same_use = before != nullptr && before->owner == row.owner &&
                          before->release == row.release && before->version == row.version &&
                          before->size == row.size &&
                          before->policy.replicas == row.policy.replicas;
    if (!same_use) {
        if (before != nullptr) count_use(*before, -1);
        count_use(row, 1);
    }
    if (before != nullptr) unindex(*before);
    if (row.electing && row.electing->patient_until)
        patient_.insert({*row.electing->patient_until, name});
    if (row.electing && row.promotion) handovers_.insert({row.promotion->started_at, name});
    instances_.put(name, std::move(row));
    if (deleted) {
        // Its boxes and edges must let go at once; the rows go when the boxes say that they did.
        for (const Replica* replica : replicas_of(name))
            bury(replica->node, Tombstone::Kind::Assignment, partition_id(replica->key).str());
        for (const NodeId& edge : edges_)
            bury(edge, Tombstone::Kind::Route, hostname_of(*this, name));
    }
    if (group) touch_members(name);
    if (route) {
        for (const NodeId& edge : edges_) touch(edge);
    }
    rank(name);
}

void State::unindex(const Instance& row) {
    if (row.electing && row.electing->patient_until)
        patient_.erase({*row.electing->patient_until, row.name});
    if (row.electing && row.promotion) handovers_.erase({row.promotion->started_at, row.name});
}

void State::unindex(const Replica& row) {
    learners_.erase(row.key);
    NodeIndex& index = by_node_.edit(row.node);
    std::erase(index.replicas, row.key);
    index.reserved -= row.reserved;
    slots_.set_used(row.node, index.reserved);
}

void State::put(Replica made) {
    share(made.key.instance, instances_);
    share(made.node, nodes_);
    const ReplicaKey key = made.key;
    const Replica* before = replicas_.get(key);
    if (before != nullptr && before->node == made.node && before->reserved == made.reserved &&
        before->membership == made.membership) {
        const bool as_well = before->failing_since.has_value() == made.failing_since.has_value();
        replicas_.put(key, std::move(made));  // a report: most changes are
        if (!as_well) rank(key.instance);
        return;
    }
    const bool arrives = before == nullptr || before->node != made.node;
    if (before != nullptr) {
        if (arrives) bury(before->node, Tombstone::Kind::Assignment, partition_id(key).str());
        unindex(*before);
    }
    const Replica& row = replicas_.put(key, std::move(made));
    NodeIndex& index = by_node_.edit(row.node);
    if (arrives) index.desired = revision_;
    // Boxes hold some dozens: doubling would leave half of it empty.
    if (index.replicas.size() == index.replicas.capacity())
        index.replicas.reserve(index.replicas.size() + 4);
    index.replicas.insert(std::ranges::lower_bound(index.replicas, row.key), row.key);
    index.reserved += row.reserved;
    slots_.set_used(row.node, index.reserved);
    slots_.touch(row.reserved, revision_.number());
    if (row.membership == Membership::Learner) learners_.insert(row.key);
    rank(row.key.instance);
}

void State::put(const Takeover& row) { takeovers_.put({row.instance, row.fence}, row); }

void State::unindex(const Operation& row) {
    if (row.finished_at) ended_operations_.erase({*row.finished_at, row.id});
}

void State::put(Operation row) {
    share(row.instance, instances_);
    share(row.owner, accounts_);
    if (const Operation* before = operations_.get(row.id)) unindex(*before);
    const bool running = row.state == OperationState::Running;
    if (row.kind == OperationKind::Rebalance && running) rebalancing_ = row.id;
    if (rebalancing_ == row.id && !running) rebalancing_.reset();
    if (row.finished_at) ended_operations_.insert({*row.finished_at, row.id});
    const OperationId id = row.id;
    operations_.put(id, std::move(row));
}

void State::put(const Event& row) {
    last_event_ = std::max(last_event_, row.sequence);
    recent_events_.put(row.sequence, row);
    if (recent_events_.size() <= recent_events_max) return;
    const std::int64_t oldest = recent_events_.begin()->first;
    recent_events_.erase(oldest);
}

void State::put(const AuditEntry& row) {
    if (row.sequence > last_audit_.sequence) last_audit_ = row;
}

void State::unindex(const RequestRecord& row) {
    aged_requests_.erase({row.at, row.account, row.id});
    secret_replies_.erase({row.at, row.account, row.id});
}

void State::put(const RequestRecord& row) {
    const std::pair key{row.account, row.id};
    if (const RequestRecord* before = requests_.get(key)) unindex(*before);
    aged_requests_.insert({row.at, row.account, row.id});
    if (row.reply_kind == ReplyKind::HoldsSecret)
        secret_replies_.insert({row.at, row.account, row.id});
    requests_.put(key, row);
}

void State::drop(const DropIsp& change) { isps_.erase(change.name); }
void State::drop(const DropHost& change) { hosts_.erase(change.name); }
void State::drop(const DropSite& change) { sites_.erase(change.name); }
void State::drop(const DropPriceList& change) { price_lists_.erase(change.name); }

void State::drop(const DropNode& change) {
    const bool edge = edges_.erase(change.name) > 0;
    if (const Node* gone = nodes_.get(change.name)) count_home(*gone, -1);
    nodes_.erase(change.name);
    by_node_.erase(change.name);
    slots_.drop(change.name);
    unheard_.erase(change.name);
    draining_.erase(change.name);
    paused_.erase(change.name);
    shrunken_.erase(change.name);
    if (edge) {
        for (const auto& [node, row] : nodes_) bury(node, Tombstone::Kind::Peer, change.name.str());
    } else {
        for (const NodeId& other : edges_) bury(other, Tombstone::Kind::Peer, change.name.str());
    }
}

void State::drop(const DropSighting& change) { sightings_.erase(change.node); }

void State::drop(const DropReplica& change) {
    const Replica* row = replicas_.get(change.key);
    if (row == nullptr) return;
    unindex(*row);
    bury(row->node, Tombstone::Kind::Assignment, partition_id(change.key).str());
    replicas_.erase(change.key);
    touch_members(change.key.instance);
    rank(change.key.instance);
}

void State::drop(const DropInstance& change) {
    if (const Instance* gone = instances_.get(change.name)) {
        count_use(*gone, -1);
        unindex(*gone);
    }
    instances_.erase(change.name);
    rank(change.name);
    for (const NodeId& edge : edges_)
        bury(edge, Tombstone::Kind::Route, hostname_of(*this, change.name));
}

void State::drop(const DropTakeover& change) { takeovers_.erase({change.instance, change.fence}); }

void State::drop(const DropOperation& change) {
    const Operation* row = operations_.get(change.id);
    if (row == nullptr) return;
    unindex(*row);
    operations_.erase(change.id);
}

void State::drop(const DropRequest& change) {
    const RequestRecord* row = requests_.get({change.account, change.id});
    if (row == nullptr) return;
    unindex(*row);
    requests_.erase({change.account, change.id});
}

void State::touch(const NodeId& node) { by_node_.edit(node).desired = revision_; }

void State::touch_members(const InstanceName& name) {
    for (const Replica* replica : replicas_of(name)) touch(replica->node);
}

void State::bury(const NodeId& node, Tombstone::Kind kind, std::string key) {
    NodeIndex& index = by_node_.edit(node);
    index.tombstones.push_back({kind, std::move(key), revision_});
    if (index.tombstones.size() > tombstones_max) {
        index.tombstones_since = index.tombstones.front().revision;
        index.tombstones.erase(index.tombstones.begin());
    }
    index.desired = revision_;
}

const std::vector<ReplicaKey>& State::replicas_on(const NodeId& node) const {
    static const std::vector<ReplicaKey> none;
    const NodeIndex* index = by_node_.get(node);
    return index == nullptr ? none : index->replicas;
}

Resources State::reserved_on(const NodeId& node) const {
    const NodeIndex* index = by_node_.get(node);
    return index == nullptr ? Resources{} : index->reserved;
}

std::vector<const Replica*> State::replicas_of(const InstanceName& name) const {
    std::vector<const Replica*> found;
    for (auto at = replicas_.lower_bound({name, ReplicaIndex{0}});
         at != replicas_.end() && at->first.instance == name; ++at) {
        found.push_back(&at->second);
    }
    return found;
}

const Replica* State::find_replica(const PartitionId& partition) const {
    const std::string& text = partition.str();
    const std::size_t dash = text.rfind('-');
    if (dash == std::string::npos || dash + 1 == text.size() || text.size() - dash > 5)
        return nullptr;
    int index = 0;
    for (std::size_t i = dash + 1; i < text.size(); ++i) {
        if (text[i] < '0' || text[i] > '9') return nullptr;
        index = index * 10 + (text[i] - '0');
    }
    return replicas_.get(ReplicaKey{InstanceName(text.substr(0, dash)), ReplicaIndex{index}});
}

Revision State::desired_revision(const NodeId& node) const {
    const NodeIndex* index = by_node_.get(node);
    return index == nullptr ? Revision() : std::max(index->desired, everybody_desired_);
}

const std::vector<Tombstone>& State::tombstones(const NodeId& node) const {
    static const std::vector<Tombstone> none;
    const NodeIndex* index = by_node_.get(node);
    return index == nullptr ? none : index->tombstones;
}

Revision State::tombstones_since(const NodeId& node) const {
    const NodeIndex* index = by_node_.get(node);
    return std::max(tombstones_floor_, index == nullptr ? Revision() : index->tombstones_since);
}

std::optional<std::vector<NodeId>> State::concerned_since(const State& before) const {
    if (lineage_ != before.lineage_ || everybody_desired_ != before.everybody_desired_)
        return std::nullopt;
    std::vector<NodeId> concerned;
    SnapshotMap<NodeId, NodeIndex>::differences(
        before.by_node_, by_node_, [&](const auto* old_row, const auto* new_row) {
            const bool same = old_row != nullptr && new_row != nullptr &&
                              old_row->second.desired == new_row->second.desired;
            if (!same) concerned.push_back(old_row != nullptr ? old_row->first : new_row->first);
        });
    return concerned;
}

}  // namespace foyer::master
