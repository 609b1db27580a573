#include "tests/sim/sim_master.h"

#include <algorithm>

#include "master/app/housekeeping.h"

namespace foyer::sim {

using master::Entry;
using master::Planner;
using master::PlannerPhase;
using master::State;
using master::Woken;

namespace {

std::vector<std::uint8_t> seal_key() { return std::vector<std::uint8_t>(32, 7); }

}  // namespace

std::string desk_key(const NodeId& node) { return "node/" + node.str(); }

Result<SimDesk::Ticket> SimDesk::wait(const std::string& key, MonoTime, Ready ready, Wake wake) {
    replace(key);
    const Ticket ticket = next_++;
    by_key_[key] = {ticket, std::move(ready), std::move(wake)};
    keys_[ticket] = key;
    return ticket;
}

void SimDesk::post(std::function<void()> work) {
    work_.push_back(std::move(work));
    if (work_.size() > 1) return;
    timeline_.after(0, [this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        std::vector<std::function<void()>> now;
        now.swap(work_);
        for (const auto& one : now) one();
    });
}

void SimDesk::finish(const std::string& key, Woken why) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    keys_.erase(found->second.ticket);
    post([wake = std::move(found->second.wake), why] { wake(why); });
    by_key_.erase(found);
}

void SimDesk::recheck(Ticket ticket, const State& state) {
    const auto found = keys_.find(ticket);
    if (found != keys_.end()) recheck_key(std::string(found->second), state);
}

void SimDesk::recheck_key(const std::string& key, const State& state) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end() && found->second.ready(state)) finish(key, Woken::Changed);
}

void SimDesk::recheck_all(const State& state) {
    std::vector<std::string> ready;
    for (const auto& [key, waiter] : by_key_)
        if (waiter.ready(state)) ready.push_back(key);
    for (const std::string& key : ready) finish(key, Woken::Changed);
}

void SimDesk::cancel(Ticket ticket) {
    const auto found = keys_.find(ticket);
    if (found != keys_.end()) finish(std::string(found->second), Woken::Closed);
}

void SimDesk::replace(const std::string& key) { finish(key, Woken::Replaced); }
void SimDesk::expire(const std::string& key) { finish(key, Woken::Expired); }

SimMaster::SimMaster(Room& room, Disk& disk, master::ClusterSettings settings, Hooks hooks)
    : room_(room),
      disk_(disk),
      settings_(std::move(settings)),
      hooks_(std::move(hooks)),
      clock_(room.timeline),
      dice_(room.dice.rng().next()),
      seal_(tls::Seal(Secret(seal_key())), dice_.rng()) {}

SimMaster::~SimMaster() {
    if (!life_) return;
    life_->dead = true;
    life_->planner->stop();
}

void SimMaster::start() {
    if (life_) return;
    ++lives_;
    room_.trace.line("master", "starts");
    clock_.boot();
    life_ = std::make_unique<Life>(room_.timeline);
    Life* life = life_.get();
    auto store = std::make_unique<SimStore>(
        room_, disk_, hooks_.commit_fault,
        [this] {
            life_->dead = true;
            if (burial_ == no_event) burial_ = room_.timeline.after(0, [this] { bury_the_dead(); });
        },
        [this](const std::vector<Entry>& batch) { committed(batch); });
    life->planner = std::make_unique<Planner>(
        settings_, std::move(store), clock_, dice_.rng(), master::PlannerLimits{},
        [this](std::string_view event, std::string_view text) {
            room_.coverage.saw("planner", std::string(event));
            room_.trace.line("master", event, text);
        });
    if (room_.bug == Bug::IsolatedEvicts) presence_limits_.isolated_percent = 1'000;
    life->planner->on_published(
        [this](const State& state, const State& before) { published(state, before); });
    life->listened = room_.timeline.now();
    life->presence = std::make_unique<master::Presence>(clock_, presence_limits_);
    life->sync =
        std::make_unique<master::AgentSync>(*life->planner, *life->presence, life->desk, seal_,
                                            clock_, dice_.rng(), master::SyncLimits{});
    turn_ = room_.timeline.after(dice_.span(500, 3'000), [this] { turn(); });
}

void SimMaster::crash() {
    if (!life_ || life_->dead) return;
    life_->dead = true;
    bury_the_dead();
}

void SimMaster::bury_the_dead() {
    room_.timeline.cancel(burial_);
    room_.timeline.cancel(turn_);
    room_.trace.line("master", "dies");
    // What was answered and not written is gone with it: nobody but a planted bug leaves any.
    disk_.unwritten.clear();
    // Whoever still waits is refused while everything he refers to is there.
    life_->planner->stop();
    life_.reset();
    hooks_.died();
}

bool SimMaster::serves() const {
    return life_ && !life_->dead && life_->planner->counters().reloads > 0;
}

void SimMaster::pump() {
    if (turn_ != no_event || !life_) return;
    turn_ = room_.timeline.after(hooks_.commit_time(), [this] { turn(); });
}

void SimMaster::turn() {
    turn_ = no_event;
    if (!life_ || life_->dead) return;
    listen();
    const bool was_loading = life_->planner->phase() == PlannerPhase::Loading;
    const std::optional<Duration> again = life_->planner->turn();
    if (!life_ || life_->dead) return;
    listen();
    if (was_loading && life_->planner->phase() == PlannerPhase::Leading) {
        // Rows of another master's last words, or of a commit whose answer was lost.
        life_->planner->read([&](const State& state) {
            hooks_.loaded(state);
            life_->desk.recheck_all(state);
        });
    }
    if (again && turn_ == no_event)
        turn_ = room_.timeline.after(std::max<Moment>(again->count(), 1), [this] { turn(); });
}

void SimMaster::submit(master::Write write, Planner::Done done) {
    if (!serves()) return;
    Life* life = life_.get();
    life->planner->submit(std::move(write),
                          [life, done = std::move(done)](Result<master::Answer> a) {
                              if (!life->dead) done(std::move(a));
                          });
    pump();
}

void SimMaster::sync(const NodeId& node, SyncReport report, master::AgentSync::Done done) {
    if (!serves()) return;
    Life* life = life_.get();
    master::HeldSync held =
        life->sync->sync(node, std::move(report), [life, done = std::move(done)](auto answer) {
            if (!life->dead) done(std::move(answer));
        });
    life->held.insert_or_assign(node, held);
    pump();
}

void SimMaster::hang_up(const NodeId& node) {
    if (!serves()) return;
    const auto found = life_->held.find(node);
    if (found == life_->held.end()) return;
    const master::HeldSync held = found->second;
    life_->held.erase(found);
    held.cancel();
}

bool SimMaster::holds(const NodeId& node) const {
    return serves() && life_->desk.holds(desk_key(node));
}

void SimMaster::hold_ends(const NodeId& node) {
    if (serves()) life_->desk.expire(desk_key(node));
}

void SimMaster::heard(const NodeId& node, Moment then, WallTime clock) {
    if (!serves()) return;
    clock_.rewind_to(then);
    life_->presence->heard(node, clock, 0);
    clock_.back_to_now();
}

bool SimMaster::judge() {
    if (life_ && !life_->dead) listen();
    if (!serves() || life_->planner->phase() != PlannerPhase::Leading) return true;
    const auto online = read([](const State& state) {
        std::vector<NodeId> names;
        for (const auto& [name, node] : state.nodes())
            if (node.state == master::NodeState::Online) names.push_back(name);
        return names;
    });
    master::Silence verdict = life_->presence->judge(online);
    if (verdict.isolated != life_->isolated) {
        life_->isolated = verdict.isolated;
        room_.coverage.saw("presence", verdict.isolated ? "isolated" : "not isolated any more");
        room_.trace.line("master", verdict.isolated ? "judges itself isolated" : "is not isolated");
        listen();
    }
    if (!verdict.silent.empty() && !life_->marking) {
        life_->marking = true;
        life_->marked_at = room_.timeline.now();
        master::Write write;
        write.command = master::MarkSilent{verdict.silent};
        Life* life = life_.get();
        submit(std::move(write), [life](const auto&) { life->marking = false; });
    }
    return verdict.late > 0;
}

// What housekeeping.cpp does several times a second: in between nothing changes that Hearing is
// told, so the notes of a quiet time are made up for.
void SimMaster::listen() {
    constexpr Moment step = 20 * second;
    Life& life = *life_;
    const bool hears = life.planner->phase() == PlannerPhase::Leading && !life.isolated;
    while (room_.timeline.now() - life.listened > step) {
        life.listened += step;
        clock_.rewind_to(life.listened);
        life.hearing.note(clock_.mono(), clock_.wall(), life.heard);
        clock_.back_to_now();
    }
    life.heard = hears;
    life.listened = room_.timeline.now();
    life.hearing.note(clock_.mono(), clock_.wall(), hears);
}

void SimMaster::step_clock(Duration by) {
    const bool lives = life_ && !life_->dead;
    if (lives) listen();
    clock_.step(by);
    if (lives) listen();
}

void SimMaster::right_clock() { step_clock(-clock_.wrong()); }

bool SimMaster::has_repairs() const {
    if (!serves() || life_->planner->phase() != PlannerPhase::Leading) return false;
    return read([](const State& state) {
        return !state.unheard().empty() || !state.draining().empty() || !state.shrunken().empty() ||
               !state.endangered().empty() || !state.learners().empty() ||
               state.rebalancing().has_value();
    });
}

void SimMaster::repair() {
    if (!serves() || life_->planner->phase() != PlannerPhase::Leading) return;
    listen();
    if (!life_->hearing.since() || life_->repairing) return;
    life_->repairing = true;
    tick(*life_->hearing.since(), master::HousekeepingConfig{}.repair_ticks_max);
}

void SimMaster::tick(WallTime hearing_since, int at_most) {
    master::Write write;
    write.command = master::Tick{hearing_since};
    Life* life = life_.get();
    submit(std::move(write), [this, life, hearing_since, at_most](const auto& answer) {
        if (answer.ok() && answer.value().reply.more && at_most > 1)
            return tick(hearing_since, at_most - 1);
        life->repairing = false;
    });
}

// Which boxes' wishes can have changed: only their held calls are asked.
void SimMaster::touch(const State& state, const std::vector<Entry>& batch) {
    Life& life = *life_;
    const auto members = [&](const InstanceName& name) {
        for (const master::Replica* replica : state.replicas_of(name))
            life.touched.push_back(replica->node);
        for (const NodeId& edge : state.edges()) life.touched.push_back(edge);
    };
    for (const Entry& entry : batch) {
        for (const master::Change& change : entry.changes) {
            if (const auto* node = change.get_if<master::Put<master::Node>>()) {
                life.touched.push_back(node->row.name);
                if (node->row.overlay_revision == entry.revision) life.all_touched = true;
            } else if (const auto* replica = change.get_if<master::Put<master::Replica>>()) {
                life.touched.push_back(replica->row.node);
            } else if (const auto* instance = change.get_if<master::Put<master::Instance>>()) {
                members(instance->row.name);
            } else if (const auto* dropped = change.get_if<master::DropReplica>()) {
                members(dropped->key.instance);
            } else if (const auto* gone = change.get_if<master::DropInstance>()) {
                members(gone->name);
            } else if (change.is<master::DropNode>()) {
                life.all_touched = true;
            }
        }
    }
}

void SimMaster::committed(const std::vector<Entry>& batch) {
    life_->batch = batch;
    life_->touched.clear();
    life_->all_touched = false;
    read([&](const State& before) { touch(before, batch); });
}

void SimMaster::published(const State& state, const State& before) {
    Life& life = *life_;
    touch(state, life.batch);
    hooks_.published(state, before, life.batch);
    if (life.all_touched) return life.desk.recheck_all(state);
    std::ranges::sort(life.touched);
    const auto repeated = std::ranges::unique(life.touched);
    life.touched.erase(repeated.begin(), repeated.end());
    const std::vector<NodeId> touched = std::move(life.touched);
    for (const NodeId& node : touched) life.desk.recheck_key(desk_key(node), state);
}

}  // namespace foyer::sim
