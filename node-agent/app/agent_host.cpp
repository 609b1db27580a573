// What the host of the box says to its agent.
#include <algorithm>

#include "common/base/text.h"
#include "node-agent/app/agent.h"

namespace foyer::agent {

Status Agent::obey_host(const HostOrder& order) {
    const std::scoped_lock lock(mutex_);
    if (order == host_) return ok_status();
    TRY(ports_.journal.keep(order));
    change_host(order);
    return ok_status();
}

Status Agent::obey_refusals(const HostRefusals& refuses) {
    TRY(check(refuses));
    const std::scoped_lock lock(mutex_);
    if (refuses == refuses_) return ok_status();
    TRY(ports_.journal.keep(refuses));
    refuses_ = refuses;
    ports_.log.info("host_refuses", {{"what", to_text(refuses.what)}, {"now", refuses.now}});
    book_.set(refuses_);
    for (const auto& [partition, worker] : workers_)
        if (worker->desired() != nullptr) give(partition);
    return ok_status();
}

// The kind is the publisher's own word, signed; the country is the master's. A witness runs nothing
// of a tenant.
Refused Agent::refused_of(const Assignment& wanted) const {
    if (!refuses_.what.any() || wanted.kind == ReplicaKind::Witness) return {};
    TenantFacts tenant{ReleaseKind::Other, wanted.tenant_country};
    if (!refuses_.what.kinds.empty()) {
        const auto release = ports_.read_release(wanted);  // one that cannot be read is not begun
        if (release.ok()) tenant.kind = release.value().kind;
    }
    Refused refused{refusal_of(refuses_.what, tenant), refuses_.now};
    return refused.reason.empty() ? Refused{} : refused;
}

// The box's own clock decides. One that is wrong at the boot is early: it stays paused until then.
bool Agent::look_at_host_clock() {
    const std::scoped_lock lock(mutex_);
    if (!host_.until || ports_.clock.wall() < *host_.until) return false;
    const HostOrder over;
    const Status kept = ports_.journal.keep(over);
    if (!kept.ok()) ports_.log.failure(LogLevel::Warn, "host_order_not_kept", kept.failure());
    change_host(over);
    return true;
}

void Agent::change_host(const HostOrder& order) {
    const bool before = is_paused();
    host_ = order;
    ports_.log.info("host_order", {{"wish", to_text(order.wish)},
                                   {"until", order.until ? to_rfc3339(*order.until) : ""}});
    follow_pause(before);
}

void Agent::obey_limits(const std::optional<HostOrder>& pause) {
    const std::scoped_lock lock(mutex_);
    const bool before = is_paused();
    limit_pause_ = pause;
    follow_pause(before);
}

// What the master hears: of two pauses the later end, and none where one has none.
HostOrder Agent::told_order() const {
    if (!limit_pause_ || host_.wish == HostWish::Draining || host_.wish == HostWish::Leaving)
        return host_;
    if (host_.wish == HostWish::Serving) return *limit_pause_;
    HostOrder both = host_;
    both.until.reset();
    if (host_.until && limit_pause_->until)
        both.until = std::max(*host_.until, *limit_pause_->until);
    return both;
}

void Agent::follow_pause(bool before) {
    book_.set(told_order());
    if (before == is_paused()) return;
    if (ports_.groups != nullptr) ports_.groups->pause(is_paused());
    for (const auto& [partition, worker] : workers_) {
        if (worker->desired() != nullptr)
            give(partition);
        else  // let go of, or kept for whoever may want it again
            worker->order({nullptr, removal_of(partition), SecretsState::Known, {}, is_paused()});
    }
    if (box_) order_box();
}

HostWish Agent::host_wish() const {
    const std::scoped_lock lock(mutex_);
    return host_.wish;
}

bool Agent::serves() const {
    const std::scoped_lock lock(mutex_);
    return host_.wish == HostWish::Serving && !limit_pause_;
}

bool Agent::may_leave() const {
    const std::scoped_lock lock(mutex_);
    return host_.wish == HostWish::Leaving && book_.is_host_known() && !ask_full_ &&
           desired_.assignments.empty();
}

}  // namespace foyer::agent
