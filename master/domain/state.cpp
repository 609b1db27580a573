#include "master/domain/state.h"

#include <algorithm>
#include <tuple>

#include "common/base/check.h"

namespace foyer::master {
namespace {

template <class Row>
const Row* find_in(const auto& map, const auto& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : &found->second;
}

}  // namespace

void State::apply(const Changes& changes, Revision revision) {
    CHECK(revision > revision_ || changes.empty());
    if (changes.empty()) return;
    revision_ = revision;
    note(changes);
}

void State::note(const Changes& changes) {
    for (const Change& change : changes) {
        std::visit(
            [this](const auto& one) {
                if constexpr (requires { one.row; }) {
                    put(one.row);
                } else {
                    drop(one);
                }
            },
            change);
    }
}

void State::put(const Account& row) { accounts_.insert_or_assign(row.name, row); }
void State::put(const ApiToken& row) { tokens_.insert_or_assign(row.id, row); }
void State::put(const Isp& row) { isps_.insert_or_assign(row.name, row); }
void State::put(const Host& row) { hosts_.insert_or_assign(row.name, row); }
void State::put(const Site& row) { sites_.insert_or_assign(row.name, row); }

void State::put(const Node& row) {
    const Node* before = find_in<Node>(nodes_, row.name);
    const bool neighbours_see =
        before == nullptr || before->overlay_revision != row.overlay_revision;
    if (before != nullptr) {
        const Node old = *before;
        nodes_.insert_or_assign(row.name, row);
        index_life(row, &old);
    } else {
        nodes_.insert_or_assign(row.name, row);
        index_life(row, nullptr);
    }
    last_node_number_ = std::max(last_node_number_, row.number);
    // A fresh token may make a home of a box that was expected as an edge.
    if (row.edge) {
        edges_.insert(row.name);
    } else {
        edges_.erase(row.name);
    }
    by_node_[row.name];
    if (!neighbours_see) return;
    touch(row.name);
    // A home's neighbours are the edges, an edge's are everybody; a new edge also appears among
    // every instance's proxies.
    if (row.edge) {
        for (auto& [node, index] : by_node_) index.desired = revision_;
    } else {
        for (const NodeId& edge : edges_) touch(edge);
    }
}

void State::put(const Release& row) {
    last_release_sequence_ = std::max(last_release_sequence_, row.sequence);
    releases_.insert_or_assign({row.name, row.version}, row);
}

void State::put(const Instance& row) {
    const Instance* before = find_in<Instance>(instances_, row.name);
    const bool group = before == nullptr || before->group_revision != row.group_revision;
    const bool route = before == nullptr || before->route_revision != row.route_revision;
    const bool deleted = before != nullptr && before->desired != DesiredState::Deleted &&
                         row.desired == DesiredState::Deleted;
    instances_.insert_or_assign(row.name, row);
    if (deleted) {
        // Its boxes and edges must let go at once; the rows go when the boxes say that they did.
        for (const Replica* replica : replicas_of(row.name))
            bury(replica->node, Tombstone::Kind::Assignment, partition_id(replica->key).str());
        for (const NodeId& edge : edges_)
            bury(edge, Tombstone::Kind::Route, hostname_of(*this, row.name));
    }
    if (group) touch_members(row.name);
    if (route) {
        for (const NodeId& edge : edges_) touch(edge);
    }
    rank(row.name);
}

void State::unindex(const Replica& row) {
    learners_.erase(row.key);
    NodeIndex& index = by_node_[row.node];
    index.replicas.erase(row.key);
    index.reserved -= row.reserved;
}

void State::put(const Replica& row) {
    if (const Replica* before = find_in<Replica>(replicas_, row.key)) {
        if (before->node != row.node) {
            bury(before->node, Tombstone::Kind::Assignment, partition_id(row.key).str());
            touch(row.node);
        }
        unindex(*before);
    } else {
        touch(row.node);
    }
    replicas_.insert_or_assign(row.key, row);
    NodeIndex& index = by_node_[row.node];
    index.replicas.insert(row.key);
    index.reserved += row.reserved;
    if (row.membership == Membership::Learner) learners_.insert(row.key);
    rank(row.key.instance);
}

void State::put(const Operation& row) { operations_.insert_or_assign(row.id, row); }

void State::put(const Event& row) {
    last_event_ = std::max(last_event_, row.sequence);
    recent_events_.push_back(row);
    if (recent_events_.size() > recent_events_max) recent_events_.pop_front();
}

void State::put(const RequestRecord& row) {
    requests_.insert_or_assign({row.account, row.id}, row);
}

void State::drop(const DropNode& change) {
    const bool edge = edges_.erase(change.name) > 0;
    if (const Node* gone = find_in<Node>(nodes_, change.name)) count_home(*gone, -1);
    nodes_.erase(change.name);
    by_node_.erase(change.name);
    unheard_.erase(change.name);
    draining_.erase(change.name);
    shrunken_.erase(change.name);
    if (edge) {
        for (const auto& [node, row] : nodes_) bury(node, Tombstone::Kind::Peer, change.name.str());
    } else {
        for (const NodeId& other : edges_) bury(other, Tombstone::Kind::Peer, change.name.str());
    }
}

void State::drop(const DropReplica& change) {
    const auto found = replicas_.find(change.key);
    if (found == replicas_.end()) return;
    unindex(found->second);
    bury(found->second.node, Tombstone::Kind::Assignment, partition_id(change.key).str());
    replicas_.erase(found);
    touch_members(change.key.instance);
    rank(change.key.instance);
}

void State::drop(const DropInstance& change) {
    instances_.erase(change.name);
    rank(change.name);
    for (const NodeId& edge : edges_)
        bury(edge, Tombstone::Kind::Route, hostname_of(*this, change.name));
}

void State::drop(const DropRequest& change) { requests_.erase({change.account, change.id}); }

void State::count_home(const Node& row, int by) {
    const auto site = sites_.find(row.site);
    if (row.edge || row.state == NodeState::Expected || site == sites_.end()) return;
    const auto isp = isps_.find(site->second.isp);
    if (isp == isps_.end()) return;
    int& count = homes_by_family_[isp->second.family];
    count += by;
    if (count == 0) homes_by_family_.erase(isp->second.family);
}

void State::index_life(const Node& row, const Node* before) {
    if (before != nullptr) count_home(*before, -1);
    count_home(row, 1);
    const auto keep = [&](std::set<NodeId>& names, bool in) {
        if (in) {
            names.insert(row.name);
        } else {
            names.erase(row.name);
        }
    };
    keep(unheard_, row.state == NodeState::Silent || row.state == NodeState::Lost);
    keep(draining_, row.wish == NodeWish::Draining);
    keep(shrunken_, !row.capacity.total.fits_into(row.offered));
    const auto life = [](const Node& node) {
        return std::tuple(node.state, node.wish, node.capacity.total.fits_into(node.offered));
    };
    if (before == nullptr || life(*before) != life(row)) rank_all_on(row.name);
}

void State::rank_all_on(const NodeId& node) {
    const auto found = by_node_.find(node);
    if (found == by_node_.end()) return;
    for (const ReplicaKey& key : found->second.replicas) rank(key.instance);
}

bool State::is_endangered(const Instance& row) const {
    if (row.desired == DesiredState::Stopped) return false;
    int members = 0;
    for (const Replica* replica : replicas_of(row.name)) {
        const Node* node = find_in<Node>(nodes_, replica->node);
        const bool settled = replica->membership == Membership::Member && node != nullptr &&
                             node->state == NodeState::Online && node->wish != NodeWish::Draining &&
                             !shrunken_.contains(node->name);
        if (!settled) return true;
        ++members;
    }
    return row.desired == DesiredState::Running && members != row.policy.replicas;
}

// Keeps the instance's place in the queue of repairs.
void State::rank(const InstanceName& name) {
    const auto old = ranks_.find(name);
    const Instance* row = find_in<Instance>(instances_, name);
    if (row == nullptr || !is_endangered(*row)) {
        if (old == ranks_.end()) return;
        endangered_.erase({old->second, name});
        ranks_.erase(old);
        return;
    }
    int healthy = 0;
    for (const Replica* replica : replicas_of(name)) {
        const Node* node = find_in<Node>(nodes_, replica->node);
        const bool there = node != nullptr && node->state == NodeState::Online;
        if (there && replica->membership == Membership::Member) ++healthy;
    }
    if (old != ranks_.end()) {
        if (old->second == healthy) return;
        endangered_.erase({old->second, name});
    }
    ranks_[name] = healthy;
    endangered_.emplace(healthy, name);
}

void State::touch(const NodeId& node) { by_node_[node].desired = revision_; }

void State::touch_members(const InstanceName& name) {
    for (const Replica* replica : replicas_of(name)) touch(replica->node);
}

void State::bury(const NodeId& node, Tombstone::Kind kind, std::string key) {
    NodeIndex& index = by_node_[node];
    index.tombstones.push_back({kind, std::move(key), revision_});
    if (index.tombstones.size() > tombstones_max) {
        index.tombstones_since = index.tombstones.front().revision;
        index.tombstones.pop_front();
    }
    index.desired = revision_;
}

const std::set<ReplicaKey>& State::replicas_on(const NodeId& node) const {
    static const std::set<ReplicaKey> none;
    const NodeIndex* index = find_in<NodeIndex>(by_node_, node);
    return index == nullptr ? none : index->replicas;
}

Resources State::reserved_on(const NodeId& node) const {
    const NodeIndex* index = find_in<NodeIndex>(by_node_, node);
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
    return find_in<Replica>(replicas_,
                            ReplicaKey{InstanceName(text.substr(0, dash)), ReplicaIndex{index}});
}

Revision State::desired_revision(const NodeId& node) const {
    const NodeIndex* index = find_in<NodeIndex>(by_node_, node);
    return index == nullptr ? Revision() : index->desired;
}

const std::deque<Tombstone>& State::tombstones(const NodeId& node) const {
    static const std::deque<Tombstone> none;
    const NodeIndex* index = find_in<NodeIndex>(by_node_, node);
    return index == nullptr ? none : index->tombstones;
}

Revision State::tombstones_since(const NodeId& node) const {
    const NodeIndex* index = find_in<NodeIndex>(by_node_, node);
    return std::max(tombstones_floor_, index == nullptr ? Revision() : index->tombstones_since);
}

}  // namespace foyer::master
