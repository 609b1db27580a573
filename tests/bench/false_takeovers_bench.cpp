// How often a group takes the lead from a home that is well, because its line was quiet for a
// moment.
//
//     false_takeovers_bench [RESETS] [--json FILE]
//
// The members themselves (common/leadership) in virtual time. A line that resets: all that goes to
// and from the leader's box is lost for a length drawn evenly between two bounds, RESETS times,
// some time apart; a home line that does so once a day has 30 of them a month. Lines that lose or
// delay: two hours of it. What is counted: another fence leads afterwards, though nothing was
// broken.
#include <optional>
#include <string>

#include "master/domain/patience.h"
#include "tests/bench/support/report.h"
#include "tests/sim/group/faults.h"
#include "tests/sim/group/world.h"

namespace foyer::bench {
namespace {

namespace group = sim::group;

constexpr std::int64_t second_ms = 1'000;
constexpr std::int64_t settled_ms = 60 * second_ms;
constexpr std::int64_t between_ms = 20 * second_ms;
constexpr std::int64_t weather_ms = 2 * 3600 * second_ms;
constexpr double days_a_month = 30.4;
constexpr std::uint64_t seed = 20;

struct Reset {
    const char* name;
    const char* id;
    std::int64_t least_ms;
    std::int64_t most_ms;
    std::int64_t promise_ms;
};

struct Line {
    const char* name;
    const char* id;
    group::Weather weather;
};

group::Shape three_homes() {
    group::Shape shape;
    shape.spares = 0;
    return shape;
}

std::optional<Fence> leads(group::World& world) {
    const group::Box* leader = world.leader();
    if (leader == nullptr) return std::nullopt;
    return Fence{leader->state.durable.generation, leader->state.durable.epoch};
}

void settle(group::World& world) {
    world.run_until(world.now() + settled_ms);
    for (int minutes = 0; minutes < 10 && !leads(world); ++minutes)
        world.run_until(world.now() + settled_ms);
    CHECK(leads(world));
}

void set_promise(group::World& world, Duration length) {
    for (int tries = 0; tries < 10; ++tries) {  // a change of its own may be under way
        group::propose(world, {{}, leadership::SetPromise{length}});
        settle(world);
        if (world.leader()->state.leading.committed->promise == length) return;
    }
    CHECK(false);
}

void promise(group::World& world, Duration length) {
    settle(world);
    if (length != leadership::Record{}.promise) set_promise(world, length);
}

void cut_off(group::World& world, ReplicaIndex who) {
    for (const group::Box& other : world.boxes()) {
        if (other.index == who) continue;
        world.block(who, other.index);
        world.block(other.index, who);
    }
}

bool is_taken_by_reset(group::World& world, std::int64_t least_ms, std::int64_t most_ms) {
    const auto before = leads(world);
    cut_off(world, world.leader()->index);
    world.run_until(world.now() + least_ms + world.below(most_ms - least_ms));
    world.unblock_all();
    world.run_until(world.now() + between_ms + world.below(second_ms));
    if (!leads(world)) settle(world);
    return leads(world) != before;
}

int takeovers_of(const Reset& reset, int resets) {
    group::World world(seed, three_homes(), group::Planted::None);
    promise(world, Duration(reset.promise_ms));
    int taken = 0;
    for (int i = 0; i < resets; ++i)
        taken += is_taken_by_reset(world, reset.least_ms, reset.most_ms) ? 1 : 0;
    return taken;
}

// As `measured` orders live (master/domain/patience.h): one reset a day.
int takeovers_of_measured(std::int64_t least_ms, std::int64_t most_ms, int days) {
    const std::int64_t day_ms = 86'400 * second_ms;
    const int week = static_cast<int>(master::silences_within.count() / day_ms);
    const int patient_days = static_cast<int>(master::patient_for.count() / day_ms);
    group::World world(seed, three_homes(), group::Planted::None);
    promise(world, master::quick_promise);
    int taken = 0;
    std::optional<int> last;
    std::optional<int> patient_until;
    for (int day = 0; day < days; ++day) {
        if (patient_until == day) {
            set_promise(world, master::quick_promise);
            patient_until.reset();
        }
        if (!is_taken_by_reset(world, least_ms, most_ms)) continue;
        ++taken;
        const bool again = last && day - *last <= week;
        last = day;
        if (!again && !patient_until) continue;
        patient_until = day + patient_days;
        set_promise(world, master::patient_promise);
    }
    return taken;
}

int takeovers_of(const Line& line, std::int64_t length_ms) {
    group::World world(seed, three_homes(), group::Planted::None);
    settle(world);
    world.weather() = line.weather;
    int taken = 0;
    auto before = leads(world);
    for (const std::int64_t end = world.now() + length_ms; world.now() < end;) {
        world.run_until(world.now() + second_ms);
        const auto now = leads(world);
        if (now && now != before) ++taken, before = now;
    }
    return taken;
}

group::Weather losing(int percent) {
    group::Weather weather;
    weather.loss_percent = percent;
    return weather;
}

group::Weather late(int percent, std::int64_t ms) {
    group::Weather weather;
    weather.late_percent = percent;
    weather.late_ms = ms;
    return weather;
}

}  // namespace
}  // namespace foyer::bench

int main(int argc, char** argv) {
    using namespace foyer;
    using namespace foyer::bench;
    Report report(argc, argv);
    const int resets = report.number_at(0, 300);
    const auto days = static_cast<double>(resets);
    report.row({"line of the leader", "T s", "resets", "taken", "a month"});
    for (const Reset& reset :
         {Reset{"resets for 1 to 5 s, each day", "short", 1'000, 5'000, 7'000},
          Reset{"resets for 2 to 10 s, each day", "long", 2'000, 10'000, 7'000},
          Reset{"the same, T = 20 s", "long_t20", 2'000, 10'000, 20'000}}) {
        const int taken = takeovers_of(reset, resets);
        const double month = days_a_month * taken / days;
        report.row({reset.name, std::to_string(reset.promise_ms / 1000), std::to_string(resets),
                    std::to_string(taken), fixed(month, 2)});
        report.metric(std::string("false_takeovers.per_month.resets_") + reset.id, month);
    }
    const int measured = takeovers_of_measured(2'000, 10'000, resets);
    const double month = days_a_month * measured / days;
    report.row({"the same, T as measured", "7, 20", std::to_string(resets),
                std::to_string(measured), fixed(month, 2)});
    report.metric("false_takeovers.per_month.resets_long_measured", month);
    report.end_table();
    report.row({"lines of all three, for two hours", "taken"});
    for (const Line& line :
         {Line{"lose 1 %", "loss_1", losing(1)}, Line{"lose 5 %", "loss_5", losing(5)},
          Line{"lose 10 %", "loss_10", losing(10)},
          Line{"20 % up to 0.3 s late", "late_300ms", late(20, 300)},
          Line{"50 % up to 1 s late", "late_1s", late(50, 1'000)}}) {
        const int taken = takeovers_of(line, weather_ms);
        report.row({line.name, std::to_string(taken)});
        report.metric(std::string("false_takeovers.in_two_hours.") + line.id, taken);
    }
    report.end_table();
    return report.write() ? 0 : 1;
}
