// The release's hooks: init, join, rejoin, promote, position, health.
#include "tests/sim/services.h"

namespace foyer::sim {

using agent::HookResult;

namespace {

constexpr int exit_not_yet = 75;
constexpr int exit_failed = 1;
constexpr std::int64_t golden_dump_bytes = 1'000'000;

HookResult done(std::string output = {}) { return {0, std::move(output), "", false}; }
HookResult failed(int status, std::string why, bool disk_full = false) {
    return {status, "", std::move(why), disk_full};
}

std::string truth(bool value) { return value ? "true" : "false"; }

}  // namespace

HookResult Services::run(Copy& copy, const std::string& hook, bool interrupted) {
    if (hook == "position") return done(position_json(copy));
    if (hook == "health") return done(health_json(copy));
    if (world_.disk_full(copy.box))
        return failed(exit_failed, "no space left on device", /*disk_full=*/true);
    if (hook == "init") {
        if (interrupted) return failed(exit_failed, "interrupted");
        copy.log.found(copy.written.fence.epoch, golden_dump_bytes);
        copy.standby = copy.broken = false;
        return done();
    }
    if (hook == "join" || hook == "rejoin") return copy_from_leader(copy, interrupted);
    if (hook == "promote") return interrupted ? failed(exit_failed, "interrupted") : promote(copy);
    return failed(exit_failed, "no such hook");
}

HookResult Services::copy_from_leader(Copy& copy, bool interrupted) {
    const Copy* leader = nullptr;
    for (const Copy* other : copy.group->copies) {
        if (other != &copy && other->address == copy.written.leader_address && other->running() &&
            other->leads && world_.connected(copy.box, other->box))
            leader = other;
    }
    if (leader == nullptr) return failed(exit_not_yet, "the primary does not answer");
    copy.broken = interrupted;
    copy.log = leader->log;
    copy.standby = true;
    if (interrupted) return failed(exit_failed, "interrupted");
    return done();
}

HookResult Services::promote(Copy& copy) {
    if (!copy.running()) return failed(exit_failed, "the service does not run");
    if (copy.log.empty() || copy.broken) return failed(exit_failed, "this copy is not complete");
    if (copy.written.role != ReplicaRole::Primary)
        return failed(exit_failed, "replica.json does not say primary");
    copy.taken = copy.written;
    // Repeated, or by an agent that lost its journal: it leads already, nothing is written anew.
    if (copy.leads && copy.log.reach().epoch == copy.taken.fence.epoch) {
        settle(*copy.group);
        return done();
    }
    check_promoted(copy);
    copy.standby = false;
    copy.leads = true;
    copy.open = false;
    // What was to reach it from the leader of before does not any more.
    world_.timeline.cancel(copy.catching_up);
    copy.upstream = nullptr;
    copy.log.take_over(copy.taken.fence.epoch);
    world_.told(copy, "promoted");
    settle(*copy.group);
    return done();
}

// Whatever was acknowledged to a customer must be here, or it is lost.
void Services::check_promoted(const Copy& copy) {
    Group& group = *copy.group;
    if (group.asynchronous || group.loss_accepted || group.inherited) {
        if (group.loss_accepted) group.forced_from = copy.written.fence.epoch;
        group.loss_accepted = false;
        group.acknowledged.clear();
        return;
    }
    for (const auto& [epoch, end] : group.acknowledged) {
        if (copy.log.holds({epoch, end})) continue;
        world_.broken("an acknowledged write is lost: '" + group.instance.str() +
                      "' promotes copy " + std::to_string(copy.index.number) + " at byte " +
                      std::to_string(copy.log.reach().end) + " of epoch " +
                      std::to_string(copy.log.reach().epoch.number()) + ", acknowledged was byte " +
                      std::to_string(end) + " of epoch " + std::to_string(epoch.number()));
    }
}

std::string Services::position_json(const Copy& copy) const {
    const CopyView& view = copy.view;
    std::string json = std::string(R"({"role":")") + (view.leads ? "primary" : "standby") +
                       R"(","epoch":)" + std::to_string(view.reach.epoch.number()) +
                       R"(,"flushed_bytes":)" + std::to_string(view.reach.end) +
                       R"(,"receiving":)" + truth(view.receiving) + R"(,"replicas":[)";
    bool first = true;
    for (const FollowerSeen& one : view.followers) {
        json += std::string(first ? "" : ",") + R"({"name":")" + one.name +
                R"(","state":"streaming","sync_state":")" + (one.counts ? "quorum" : "async") +
                R"(","lag_bytes":)" + std::to_string(one.lag) + "}";
        first = false;
    }
    return json + "]}";
}

std::string Services::health_json(const Copy& copy) const {
    return R"({"healthy":)" + truth(copy.view.healthy) + R"(,"ready":)" + truth(copy.view.ready) +
           R"(,"diverged":)" + truth(copy.view.diverged) + R"(,"detail":""})";
}

}  // namespace foyer::sim
