// Which boxes and instances somebody has to look after: the indexes that node_life.h, host_life.h
// and repair.h read.
#include <tuple>

#include "master/domain/refusing.h"
#include "master/domain/state.h"

namespace foyer::master {

void State::count_home(const Node& row, int by) {
    const Site* site = sites_.get(row.site);
    if (row.edge || row.state == NodeState::Expected || site == nullptr) return;
    const Isp* isp = isps_.get(site->isp);
    if (isp == nullptr) return;
    int& count = homes_by_family_.edit(isp->family);
    count += by;
    if (count == 0) homes_by_family_.erase(isp->family);
}

void State::index_life(const Node& row, const Node* before) {
    if (before != nullptr) count_home(*before, -1);
    count_home(row, 1);
    const auto keep = [&](SnapshotSet<NodeId>& names, bool in) {
        if (in) {
            names.insert(row.name);
        } else {
            names.erase(row.name);
        }
    };
    keep(unheard_, row.state == NodeState::Silent || row.state == NodeState::Lost);
    keep(draining_, is_emptied(row));
    keep(paused_, row.host_order.wish == HostWish::Paused);
    keep(shrunken_, !row.capacity.fits_into(row.offered));
    const auto life = [](const Node& node) {
        return std::tuple(node.state, node.host_order.wish, is_emptied(node), is_barred(node),
                          node.capacity.fits_into(node.offered));
    };
    if (before == nullptr || life(*before) != life(row) || before->refuses != row.refuses)
        rank_all_on(row.name);
}

void State::rank_all_on(const NodeId& node) {
    const NodeIndex* index = by_node_.get(node);
    if (index == nullptr) return;
    for (const ReplicaKey& key : index->replicas) rank(key.instance);
}

bool State::is_endangered(const Instance& row) const {
    if (row.desired == DesiredState::Stopped) return false;
    int members = 0;
    for (const Replica* replica : replicas_of(row.name)) {
        const Node* node = nodes_.get(replica->node);
        const bool settled = replica->membership == Membership::Member && node != nullptr &&
                             node->state == NodeState::Online && !is_emptied(*node) &&
                             node->host_order.wish != HostWish::Paused &&
                             !shrunken_.contains(node->name) && !replica->failing_since &&
                             !is_refused(*this, *replica);
        // The lead moves where a group can do that without a gap.
        const bool leads = row.electing && row.leader == replica->key.index;
        if (!settled || (leads && is_barred(*node))) return true;
        ++members;
    }
    return row.desired == DesiredState::Running && members != row.policy.replicas;
}

// Keeps the instance's place in the queue of repairs.
void State::rank(const InstanceName& name) {
    if (loading_) return;
    const int* old = ranks_.get(name);
    const Instance* row = instances_.get(name);
    if (row == nullptr || !is_endangered(*row)) {
        if (old == nullptr) return;
        endangered_.erase({*old, name});
        ranks_.erase(name);
        return;
    }
    int healthy = 0;
    for (const Replica* replica : replicas_of(name)) {
        const Node* node = nodes_.get(replica->node);
        const bool there = node != nullptr && node->state == NodeState::Online;
        if (there && replica->membership == Membership::Member) ++healthy;
    }
    if (old != nullptr) {
        if (*old == healthy) return;
        endangered_.erase({*old, name});
    }
    ranks_.put(name, healthy);
    endangered_.insert({healthy, name});
}

}  // namespace foyer::master
