// The doors of the agent, as a simulated box opens them.
#include <utility>

#include "tests/sim/box.h"

namespace foyer::sim {

using agent::ContainerState;
using agent::HookResult;

namespace {

Error interrupted() { return error(ErrorCode::Unavailable, "interrupted"); }
Error not_here(const PartitionId& id) {
    return error(ErrorCode::NotFound, "partition '" + id.str() + "' is not on this box");
}

}  // namespace

Status Box::ensure(const Digest&, const agent::BlobSource::Progress&, std::stop_token stop) {
    if (stop.stop_requested()) return interrupted();
    if (world.disk_full && !has_image_)
        return error(ErrorCode::ResourceExhausted, "disk full: image does not fit");
    has_image_ = true;
    return ok_status();
}

Status Box::collect(const std::vector<Digest>&) { return ok_status(); }

Status Box::prepare(const Assignment& assignment, const agent::Release&) {
    const Copy* here = services_.find(number_, assignment.partition);
    if (here != nullptr && is_other_order(here->ordered_at, assignment.ordered_at))
        return error(ErrorCode::FailedPrecondition, "holds the data of another order");
    services_.prepare(number_, assignment,
                      {.copies_is_one = room_.bug == Bug::LonelyAcknowledgement,
                       .leaving_count = room_.bug == Bug::LeavingCounts});
    return ok_status();
}

Result<HookResult> Box::run_stopped_hook(const PartitionId& id, const agent::Release&,
                                         const std::string& hook, const Steps&,
                                         std::stop_token stop) {
    Copy* found = copy(id);
    if (found == nullptr) return not_here(id);
    const HookResult result = services_.run(*found, hook, stop.stop_requested());
    if (stop.stop_requested()) return interrupted();
    return result;
}

Result<HookResult> Box::run_live_hook(const PartitionId& id, const agent::Release&,
                                      const std::string& hook, const Steps&, std::stop_token stop) {
    Copy* found = copy(id);
    if (found == nullptr) return not_here(id);
    if (!found->running()) return error(ErrorCode::FailedPrecondition, "not running");
    if (stop.stop_requested()) return interrupted();
    return services_.run(*found, hook, false);
}

Status Box::start(const PartitionId& id, const agent::Release&) {
    Copy* found = copy(id);
    if (found == nullptr) return not_here(id);
    services_.start(*found);
    return ok_status();
}

Status Box::reload(const PartitionId& id) {
    Copy* found = copy(id);
    if (found == nullptr || !found->running()) return not_here(id);
    // Follows on, while its reports say that it does not (box_sync).
    if (room_.bug == Bug::TooFewPositions && found->written.leader_address.empty())
        return ok_status();
    services_.reload(*found);
    return ok_status();
}

Status Box::stop(const PartitionId& id, const agent::Release&) {
    if (Copy* found = copy(id); found != nullptr && found->running()) services_.end(*found);
    return ok_status();
}

Status Box::kill(const PartitionId& id) {
    Copy* found = copy(id);
    if (found == nullptr || !found->running()) return ok_status();
    if (dice_.one_in(200)) return error(ErrorCode::Unavailable, "the kernel did not answer");
    if (room_.bug == Bug::SkipFencing) return ok_status();
    services_.end(*found);
    return ok_status();
}

Result<agent::ContainerStatus> Box::status(const PartitionId& id) {
    const Copy* found = copy(id);
    if (found == nullptr) return agent::ContainerStatus{};
    return agent::ContainerStatus{found->state, std::nullopt};
}

Status Box::erase(const PartitionId& id) {
    if (room_.bug == Bug::EraseKeeps) {
        if (Copy* kept = copy(id); kept != nullptr && kept->running()) services_.end(*kept);
        return ok_status();
    }
    services_.erase(number_, id);
    return ok_status();
}

Result<std::vector<agent::FoundPartition>> Box::list() {
    std::vector<agent::FoundPartition> found;
    for (const PartitionId& id : services_.on(number_))
        found.push_back({id, services_.find(number_, id)->ordered_at});
    return found;
}

Status Box::apply(const NodeSettings&, const std::map<NodeId, OverlayPeer>&) { return ok_status(); }

Status Box::apply(const std::map<std::string, EdgeRoute>& routes) {
    line_.routes_applied(number_, routes);
    routes_ = routes;
    return ok_status();
}

std::int64_t Box::disk_free_bytes() { return world.disk_full ? 0 : gibibytes(50).count(); }

}  // namespace foyer::sim
