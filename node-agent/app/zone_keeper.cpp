#include "node-agent/app/zone_keeper.h"

namespace foyer::agent {

ZoneKeeper::ZoneKeeper(const ZonePorts& ports, ZoneRules rules)
    : ports_(ports),
      rules_(std::move(rules)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ZoneKeeper::~ZoneKeeper() {
    thread_.request_stop();
    wake_.notify_all();
}

void ZoneKeeper::order(Wish wish) {
    const std::scoped_lock lock(mutex_);
    ordered_ = std::move(wish);
    changed_ = true;
    wake_.notify_all();
}

ZoneState ZoneKeeper::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

bool ZoneKeeper::is_wanted() const {
    return rules_.wanted && wish_.settings.edge && is_answerable_zone(wish_.settings.zone);
}

// Before the first order nothing is known, and what runs is left alone.
void ZoneKeeper::run(const std::stop_token& stop) {
    bool told = false;
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, rules_.tick, [this] { return changed_; });
            if (changed_) {
                told = true;
                const bool edges_moved =
                    wish_.settings != ordered_->settings || wish_.peers != ordered_->peers;
                wish_ = *ordered_;
                changed_ = false;
                not_before_ = {};
                if (edges_moved) next_probe_ = {};
            }
        }
        if (told && !stop.stop_requested()) tick();
    }
}

void ZoneKeeper::tick() {
    if (!is_wanted()) return end();
    ended_ = false;
    ask_edges();
    keep();
}

void ZoneKeeper::end() {
    if (ended_ || ports_.clock.mono() < not_before_) return;
    const Status done = ports_.server.stop();
    ended_ = done.ok();
    applied_.reset();
    lives_.clear();
    note(done);
    const std::scoped_lock lock(mutex_);
    state_ = ZoneState{};
    if (!done.ok()) state_.problem = done.failure().message;
}

// All at once: a dead one takes its time.
void ZoneKeeper::ask_edges() {
    const MonoTime now = ports_.clock.mono();
    if (now < next_probe_) return;
    next_probe_ = now + rules_.probe_period;
    const std::string zone = wish_.settings.zone;
    known_ = known_edges(rules_.self, wish_.settings, wish_.peers, ports_.read_address);
    std::erase_if(lives_, [&](const auto& item) { return !known_.addresses.contains(item.first); });
    std::map<NodeId, bool> answered;
    for (const auto& [node, address] : known_.addresses) answered[node] = false;
    {
        std::vector<std::jthread> asking;
        for (const auto& [node, address] : known_.addresses) {
            bool& answer = answered.at(node);
            const std::string at = node == rules_.self ? rules_.own_listener : address;
            asking.emplace_back(
                [this, &answer, at, zone] { answer = ports_.probe(at, zone).ok(); });
        }
    }
    for (const auto& [node, answer] : answered) {
        const EdgeLife before = lives_[node];
        lives_[node] = heard(before, answer, rules_.life);
        if (before.asked && before.lives != lives_[node].lives)
            ports_.log.info(answer ? "edge_lives" : "edge_silent", {{"edge", node}});
    }
}

void ZoneKeeper::keep() {
    const MonoTime now = ports_.clock.mono();
    if (now < not_before_) return;
    auto plan = plan_zone(rules_.self, wish_.settings.zone, known_, lives_, wish_.names);
    if (plan) plan->mail_key = mail_key_of(wish_.settings);
    Status done = ok_status();
    if (!plan) {
        done = error(ErrorCode::FailedPrecondition, zone_problem(rules_.self, known_));
    } else if (plan != applied_) {
        done = ports_.server.apply(*plan);
        if (done.ok()) applied_ = plan;
    }
    if (done.ok()) done = ports_.server.check();
    note(done);
    const std::scoped_lock lock(mutex_);
    state_.zone = wish_.settings.zone;
    state_.serial = ports_.server.serial();
    state_.edges = plan ? plan->edges : std::vector<ZoneEdge>{};
    state_.problem = done.ok() ? std::string() : done.failure().message;
    state_.notice = plan ? zone_problem(rules_.self, known_) : std::string();
}

void ZoneKeeper::note(const Status& done) {
    if (done.ok()) {
        if (failures_ > 0) ports_.log.info("zone_up");
        failures_ = 0;
        return;
    }
    failures_ += 1;
    const Duration pause = backoff_wait(rules_.backoff, failures_, ports_.rng);
    not_before_ = ports_.clock.mono() + pause;
    ports_.log.failure(LogLevel::Warn, "zone_failed", done.failure(),
                       {{"failures", failures_}, {"retry_ms", pause}});
}

}  // namespace foyer::agent
