#include "node-agent/app/box_worker.h"

namespace foyer::agent {

BoxWorker::BoxWorker(const BoxPorts& ports, const BoxRules& rules)
    : ports_(ports),
      rules_(rules),
      next_collect_(ports.clock.mono() + rules.collect_period),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

BoxWorker::~BoxWorker() {
    thread_.request_stop();
    wake_.notify_all();
}

void BoxWorker::order(Wish wish) {
    const std::scoped_lock lock(mutex_);
    ordered_ = std::move(wish);
    changed_ = true;
    wake_.notify_all();
}

void BoxWorker::prove(const std::map<std::string, EdgeRoute>& routes) {
    const std::scoped_lock lock(mutex_);
    proven_ = routes;
    changed_ = true;
    wake_.notify_all();
}

// The wish's names; of those whose groups elect, only what is proven.
std::map<std::string, EdgeRoute> BoxWorker::followed() const {
    std::map<std::string, EdgeRoute> routes = ordered_.routes;
    for (auto& [name, route] : routes) {
        if (route.voters.empty()) continue;
        const auto proven = proven_.find(name);
        const bool known =
            proven != proven_.end() && !is_other_order(proven->second.ordered_at, route.ordered_at);
        route.fence = known ? proven->second.fence : Fence{};
        route.backend = known ? proven->second.backend : std::string();
        route.heard_at = known ? proven->second.heard_at : std::nullopt;
    }
    return routes;
}

BoxState BoxWorker::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

void BoxWorker::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            const MonoTime now = ports_.clock.mono();
            const MonoTime due = std::min(next_tick_, next_look(answers_).value_or(next_tick_));
            wake_.wait_for(lock, stop, std::max(Duration(1), due - now),
                           [this] { return changed_; });
            if (changed_) {
                next_tick_ = {};
                Wish next = ordered_;
                next.routes = followed();
                overlay_.dirty |= wish_.settings != next.settings || wish_.peers != next.peers;
                proxy_.dirty |=
                    wish_.settings.edge != next.settings.edge || wish_.routes != next.routes;
                overlay_.not_before = {};
                proxy_.not_before = {};
                wish_ = std::move(next);
                changed_ = false;
            }
        }
        const MonoTime now = ports_.clock.mono();
        if (stop.stop_requested()) return;
        if (now >= next_tick_) {
            next_tick_ = now + rules_.tick;
            tick();
        }
        look_for_answers(ports_.clock.mono());
    }
}

void BoxWorker::tick() {
    const bool told = !wish_.settings.overlay_prefix.empty();
    if (told)
        attempt(overlay_, "overlay_failed",
                [&] { return ports_.overlay.apply(wish_.settings, wish_.peers); });
    if (told && !overlay_.dirty) ports_.overlay.tend(ports_.clock.mono());
    if (told || wish_.settings.edge) tend_proxy();
    check_disk(ports_.clock.mono());
    collect_images(ports_.clock.mono());
    show();
}

void BoxWorker::attempt(Task& task, std::string_view event, const std::function<Status()>& act) {
    const MonoTime now = ports_.clock.mono();
    if (!task.dirty || now < task.not_before) return;
    const Status done = act();
    if (done.ok()) {
        task = Task{};
        return;
    }
    task.failures += 1;
    const Duration pause = backoff_wait(rules_.backoff, task.failures, ports_.rng);
    task.not_before = now + pause;
    task.problem = done.failure().message;
    ports_.log.failure(LogLevel::Warn, event, done.failure(),
                       {{"failures", task.failures}, {"retry_ms", pause}});
}

void BoxWorker::tend_proxy() {
    if (wish_.settings.edge) {
        proxy_ended_ = false;
        attempt(proxy_, "proxy_failed", [&]() -> Status {
            TRY(ports_.proxy.apply(wish_.routes));
            begin_answers();
            return ok_status();
        });
        check_proxy(ports_.clock.mono());
        return;
    }
    proxy_.dirty = !proxy_ended_;
    attempt(proxy_, "proxy_not_ended", [&] { return ports_.proxy.stop(); });
    if (proxy_.dirty) return;
    proxy_ended_ = true;
    proxy_check_ = Task{};
}

// The proxy has the routes: those to a leader that took over are followed from now on.
void BoxWorker::begin_answers() {
    const MonoTime now = ports_.clock.mono();
    std::erase_if(answers_, [&](const auto& item) { return !wish_.routes.contains(item.first); });
    for (const auto& [hostname, route] : wish_.routes) {
        if (!route.heard_at || route.backend.empty()) continue;
        AnswerWatch& watch = answers_[hostname];
        if (watch.fence == route.fence && !is_other_order(watch.ordered_at, route.ordered_at))
            continue;
        watch = routed(route, rules_.first_answer, now);
        const auto count = ports_.proxy.answers(hostname);
        if (count.ok()) watch = counted(std::move(watch), count.value(), rules_.first_answer, now);
        tell_routing(hostname);
    }
}

void BoxWorker::look_for_answers(MonoTime now) {
    for (auto& [hostname, watch] : answers_) {
        if (!is_time_to_look(watch, now)) continue;
        const auto count = ports_.proxy.answers(hostname);
        const MonoTime seen = ports_.clock.mono();
        const bool before = watch.answered_at.has_value();
        watch = count.ok() ? counted(std::move(watch), count.value(), rules_.first_answer, seen)
                           : put_off(std::move(watch), rules_.first_answer, seen);
        if (watch.answered_at.has_value() != before) tell_routing(hostname);
    }
}

void BoxWorker::tell_routing(const std::string& hostname) {
    if (!ports_.tell_routing) return;
    ports_.tell_routing(routing_report(wish_.routes.at(hostname), answers_.at(hostname),
                                       {ports_.clock.mono(), ports_.clock.wall()}));
}

void BoxWorker::check_proxy(MonoTime now) {
    if (now < next_proxy_check_ || proxy_.dirty) return;
    next_proxy_check_ = now + rules_.proxy_check;
    const Status up = ports_.proxy.check();
    const std::string problem = up.ok() ? std::string() : up.failure().message;
    if (problem != proxy_check_.problem) {
        if (up.ok()) {
            ports_.log.info("proxy_up");
        } else {
            ports_.log.failure(LogLevel::Warn, "proxy_down", up.failure());
        }
    }
    proxy_check_.problem = problem;
    // A proxy that was started again knows no routes.
    if (!up.ok()) proxy_.dirty = true;
}

void BoxWorker::check_disk(MonoTime now) {
    if (now < next_disk_check_) return;
    next_disk_check_ = now + rules_.disk_check;
    const std::int64_t free_bytes = ports_.meter.disk_free_bytes();
    const std::scoped_lock lock(mutex_);
    state_.disk_free_bytes = free_bytes;
}

void BoxWorker::collect_images(MonoTime now) {
    if (now < next_collect_) return;
    next_collect_ = now + rules_.collect_period;
    const auto in_use = ports_.images_in_use();
    if (!in_use) return;
    const Status collected = ports_.images.collect(*in_use);
    if (!collected.ok())
        ports_.log.failure(LogLevel::Warn, "images_not_collected", collected.failure());
}

void BoxWorker::show() {
    auto ages = ports_.overlay.handshake_ages();
    const std::scoped_lock lock(mutex_);
    state_.overlay_problem = overlay_.problem;
    state_.proxy_problem = !proxy_.problem.empty() ? proxy_.problem : proxy_check_.problem;
    state_.handshake_ages_s = std::move(ages);
}

}  // namespace foyer::agent
