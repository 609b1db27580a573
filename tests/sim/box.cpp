#include "tests/sim/box.h"

#include <algorithm>

namespace foyer::sim {

using agent::Agent;
using agent::StepKind;

namespace {

constexpr Duration probe_period{5'000};
constexpr Moment host_patience = 5 * second;
constexpr Moment host_look = 10 * second;  // a second on the real box: fewer events

agent::Release any_release() {
    agent::Release release;
    release.name = ReleaseName("erp");
    release.image = Digest("sha256:" + std::string(64, 'a'));
    for (const char* hook : {"init", "join", "rejoin", "promote", "position", "health"})
        release.hooks[hook] = {{hook}, Duration(60'000)};
    release.health_period = probe_period;
    return release;
}

const agent::Release& release_of_all() {
    static const agent::Release release = any_release();
    return release;
}

}  // namespace

// The box beside its partitions: takes the wish up at once.
class Box::Keeper final : public agent::BoxKeeper {
public:
    explicit Keeper(Box& box) : box_(box) {}
    void order(Wish wish) override {
        discard(box_.apply(wish.settings, wish.peers), "the simulated overlay never refuses");
        if (!wish.settings.edge) return;
        discard(box_.apply(wish.routes), "nor does the proxy");
        if (box_.room_.bug != Bug::EdgeGoesBack) return;
        box_.room_.timeline.after(20 * second, [&box = box_, routes = wish.routes] {
            discard(box.apply(routes), "an old wish, late");
        });
    }
    agent::BoxState state() const override { return {}; }

private:
    Box& box_;
};

Box::Box(int number, BoxSpec spec, Room& room, Services& services, Line& line, std::uint64_t seed)
    : number_(number),
      spec_(std::move(spec)),
      offered_(spec_.capacity),
      room_(room),
      services_(services),
      line_(line),
      dice_(seed),
      clock_(room.timeline),
      key_("key-" + spec_.name.str()),
      wg_key_("wg-" + spec_.name.str()) {
    journal_.forgets_to_sync = room.bug == Bug::NoFsync;
    journal_.forgets_led = room.bug == Bug::ForgetLed;
    journal_.forgets_removals = room.bug == Bug::ForgetRemovals;
}

Box::~Box() { kill_agent(); }

void Box::power_on() {
    if (powered_) return;
    powered_ = true;
    clock_.boot();
    room_.trace.line(spec_.name.str(), "power on");
    room_.timeline.after(dice_.span(5 * second, 40 * second), [this] {
        if (powered_) start_agent();
    });
}

void Box::power_off() {
    if (!powered_) return;
    powered_ = false;
    room_.trace.line(spec_.name.str(), "power off");
    kill_agent();
    services_.power_lost(number_);
    journal_.power_cut();
}

void Box::start_agent() {
    if (!powered_ || agent_) return;
    if (!enrolled_) return try_to_enrol();
    room_.trace.line(spec_.name.str(), "agent starts");
    pace_.emplace(sync_rules_);
    agent::AgentRules rules;
    rules.version = world.old_agent ? "0" : "1";
    rules.capacity = offered_;
    if (room_.bug == Bug::DoubleCount) *rules.capacity += offered_;
    agent::AgentHands hands;
    hands.partition = [this](agent::LocalState local, agent::Orders orders,
                             const agent::WorkerPorts& ports,
                             const agent::WorkerRules& of) -> std::unique_ptr<agent::Worker> {
        return std::make_unique<SimWorker>(*this, std::move(local), std::move(orders), ports, of);
    };
    hands.box = [this](const agent::BoxPorts&,
                       const agent::BoxRules&) -> std::unique_ptr<agent::BoxKeeper> {
        return std::make_unique<Keeper>(*this);
    };
    const auto read_release = [](const Assignment&) -> Result<agent::Release> {
        return release_of_all();
    };
    const agent::AgentPorts ports{*this,        *this,    *this,  *this,       *this,
                                  read_release, journal_, clock_, dice_.rng(), room_.log};
    agent_ = std::make_unique<Agent>(ports, rules, journal_.recovered(), std::move(hands));
    agent_->on_news([this] { poke(); });
    const Entered inside(*this);
    CHECK(agent_->start().ok());
    next_round_ = room_.timeline.after(0, [this] { round(); });
    look_at_host_clock();
}

void Box::kill_agent() {
    if (!agent_) return;
    room_.trace.line(spec_.name.str(), "agent dies");
    for (const auto& [partition, worker] : workers_) {
        if (!worker->busy()) continue;
        journal_.agent_is_dead();
        worker->die(dice_.one_in(2));
    }
    journal_.agent_is_dead();
    for (EventId* event : {&next_round_, &nudge_, &dying_, &enrolling_, &host_looks_})
        room_.timeline.cancel(*event);
    if (calling_) line_.hang_up(number_);
    calling_ = news_ = pausing_until_news_ = progress_ = false;
    ++call_;
    agent_.reset();
    pace_.reset();
    held_back_.clear();
}

void Box::offer(Resources what) {
    offered_ = what;
    if (!agent_) return;
    kill_agent();
    room_.timeline.after(dice_.span(second, 5 * second), [this] { start_agent(); });
}

void Box::host_wants(HostOrder order) {
    host_wants_ = order;
    room_.trace.line(spec_.name.str(), "its host wants", std::string(to_text(order.wish)));
    room_.timeline.cancel(host_says_);
    tell_host_order();
}

void Box::tell_host_order() {
    host_says_ = no_event;
    if (agent_ && !agent_is_dying()) {
        const Entered inside(*this);
        const Status obeyed = agent_->obey_host(host_wants_);
        if (obeyed.ok() && !agent_is_dying()) {
            poke();
            return look_at_host_clock();
        }
    }
    host_says_ = room_.timeline.after(host_patience, [this] { tell_host_order(); });
}

void Box::host_refuses(HostRefusals refuses) {
    host_refuses_ = std::move(refuses);
    room_.trace.line(spec_.name.str(), "its host refuses", to_text(host_refuses_.what));
    room_.timeline.cancel(host_refuses_again_);
    tell_refusals();
}

void Box::tell_refusals() {
    host_refuses_again_ = no_event;
    if (agent_ && !agent_is_dying()) {
        const Entered inside(*this);
        const Status obeyed = agent_->obey_refusals(host_refuses_);
        if (obeyed.ok() && !agent_is_dying()) return poke();
    }
    host_refuses_again_ = room_.timeline.after(host_patience, [this] { tell_refusals(); });
}

// While an order may end by itself.
void Box::look_at_host_clock() {
    room_.timeline.cancel(host_looks_);
    if (!agent_ || agent_is_dying() || !agent_->overview().host.until) return;
    host_looks_ = room_.timeline.after(host_look, [this] {
        host_looks_ = no_event;
        if (!agent_ || agent_is_dying()) return;
        const Entered inside(*this);
        if (agent_->look_at_host_clock()) {
            room_.coverage.saw("fault", "an order of a host ends by itself");
            poke();
        }
        look_at_host_clock();
    });
}

void Box::crash_at_save(int saves, bool after) {
    journal_.die_at(saves,
                    after ? SimJournal::Death::AfterWriting : SimJournal::Death::BeforeWriting);
}

// The agent's code has been left: if it died inside, it is gone now.
void Box::left_agent() {
    if (!journal_.dead() || !agent_ || dying_ != no_event) return;
    dying_ = room_.timeline.after(0, [this] {
        dying_ = no_event;
        room_.coverage.saw("fault", "agent crash at a write");
        kill_agent();
        room_.timeline.after(dice_.span(second, 20 * second), [this] { start_agent(); });
    });
}

void Box::try_to_enrol() {
    if (enrolled_ || !powered_) return;
    line_.enrol(number_);
    room_.timeline.cancel(enrolling_);
    enrolling_ = room_.timeline.after(dice_.span(5 * second, 20 * second), [this] {
        enrolling_ = no_event;
        try_to_enrol();
    });
}

void Box::enrolled(const Status& how) {
    if (enrolled_) return;
    if (!how.ok()) {
        room_.trace.line(spec_.name.str(), "enrolment refused", how.failure().message);
        return;
    }
    enrolled_ = true;
    room_.timeline.cancel(enrolling_);
    room_.trace.line(spec_.name.str(), "enrolled");
    start_agent();
}

void Box::worker_began(SimWorker& worker) { workers_[worker.partition()] = &worker; }

void Box::worker_ended(SimWorker& worker) {
    const auto found = workers_.find(worker.partition());
    if (found != workers_.end() && found->second == &worker) workers_.erase(found);
}

void Box::service_changed(Copy& copy) {
    const auto found = workers_.find(copy.partition);
    if (found == workers_.end()) return;
    progress_ = true;
    progress_rounds_ = 0;
    line_.progress(number_);
    found->second->service_changed(!copy.running());
}

void Box::saw_step(const PartitionId& partition, StepKind from, StepKind to) {
    room_.coverage.moved("step", to_text(from), to_text(to));
    if (to == StepKind::Probe || to == StepKind::Wait) return;
    room_.trace.line(partition.str(), to_text(to), spec_.name.str());
    const bool begins = to == StepKind::RunInit || to == StepKind::RunJoin;
    if (begins && agent_ && agent_->overview().refused.contains(partition))
        room_.broken(partition.str() + " begins on " + spec_.name.str() +
                     ", whose host refuses it");
}

Duration Box::health_period() const { return probe_period; }

Moment Box::duration_of(StepKind kind) {
    const Moment slow = world.slow_disk ? 8 : 1;
    switch (kind) {
        case StepKind::EnsureImage:
            return has_image_ ? 5 : slow * dice_.span(5 * second, 60 * second);
        case StepKind::Prepare: return slow * dice_.span(100, 800);
        case StepKind::RunInit: return slow * dice_.span(4 * second, 30 * second);
        case StepKind::RunJoin:
        case StepKind::Rejoin: return slow * dice_.span(3 * second, 60 * second);
        case StepKind::Start: return slow * dice_.span(500, 3'000);
        case StepKind::Reload: return dice_.span(20, 200);
        case StepKind::Promote: return slow * dice_.span(300, 3'000);
        case StepKind::Fence: return dice_.span(20, 200);
        case StepKind::Stop: return slow * dice_.span(300, 8'000);
        case StepKind::Erase: return slow * dice_.span(200, 2'000);
        case StepKind::Probe: return 0;
        case StepKind::Wait: return 0;
    }
    CHECK(false);
}

}  // namespace foyer::sim
