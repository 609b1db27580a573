#include "node-agent/app/limits_keeper.h"

#include "common/base/text.h"

namespace foyer::agent {
namespace {

KbitPerSecond rate(Bytes moved, Duration span) {
    return KbitPerSecond(span.count() > 0 ? moved.count() * 8 / span.count() : 0);
}

}  // namespace

LimitsKeeper::LimitsKeeper(const LimitsPorts& ports, KeptLimits kept, LimitsRules rules)
    : ports_(ports),
      rules_(rules),
      kept_(std::move(kept)),
      saved_(kept_.book),
      next_save_(ports.clock.mono() + rules.save_after) {
    state_.limits = kept_.limits;
    state_.lost = kept_.lost;
}

LimitsKeeper::~LimitsKeeper() {
    thread_.request_stop();
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (kept_.book != saved_) note(ports_.files.keep(kept_.book), "traffic_not_kept");
}

void LimitsKeeper::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void LimitsKeeper::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        tick();
        std::unique_lock lock(mutex_);
        wake_.wait_for(lock, stop, rules_.tick, [] { return false; });
    }
}

LimitsState LimitsKeeper::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

InForce LimitsKeeper::force_of(const HostLimits& limits, WallTime wall) const {
    return in_force(limits, kept_.book.used(month_of(wall, ports_.zone)), watch_.is_active(), wall,
                    ports_.zone);
}

void LimitsKeeper::tick() {
    const std::lock_guard turn(turn_);
    const WallTime wall = ports_.clock.wall();
    count(ports_.clock.mono(), wall);
    apply(wall);
    save(ports_.clock.mono());
}

void LimitsKeeper::count(MonoTime now, WallTime wall) {
    auto seen = ports_.line.look();
    note(seen.ok() ? ok_status() : Status(seen.failure()), "line_not_seen");
    if (!seen.ok()) return;
    const LocalMonth month = month_of(wall, ports_.zone);
    Booked more = booked(std::move(kept_.book), seen.value().tunnels, month);
    kept_.book = std::move(more.book);
    // What an earlier agent's tunnels moved while none looked is of no second.
    const Duration span = looked_ ? now - *looked_ : Duration(0);
    looked_ = now;
    const KbitPerSecond up = rate(more.moved.up, span);
    const KbitPerSecond down = rate(more.moved.down, span);
    const bool before = watch_.is_active();
    watch_.look(seen.value().answers, std::max(up, down), now);
    if (before != watch_.is_active())
        ports_.log.info("household", {{"active", watch_.is_active()}});
    const auto used = kept_.book.months.find(month);
    const std::scoped_lock lock(mutex_);
    state_.up_now = up;
    state_.down_now = down;
    state_.household_active = watch_.is_active();
    state_.month = month;
    state_.month_end = month_end(wall, ports_.zone);
    state_.used = used == kept_.book.months.end() ? Traffic{} : used->second;
}

void LimitsKeeper::apply(WallTime wall) {
    const InForce force = force_of(kept_.limits, wall);
    note(ports_.line.hold(force.caps), "caps_not_held");
    pause(force);
    const HeldCaps held = ports_.line.held();
    const std::scoped_lock lock(mutex_);
    state_.limits = kept_.limits;
    state_.lost = kept_.lost;
    state_.force = force;
    state_.held = held;
}

void LimitsKeeper::pause(const InForce& force) {
    std::optional<HostOrder> wanted;
    if (kept_.lost) wanted = HostOrder{HostWish::Paused, std::nullopt};
    if (!kept_.lost && force.pause) wanted = HostOrder{HostWish::Paused, force.pause->until};
    if (told_any_ && wanted == told_) return;
    told_any_ = true;
    told_ = wanted;
    const auto why = kept_.lost ? "limits-lost" : (force.pause ? to_text(force.pause->reason) : "");
    ports_.log.info("limits_pause",
                    {{"paused", wanted.has_value()},
                     {"why", why},
                     {"until", wanted && wanted->until ? to_rfc3339(*wanted->until) : ""}});
    ports_.pause(wanted);
}

void LimitsKeeper::save(MonoTime now) {
    if (now < next_save_ || kept_.book == saved_) return;
    next_save_ = now + rules_.save_after;
    const Status kept = ports_.files.keep(kept_.book);
    note(kept, "traffic_not_kept");
    if (kept.ok()) saved_ = kept_.book;
}

// Told once, until it is another trouble, or none.
void LimitsKeeper::note(const Status& done, std::string_view event) {
    const std::string problem = done.ok() ? "" : done.failure().message;
    if (done.ok() ? told_problem_.starts_with(event)
                  : told_problem_ != std::string(event) + problem) {
        told_problem_ = done.ok() ? "" : std::string(event) + problem;
        if (!done.ok()) ports_.log.failure(LogLevel::Warn, event, done.failure());
        const std::scoped_lock lock(mutex_);
        state_.problem = problem;
    }
}

Status LimitsKeeper::set(const HostLimits& limits) {
    TRY(check(limits));
    const std::lock_guard turn(turn_);
    const WallTime wall = ports_.clock.wall();
    const auto as_before = [&](const Status& failed) {
        discard(ports_.line.hold(force_of(kept_.limits, wall).caps), "tried again each second");
        return Error{failed.failure().code,
                     failed.failure().message + "; the limits are as they were"};
    };
    const Status held = ports_.line.hold(force_of(limits, wall).caps);
    if (!held.ok()) return as_before(held);
    const Status written = ports_.files.keep(limits);
    if (!written.ok()) return as_before(written);
    kept_.limits = limits;
    kept_.lost = false;
    ports_.log.info("limits_set", {{"any", limits.any()}});
    apply(wall);
    return ok_status();
}

}  // namespace foyer::agent
