#include "tests/sim/group/run.h"

#include <algorithm>

#include "tests/sim/group/faults.h"
#include "tests/sim/group/invariants.h"
#include "tests/sim/group/seals.h"

namespace foyer::sim::group {
namespace {

constexpr std::int64_t writing_max_ms = 90'000;
constexpr std::int64_t open_max_ms = 240'000;

struct Seen {
    const Box* leader = nullptr;
    bool writing = false;
    bool open = false;
};

Seen look(World& world) {
    Seen seen;
    seen.leader = world.leader();
    if (seen.leader == nullptr) return seen;
    const auto& leading = seen.leader->state.leading;
    seen.writing = leading.committed.has_value();
    seen.open = leading.stage == lead::Stage::Open && seen.leader->database.clients_open;
    return seen;
}

std::int64_t clock_age(World& world, const Box& leader) {
    return (world.clock_of(leader) - leader.state.leading.elected_at).count();
}

// What L18 does not promise: an order that cannot be met (a floor above the data members there
// are), and copies half rewound that know no base, of whom a position or a vote is needed.
bool waits_by_design(World& world) {
    const lead::Record* newest = nullptr;
    for (const Box& box : world.boxes()) {
        const auto& record = box.state.durable.record;
        if (!box.lost && record && (newest == nullptr || newest->ballot < record->ballot))
            newest = &*record;
    }
    if (newest == nullptr) return false;
    int data = 0;
    int tell = 0;
    for (const lead::MemberEntry& entry : newest->members)
        data += entry.kind == ReplicaKind::Data ? 1 : 0;
    const bool forced = newest->ballot.generation > Generation(1);
    for (const ReplicaIndex index : newest->in_sync) {
        const lead::Durable& durable = world.box(index).state.durable;
        tell += durable.rejoining && (forced || !durable.rejoin_base) ? 0 : 1;
    }
    const int needed = static_cast<int>(newest->in_sync.size()) - newest->k + 1;
    int votes = 0;
    for (const lead::MemberEntry& entry : newest->members) {
        const lead::Durable& durable = world.box(entry.index).state.durable;
        const bool silent =
            lead::in_sync(*newest, entry.index) && durable.rejoining && !durable.rejoin_base;
        votes += silent ? 0 : 1;
    }
    const bool quorum = votes > static_cast<int>(newest->members.size()) / 2;
    return data < newest->floor || tell < needed || !quorum;
}

// Whoever has led for a while can prove by whom it was made, whatever was lost before.
std::optional<std::string> chain_of(World& world) {
    const Box* leader = world.leader();
    if (leader == nullptr || !leader->state.leading.committed) return std::nullopt;
    const lead::Leading& leading = leader->state.leading;
    if (clock_age(world, *leader) < 10'000) return std::nullopt;
    if (lead::chain_tip(leader->state.durable) == leading.committed->config_hash)
        return std::nullopt;
    if (leading.open_record) return std::nullopt;
    world.describe();
    return std::string("L16: links are missing in the leader's chain");
}

// The master would rather have another lead.
void hand_over(World& world) {
    const Box* leader = world.leader();
    if (leader == nullptr || !leader->state.leading.committed || !world.percent(30)) return;
    const auto& in_sync = leader->state.leading.committed->in_sync;
    const auto last = static_cast<std::int64_t>(in_sync.size()) - 1;
    const ReplicaIndex who = in_sync[static_cast<std::size_t>(world.below(last))];
    propose(world, {{}, lead::Prefer{who}});
    world.run_until(world.now() + 10'000);
}

constexpr std::int64_t minute_ms = 60'000;

// One clock runs wrong by far more than 500 ppm, by far less than what breaks a lease: whoever it
// is leads no more when the others have seen it, and nobody else is blamed.
std::optional<std::string> one_wrong_clock(World& world) {
    const Box* leader = world.leader();
    if (leader == nullptr || !leader->state.leading.committed) return std::nullopt;
    const lead::Record record = *leader->state.leading.committed;
    if (lead::voters(record).size() < 3) return std::nullopt;
    const auto last = static_cast<std::int64_t>(record.members.size()) - 1;
    const ReplicaIndex wrong =
        world.percent(70) ? leader->index
                          : record.members[static_cast<std::size_t>(world.below(last))].index;
    const int ppm = 1'500 + static_cast<int>(world.below(3'500));
    for (Box& box : world.boxes())
        world.set_clock(box, box.index != wrong  ? static_cast<int>(world.below(200)) - 100
                             : world.percent(50) ? ppm
                                                 : -ppm);
    world.run_until(world.now() + 12 * minute_ms);
    world.clock_resignations().clear();  // by then no sample is older than the fault
    world.run_until(world.now() + 13 * minute_ms);
    ++world.coverage()["a clock was wrong"];
    if (world.broken()) return world.broken();
    for (const auto& [index, count] : world.clock_resignations())
        if (index != wrong) return std::string("clock: a right one resigned");
    leader = world.leader();
    if (leader == nullptr) return std::string("clock: nobody leads");
    // A change that was under way took one out: two clocks do not say which of them is wrong.
    const auto& newest = leader->state.leading.committed;
    if (!newest || lead::voters(*newest).size() < 3) {
        ++world.coverage()["too few clocks to judge"];
        return std::nullopt;
    }
    const bool long_enough = clock_age(world, *leader) > 6 * minute_ms;
    if (leader->index == wrong && long_enough) return std::string("clock: the wrong one leads");
    return std::nullopt;
}

// L18: whoever can come back does, and serves.
std::optional<std::string> come_back(World& world, Report& report) {
    calm(world);
    const std::int64_t begun = world.now();
    std::optional<std::int64_t> writing;
    while (world.now() - begun < open_max_ms) {
        world.run_until(world.now() + 500);
        if (world.broken()) return world.broken();
        const Seen seen = look(world);
        if (seen.writing && !writing) writing = world.now() - begun;
        if (seen.leader != nullptr && seen.writing &&
            seen.leader->state.leading.committed->desired != DesiredState::Running)
            propose(world, {{}, lead::SetDesired{DesiredState::Running}});
        if (!seen.open) continue;
        report.writing_after_ms.push_back(writing.value_or(0));
        report.open_after_ms.push_back(world.now() - begun);
        if (*writing > writing_max_ms) return "L18: nobody led for " + std::to_string(*writing);
        // Long enough for a step or two of S and k.
        world.run_until(world.now() + 20'000 + world.below(40'000));
        hand_over(world);
        return world.broken() ? world.broken() : chain_of(world);
    }
    if (waits_by_design(world)) {
        ++world.coverage()["waits by design"];
        return std::nullopt;
    }
    world.describe();
    return std::string("L18: ") + (writing ? "it leads but does not open" : "nobody leads");
}

// The leader's power is gone for a while, and nothing else fails: the others elect.
std::optional<std::string> fail_over(World& world, Report& report) {
    Box* old = world.leader();
    if (old == nullptr) return std::nullopt;
    const lead::Record record = *old->state.durable.record;
    const std::int64_t begun = world.now();
    world.crash(*old);
    Box* box = old;
    world.at(begun + 40'000 + world.below(20'000), [&world, box] { world.boot(*box); });
    while (world.now() - begun < 40'000) {
        world.run_until(world.now() + 100);
        if (world.broken()) return world.broken();
        if (!look(world).writing) continue;
        report.failover_ms.push_back(world.now() - begun);
        ++world.coverage()["failover"];
        break;
    }
    return std::nullopt;  // where the others may not lead, it comes back with the old one
}

void storm(World& world) {
    const std::int64_t end = world.now() + 30'000 + world.below(60'000);
    const std::int64_t pause = 500 + world.below(8'000);
    const bool busy_master = world.percent(50);
    while (world.now() < end && !world.broken()) {
        if (world.shape().new_promises && world.percent(60)) {
            new_promise(world);
            world.run_until(world.now() + 200 + world.below(2'000));
        }
        one_fault(world);
        if (busy_master && world.percent(30)) one_proposal(world);
        world.run_until(world.now() + 1 + world.below(pause));
    }
}

// With a majority lost for good a person has the master sign what is left.
bool new_generation(World& world) {
    Box* leader = world.leader();
    if (leader == nullptr || !leader->state.leading.committed) return false;
    lead::Record record = *leader->state.leading.committed;
    if (record.members.size() < 3) return false;
    const bool any_whole = std::ranges::any_of(record.members, [&](const auto& entry) {
        return entry.kind == ReplicaKind::Data && !world.box(entry.index).torn;
    });
    if (!any_whole) return false;
    lead::Record first = record;
    first.ballot = {record.ballot.generation.next(), Epoch(), 0};
    first.leader.reset();
    first.members.clear();
    first.old_members.clear();
    first.in_sync.clear();
    first.k = first.copies = first.floor = 1;
    first.desired = DesiredState::Running;
    first.start = {};
    const std::size_t left = record.members.size() / 2;
    for (const lead::MemberEntry& entry : record.members) {
        // A copy that is half rewound is nobody's last one: the person is told.
        const bool whole = entry.kind == ReplicaKind::Data && !world.box(entry.index).torn;
        const bool stays = first.members.size() < left && (whole || !first.members.empty());
        if (!stays) {
            world.crash(world.box(entry.index));
            world.box(entry.index).lost = true;
            continue;
        }
        first.members.push_back(entry);
        if (whole) first.in_sync.push_back(entry.index);
    }
    first.config_hash = lead::config_hash({}, first, toy_hash);
    world.invariants().first(first);
    for (Box& box : world.boxes()) {
        if (box.spare && lead::find_entry(first, box.index) == nullptr) box.lost = true;
        if (box.lost) world.crash(box);
    }
    for (const lead::MemberEntry& entry : first.members) {
        Box* box = &world.box(entry.index);
        for (std::int64_t again = 1; again < 60'000; again += 5'000)
            world.at(world.now() + again + world.below(4'000), [&world, box, first] {
                world.on_agent(*box, 0, [&world, box, first] {
                    world.hand_in(*box, lead::NewGeneration{first});
                });
            });
    }
    ++world.coverage()["new generation"];
    return true;
}

}  // namespace

Report run(const Run& wanted) {
    Report report;
    SeededRng rng(wanted.seed ^ 0x5eedU);
    Shape shape = draw_shape(rng);
    shape.harsh = wanted.harsh;
    shape.bad_copies = wanted.bad_copies;
    shape.mute_copies = wanted.mute_copies;
    shape.partitions = wanted.partitions;
    shape.new_promises = wanted.new_promises;
    shape.wild_clocks = wanted.wild_clocks;
    if (wanted.wild_clocks) shape.drift_ppm = 200'000;
    if (rng.below(2) == 0) shape.timing.tenure = Duration(15'000);
    report.shape = shape.name;
    World world(wanted.seed, shape, wanted.planted);
    world.set_trace(wanted.trace);
    report.broken = come_back(world, report);
    const std::int64_t rounds = 1 + world.below(2);
    for (std::int64_t round = 0; round < rounds && !report.broken; ++round) {
        if (world.percent(40)) report.broken = fail_over(world, report);
        if (report.broken) break;
        storm(world);
        if (!world.broken() && round + 1 == rounds && world.percent(15)) new_generation(world);
        report.broken = world.broken() ? world.broken() : come_back(world, report);
    }
    if (!report.broken && !shape.wild_clocks && (wanted.wrong_clock || world.percent(4)))
        report.broken = one_wrong_clock(world);
    report.coverage = world.coverage();
    report.acknowledged = world.invariants().acknowledged_count();
    return report;
}

}  // namespace foyer::sim::group
