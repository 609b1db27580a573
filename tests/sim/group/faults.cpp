#include "tests/sim/group/faults.h"

#include <array>
#include <cstdlib>
#include <utility>
#include <vector>

namespace foyer::sim::group {
namespace {

Box& any_box(World& world) {
    auto& boxes = world.boxes();
    return boxes[static_cast<std::size_t>(
        world.below(static_cast<std::int64_t>(boxes.size()) - 1))];
}

// Whoever leads suffers more than the others: that is where the protocol is.
Box& victim(World& world) {
    Box* leader = world.leader();
    return leader != nullptr && world.percent(50) ? *leader : any_box(world);
}

void cut_off(World& world, const Box& box) {
    const std::int64_t way = world.below(2);
    for (const Box& other : world.boxes()) {
        if (other.index == box.index) continue;
        if (way != 1) world.block(box.index, other.index);
        if (way != 0) world.block(other.index, box.index);
    }
}

}  // namespace

void isolate(World& world, ReplicaIndex who) {
    for (const Box& other : world.boxes()) {
        if (other.index == who) continue;
        world.block(who, other.index);
        world.block(other.index, who);
    }
}

Shape draw_shape(Rng& rng) {
    static const std::array<Shape, 7> shapes{{
        {.name = "3 data, k 2", .data = 3, .copies = 2, .floor = 2},
        {.name = "3 data, founder", .data = 3, .copies = 2, .floor = 1, .founder = true},
        {.name = "2 data, witness", .data = 2, .witnesses = 1, .copies = 2, .floor = 1},
        {.name = "3 data, witness", .data = 3, .witnesses = 1, .copies = 2, .floor = 1},
        {.name = "5 data, k 3", .data = 5, .copies = 3, .floor = 2},
        {.name = "3 data, k 3", .data = 3, .copies = 3, .floor = 1},
        {.name = "3 data, asynchronous",
         .data = 3,
         .copies = 1,
         .floor = 1,
         .mode = ReplicationMode::Asynchronous},
    }};
    return shapes[rng.below(shapes.size())];
}

Weather draw_weather(World& world) {
    Weather weather;
    if (world.shape().harsh) {
        weather.late_percent = 40;
        weather.late_ms = 10'000;
    }
    if (world.percent(30)) return weather;
    if (world.percent(50)) weather.loss_percent = static_cast<int>(world.below(40));
    if (world.percent(50)) weather.repeat_percent = 20;
    if (!world.shape().harsh && world.percent(50)) {
        weather.late_percent = static_cast<int>(world.below(30));
        weather.late_ms = world.percent(50) ? 1'000 : 12'000;
    }
    if (world.percent(40)) weather.disk_ms = world.percent(50) ? 500 : 5'000;
    if (world.percent(40)) weather.read_ms = world.percent(50) ? 500 : 8'000;
    if (world.percent(40)) weather.hook_ms = world.percent(50) ? 1'000 : 3'000;
    return weather;
}

// Who may speak with whom is drawn anew, for all at once. A bridge reaches both halves, which do
// not reach each other; in a ring each reaches its neighbours.
void partition(World& world) {
    const std::int64_t kind = world.below(2);
    ++world.coverage()[kind == 0 ? "split" : kind == 1 ? "bridge" : "ring"];
    world.unblock_all();
    const int size = static_cast<int>(world.boxes().size());
    const ReplicaIndex bridge = any_box(world).index;
    std::vector<bool> left;
    for (int one = 0; one < size; ++one) left.push_back(world.percent(50));
    for (const Box& from : world.boxes()) {
        for (const Box& to : world.boxes()) {
            const int apart = std::abs(from.index.number - to.index.number);
            const bool neighbours = apart <= 1 || apart == size - 1;
            const bool bridged = kind == 1 && (from.index == bridge || to.index == bridge);
            const auto half = [&](const Box& box) {
                return left[static_cast<std::size_t>(box.index.number)];
            };
            const bool cut = kind == 2 ? !neighbours : !bridged && half(from) != half(to);
            if (cut) world.block(from.index, to.index);
        }
    }
}

// Its service finds that the copy is no copy: it is cloned anew.
void found_bad(World& world, Box& box) {
    if (box.database.mode != Mode::Standby) return;
    ++world.coverage()["copy found bad"];
    world.say("r" + std::to_string(box.index.number) + " is found bad");
    Box* there = &box;
    world.on_agent(box, 1, [&world, there] { world.hand_in(*there, lead::Diverged{}); });
}

// The service was started, following nobody, and answers.
void speaks(Box& box) {
    if (box.paused || !std::exchange(box.mute, false)) return;
    const bool runs = box.data && box.state.service != DesiredState::Stopped;
    if (runs && box.database.mode == Mode::Down) box.database.mode = Mode::Standby;
}

// Its hook says nothing, or what nobody believes. A cut is answered all the same.
void falls_mute(World& world, Box& box) {
    if (box.paused || box.mute) return;
    box.mute = true;
    Box* there = &box;
    world.at(world.now() + world.below(30'000), [there] { speaks(*there); });
}

void ill(World& world, Box& box) {
    Box* there = &box;
    const auto tell = [&world, there](const lead::Input& fact) {
        world.on_agent(*there, 1, [&world, there, fact] { world.hand_in(*there, fact); });
    };
    switch (world.below(4)) {
        case 0:
            tell(lead::LocalHealth{false, world.clock_of(box)});
            world.at(world.now() + world.below(40'000),
                     [tell] { tell(lead::LocalHealth{true, {}}); });
            return;
        case 1:
            tell(lead::EdgesReach{false, true});
            world.at(world.now() + world.below(5'000), [tell] { tell(lead::EdgesReach{}); });
            return;
        case 2:
            if (there->paused) return;
            ++world.coverage()["paused by its host"];
            there->paused = true;
            there->mute = world.percent(50);
            tell(lead::HostPauses{true});
            world.at(world.now() + world.below(30'000), [tell, there] {
                there->paused = there->mute = false;
                // The service is started again, following nobody, and asked where its log ends.
                if (there->data && there->database.mode == Mode::Down)
                    there->database.mode = Mode::Standby;
                tell(lead::HostPauses{false});
            });
            return;
        case 3: return world.break_wait(box);
        default: found_bad(world, box);
    }
}

void one_fault(World& world) {
    Box& box = victim(world);
    ++world.coverage()["fault"];
    if (world.shape().bad_copies && world.percent(50)) return found_bad(world, any_box(world));
    if (world.shape().partitions && world.percent(40)) return partition(world);
    if (world.shape().mute_copies && world.percent(30)) return falls_mute(world, any_box(world));
    switch (world.below(10)) {
        case 9: return ill(world, box);
        case 0:
        case 1: {
            world.crash(box);
            Box* there = &box;
            world.at(world.now() + 500 + world.below(30'000),
                     [&world, there] { world.boot(*there); });
            return;
        }
        case 2: {
            world.kill_agent(box);
            Box* there = &box;
            world.at(world.now() + 100 + world.below(world.percent(50) ? 1'000 : 15'000),
                     [&world, there] { world.start_agent(*there); });
            return;
        }
        case 3: return world.freeze(box, world.below(world.percent(50) ? 3'000 : 25'000));
        case 4:
        case 5: return cut_off(world, box);
        case 6: return world.block(box.index, any_box(world).index);
        case 7:
            if (!world.shape().harsh || world.percent(30)) world.unblock_all();
            return;
        default: world.weather() = draw_weather(world);
    }
}

void propose(World& world, lead::Proposal proposal) {
    Box* leader = world.leader();
    if (leader == nullptr || !leader->state.leading.committed) return;
    proposal.made_for = leader->state.leading.committed->ballot;
    world.on_agent(*leader, 1, [&world, leader, proposal] { world.hand_in(*leader, proposal); });
}

void new_promise(World& world) {
    const Box* leader = world.leader();
    if (leader == nullptr || !leader->state.leading.committed) return;
    const bool quick = leader->state.leading.committed->promise < Duration(20'000);
    propose(world, {{}, lead::SetPromise{Duration(quick ? 20'000 : 7'000)}});
}

void one_proposal(World& world) {
    const Box* leader = world.leader();
    if (leader == nullptr || !leader->state.leading.committed) return;
    const lead::Record record = *leader->state.leading.committed;
    const auto pick = [&] {
        return record
            .members[static_cast<std::size_t>(
                world.below(static_cast<std::int64_t>(record.members.size()) - 1))]
            .index;
    };
    switch (world.below(8)) {
        case 7: {
            lead::SetBarred barred;
            for (const lead::MemberEntry& entry : record.members)
                if (world.percent(40)) barred.who.insert(entry.index);
            return propose(world, {{}, barred});
        }
        case 6: {
            const int copies = 1 + static_cast<int>(world.below(world.shape().copies - 1));
            const int floor = 1 + static_cast<int>(world.below(copies - 1));
            return propose(world, {{}, lead::SetCopies{copies, floor}});
        }
        case 0:
        case 1: {
            lead::Replace replace;
            if (world.percent(85)) replace.out = pick();
            for (const Box& box : world.boxes())
                if (box.spare && !box.named && find_entry(record, box.index) == nullptr)
                    replace.in = entry_of(box);
            return propose(world, {{}, replace});
        }
        case 2: return propose(world, {{}, lead::Prefer{pick()}});
        case 3: return propose(world, {{}, lead::SetDesired{DesiredState::Stopped}});
        case 4: return propose(world, {{}, lead::SetDesired{DesiredState::Running}});
        default:
            return propose(world,
                           {{}, lead::SetPromise{Duration(world.percent(50) ? 7'000 : 20'000)}});
    }
}

void calm(World& world) {
    world.unblock_all();
    world.thaw_all();
    world.weather() = Weather{};
    for (Box& box : world.boxes()) {
        world.boot(box);
        world.start_agent(box);
        speaks(box);
    }
}

}  // namespace foyer::sim::group
