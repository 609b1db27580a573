#include "tests/sim/group/world.h"

#include <algorithm>
#include <iostream>

#include "tests/sim/group/invariants.h"
#include "tests/sim/group/seals.h"

namespace foyer::sim::group {
namespace {

constexpr std::int64_t tick_ms = 50;

lead::Incarnation incarnation_of(int index) {
    return {0x1000 + static_cast<std::uint64_t>(index), 1};
}

// The record signed by the master: everybody is a member from the start.
lead::Record first_record(const Shape& shape, const std::vector<Box>& boxes) {
    lead::Record first;
    first.ballot.generation = Generation(1);
    for (const Box& box : boxes) {
        if (box.spare) continue;
        first.members.push_back(entry_of(box));
        if (box.data && (!shape.founder || first.in_sync.empty()))
            first.in_sync.push_back(box.index);
    }
    first.mode = shape.mode;
    first.copies = shape.copies;
    first.floor = shape.floor;
    first.k = shape.founder ? 1 : shape.copies;
    first.config_hash = config_hash({}, first, toy_hash);
    return first;
}

}  // namespace

lead::MemberEntry entry_of(const Box& box) {
    return {box.index, box.data ? ReplicaKind::Data : ReplicaKind::Witness, key_of(box.index),
            incarnation_of(box.index.number), true};
}

World::World(std::uint64_t seed, const Shape& shape, Planted planted)
    : shape_(shape),
      planted_(planted),
      rng_(seed),
      invariants_(std::make_unique<Invariants>(*this)) {
    const int count = shape.data + shape.witnesses + shape.spares;
    for (int index = 0; index < count; ++index) {
        Box box;
        box.index = ReplicaIndex{index};
        box.spare = index >= shape.data + shape.witnesses;
        box.data = index < shape.data || box.spare;
        box.clock_ppm = static_cast<int>(below(2 * shape.drift_ppm)) - shape.drift_ppm;
        box.clock_offset = below(1'000'000);
        boxes_.push_back(std::move(box));
    }
    const lead::Record first = first_record(shape, boxes_);
    invariants_->first(first);
    for (Box& box : boxes_) {
        lead::Durable durable;
        durable.incarnation = incarnation_of(box.index.number);
        if (!box.spare) {
            durable.generation = Generation(1);
            durable.record = first;
        }
        box.disk = durable;
        box.database.mode = box.data ? Mode::Standby : Mode::Down;
        start_agent(box);
        const ReplicaIndex self = box.index;
        at(below(tick_ms), [this, self] { tick(this->box(self)); });
    }
}

World::~World() = default;

std::int64_t World::below(std::int64_t bound) {
    return static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(bound) + 1));
}
bool World::percent(int chance) { return below(99) < chance; }

MonoTime World::clock_of(const Box& box) const {
    const std::int64_t since = now_ - box.clock_from;
    return MonoTime{box.clock_offset + since + since * box.clock_ppm / 1'000'000};
}

void World::at(std::int64_t true_ms, std::function<void()> what) {
    events_.push({std::max(true_ms, now_), next_order_++, std::move(what)});
}
void World::later(std::int64_t most_ms, std::function<void()> what) {
    at(now_ + 1 + below(most_ms), std::move(what));
}

void World::on_box(Box& box, std::int64_t in_ms, std::function<void()> what) {
    const ReplicaIndex self = box.index;
    const std::uint64_t boot = box.boot;
    at(now_ + in_ms, [this, self, boot, what = std::move(what)] {
        Box& there = this->box(self);
        const auto run = [this, self, boot, what] {
            if (this->box(self).boot == boot && this->box(self).powered) what();
        };
        // What waits for the thaw goes first.
        if (is_frozen(there) || !there.thaws.empty())
            there.thaws.emplace_back(run);
        else
            run();
    });
}

void World::on_agent(Box& box, std::int64_t in_ms, std::function<void()> what) {
    const ReplicaIndex self = box.index;
    const std::uint64_t life = box.life;
    on_box(box, in_ms, [this, self, life, what = std::move(what)] {
        Box& there = this->box(self);
        if (there.running && there.life == life) what();
    });
}

// The hooks of the database run one after another, as the effects were given.
void World::on_hook(Box& box, std::int64_t most_ms, std::function<void()> what) {
    box.hooks_until = std::max(box.hooks_until, now_) + 1 + below(most_ms);
    on_agent(box, box.hooks_until - now_, std::move(what));
}

void World::run_until(std::int64_t true_ms) {
    while (!events_.empty() && events_.top().at <= true_ms && !broken()) {
        const auto what = events_.top().what;
        now_ = events_.top().at;
        events_.pop();
        what();
        invariants_->each_event();
    }
    now_ = std::max(now_, true_ms);
}

void World::tick(Box& box) {
    const ReplicaIndex self = box.index;
    at(now_ + tick_ms, [this, self] { tick(this->box(self)); });
    if (is_frozen(box)) return;
    if (!box.thaws.empty()) {
        const auto thaws = std::exchange(box.thaws, {});
        for (const auto& what : thaws) what();
    }
    // The killer is a program of its own, with the clock and nothing else.
    if (box.database.mode == Mode::Primary && clock_of(box) >= box.lease_until && percent(40)) {
        say("r" + std::to_string(self.number) + " is killed at the end of its lease");
        box.database.kill(box.database.log.size());
    }
    if (!box.powered) return;
    if (box.running) {
        const int jitter = static_cast<int>(below(9'999));
        hand_in(box, lead::Tick{{jitter}});
    }
    if (box.data) step_streams(box);
    if (self.number == 0) invariants_->each_tick();
}

void World::hand_in(Box& box, const lead::Input& given) {
    if (!box.running || broken()) return;
    lead::Input input = given;
    const MonoTime now = clock_of(box);
    spoil_before(planted_, box.state, input, now);
    const lead::State before = box.state;
    box.open_number = before.leading.open_number;
    lead::Outcome outcome = lead::step(std::move(box.state), input, now);
    box.state = std::move(outcome.state);
    spoil_after(planted_, box.state, outcome.effects, before, now);
    note_transitions(box, before);
    for (const lead::Effect& effect : outcome.effects) execute(box, effect);
}

void World::note_transitions(const Box& box, const lead::State& before) {
    const lead::State& after = box.state;
    const auto name = "r" + std::to_string(box.index.number) + " ";
    if (before.role != after.role) {
        const std::string arrow =
            std::string(to_text(before.role)) + " → " + std::string(to_text(after.role));
        ++coverage_["role " + arrow];
        say(name + arrow + " epoch " + std::to_string(after.durable.epoch.number()));
    }
    if (before.role == lead::Role::Leader && after.role == lead::Role::Fencing) {
        handed_to_ = after.hand_to;
        if (after.health.clock_wrong_at > before.health.clock_wrong_at)
            ++clock_resignations_[box.index];
    }
    if (after.role == lead::Role::Leader) {
        if (before.role == lead::Role::Candidate) {
            invariants_->elected(box);
            if (handed_to_ == box.index) ++coverage_["handed over to the preferred"];
            handed_to_.reset();
        }
        if (before.role == lead::Role::Leader && before.leading.stage != after.leading.stage) {
            const std::string arrow = std::string(to_text(before.leading.stage)) + " → " +
                                      std::string(to_text(after.leading.stage));
            ++coverage_["stage " + arrow];
            say(name + arrow);
        }
        const auto& record = *after.durable.record;
        if (record.ballot != before.durable.record->ballot) {
            invariants_->written(record, *before.durable.record);
            note_named(record);
            say(name + "writes (" + std::to_string(record.ballot.epoch.number()) + "," +
                std::to_string(record.ballot.seq) + ") |S| " +
                std::to_string(record.in_sync.size()) + " k " + std::to_string(record.k) +
                (record.old_members.empty() ? "" : " joint"));
            if (record.old_members.empty() != before.durable.record->old_members.empty())
                ++coverage_[record.old_members.empty() ? "change ended" : "change begun"];
            const lead::Record& last = *before.durable.record;
            if (record.promise != last.promise)
                ++coverage_[record.promise < last.promise ? "T shrinks" : "T grows"];
            if (record.barred != last.barred) ++coverage_["others are barred"];
            if (record.ballot.seq == 1 && record.barred.contains(box.index))
                ++coverage_["a barred member leads"];
        }
        if (before.leading.work && !after.leading.work)
            ++coverage_["step " + std::string(to_text(before.leading.work->step)) +
                        (before.leading.work->phase == lead::SyncPhase::Record ||
                                 !database_first(before.leading.work->step)
                             ? " done"
                             : " given up")];
    }
    if (after.durable.rejoining != before.durable.rejoining)
        ++coverage_[after.durable.rejoining ? "rejoin begun"
                    : after.data.stopped    ? "rejoin ended whole"
                                            : "rejoin done"];
    if (after.durable.evidence.size() > before.durable.evidence.size())
        ++coverage_["evidence " + std::string(to_text(after.durable.evidence.back().kind))];
}

void World::note_named(const lead::Record& record) {
    for (const lead::MemberEntry& entry : record.members) {
        Box& named = box(entry.index);
        if (named.spare && !named.named && !named.database.log.empty())
            ++coverage_["a learner becomes a member"];
        named.named = true;
    }
}

void World::say(const std::string& text) {
    if (trace_) std::cerr << now_ << "  " << text << '\n';
}

void World::describe() {
    if (!trace_) return;
    for (const Box& box : boxes_) {
        const lead::State& state = box.state;
        const lead::Durable& durable = state.durable;
        std::string text = "r" + std::to_string(box.index.number) + " " +
                           (box.lost      ? "lost "
                            : box.running ? ""
                                          : "down ") +
                           std::string(to_text(state.role)) + " epoch " +
                           std::to_string(durable.epoch.number());
        if (durable.record) {
            const lead::Record& record = *durable.record;
            text += " record (" + std::to_string(record.ballot.epoch.number()) + "," +
                    std::to_string(record.ballot.seq) + ") k " + std::to_string(record.k) +
                    " floor " + std::to_string(record.floor) + " of S";
            for (const auto index : record.in_sync) text += " " + std::to_string(index.number);
            text += " members";
            for (const auto& one : record.members) text += " " + std::to_string(one.index.number);
            text += " old";
            for (const auto& one : record.old_members)
                text += " " + std::to_string(one.index.number);
        }
        const lead::LogPosition position = box.database.position();
        text += " at (" + std::to_string(position.fence.epoch.number()) + ":" +
                std::to_string(position.end.number()) + ")";
        if (durable.rejoining) text += " rejoining";
        if (durable.retired) text += " retired";
        if (!state.promise.remembered) text += " forgot";
        if (state.data.cutting) text += " cutting";
        if (state.data.stopped) text += " stopped";
        if (state.data.led) text += " led";
        if (!state.data.position) text += " unreadable";
        if (box.database.mode == Mode::Primary) text += " primary";
        if (box.database.receiver) text += " receives";
        if (box.database.mode == Mode::Primary && !gate_open(box)) text += " gate closed";
        for (const auto& [to, sender] : box.database.senders)
            text += " to r" + std::to_string(to.number) + " sent " + std::to_string(sender.sent) +
                    " arrives " + std::to_string(sender.last_arrival);
        if (state.role == lead::Role::Leader) {
            text += " " + std::string(to_text(state.leading.stage));
            if (state.leading.work)
                text += " " + std::string(to_text(state.leading.work->step)) + " " +
                        std::string(to_text(state.leading.work->phase));
            if (state.leading.open_record) text += " open record";
        }
        say(text);
    }
}

std::optional<std::string> World::broken() const { return invariants_->broken(); }

Box* World::leader() {
    Box* found = nullptr;
    for (Box& box : boxes_) {
        if (!box.running || box.state.role != lead::Role::Leader) continue;
        if (found == nullptr || found->state.durable.epoch < box.state.durable.epoch) found = &box;
    }
    return found;
}

bool World::gate_open(const Box& box) const { return clock_of(box) < box.lease_until; }

bool World::can_reach(ReplicaIndex from, ReplicaIndex to) {
    return !blocked_.contains({from, to}) && box(to).powered;
}

void World::send(Box& box, const lead::Message& message) {
    invariants_->told(box, message);
    const auto& to = message.envelope.to;
    if (to.number < 0 || to.number >= static_cast<int>(boxes_.size())) return;
    const int copies = percent(weather_.repeat_percent) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
        if (percent(weather_.loss_percent) || !can_reach(box.index, to)) continue;
        const std::int64_t delay =
            percent(weather_.late_percent) ? below(weather_.late_ms) : 1 + below(40);
        at(now_ + delay, [this, message] { deliver(message); });
    }
}

void World::deliver(const lead::Message& message) {
    Box& box = this->box(message.envelope.to);
    if (!box.powered) return;
    on_agent(box, 0, [this, &box, message] { hand_in(box, message); });
}

void World::crash(Box& box) {
    if (!box.powered) return;
    say("r" + std::to_string(box.index.number) + " loses power");
    box.powered = false;
    box.running = false;
    ++box.boot;
    ++box.life;
    // What was on its way to the disk arrives up to some point, in order, and tells nobody.
    for (auto left = below(static_cast<std::int64_t>(box.persisting.size())); left > 0; --left) {
        const auto before = box.disk;
        box.disk = box.persisting.front().durable;
        box.persisting.pop_front();
        invariants_->durable_changed(box, before);
    }
    box.persisting.clear();
    box.held_back.clear();
    Database& database = box.database;
    const auto unflushed = static_cast<std::int64_t>(database.log.size() - database.flushed);
    database.kill(database.flushed + static_cast<std::size_t>(below(unflushed)));
    database.cut();
    box.lease_until = {};
    box.thaws.clear();
    box.frozen_until = 0;
}

void World::boot(Box& box) {
    if (box.powered || box.lost) return;
    say("r" + std::to_string(box.index.number) + " boots");
    box.powered = true;
    box.clock_from = now_;
    box.clock_offset = 10'000 + below(20'000);
    box.database.mode = box.data ? Mode::Standby : Mode::Down;
    start_agent(box);
}

void World::kill_agent(Box& box) {
    if (!box.running) return;
    say("r" + std::to_string(box.index.number) + " loses its agent");
    box.running = false;
    ++box.life;
    ++box.cuts;
    box.held_back.clear();
    // The kernel finishes the writes it was given.
    while (!box.persisting.empty()) {
        const auto before = box.disk;
        box.disk = box.persisting.front().durable;
        box.persisting.pop_front();
        invariants_->durable_changed(box, before);
    }
}

void World::start_agent(Box& box) {
    if (box.running || !box.powered) return;
    box.running = true;
    ++box.life;
    box.hooks_until = now_;
    if (box.disk) spoil_disk(planted_, box.index, *box.disk);
    lead::Start start;
    start.identity = {InstanceName("acme"), box.index, box.boot};
    start.durable = box.disk;
    start.fresh = {0x2000 + static_cast<std::uint64_t>(box.index.number), box.life};
    start.timing = shape_.timing;
    start.led = box.led;
    start.hash = toy_hash;
    start.sign = signer_of(box.index);
    start.check = verifier().check;
    lead::Outcome outcome = lead::begin(std::move(start), clock_of(box));
    box.state = std::move(outcome.state);
    if (box.state.role == lead::Role::Resuming) ++coverage_["role restart → resuming"];
    for (const lead::Effect& effect : outcome.effects) execute(box, effect);
    if (!box.paused) return;
    box.mute = true;  // nothing is started for it
    hand_in(box, lead::HostPauses{true});
}

void World::freeze(Box& box, std::int64_t length) {
    if (!box.powered) return;
    say("r" + std::to_string(box.index.number) + " freezes for " + std::to_string(length));
    box.frozen_until = std::max(box.frozen_until, now_ + length);
}

void World::set_clock(Box& box, int ppm) {
    box.clock_offset = clock_of(box).boot_ms;
    box.clock_from = now_;
    box.clock_ppm = ppm;
}

void World::thaw_all() {
    for (Box& box : boxes_) box.frozen_until = 0;
}

}  // namespace foyer::sim::group
