// T changes, and at once the leader is cut off from everybody: the moment at which two lengths of a
// promise are alive. Longer and shorter, with a voter that restarts in between, and with the bug
// that would let two serve (leadership.md 18, planted bug 22).
#include "tests/sim/group/faults.h"
#include "tests/sim/group/world.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::sim::group;

namespace {

constexpr std::int64_t settled_ms = 90'000;
constexpr Duration quick{7'000};
constexpr Duration patient{20'000};

Shape three_homes() {
    Shape shape;
    shape.spares = 0;
    return shape;
}

const lead::Record& committed(World& world) { return *world.leader()->state.leading.committed; }

void propose_promise(World& world, Duration length) {
    propose(world, {{}, lead::SetPromise{length}});
}

void set_promise(World& world, Duration length) {
    for (int tries = 0; tries < 20 && committed(world).promise != length; ++tries) {
        propose_promise(world, length);
        world.run_until(world.now() + 5'000);
    }
    REQUIRE(committed(world).promise == length);
}

struct Change {
    Duration from;
    Duration to;
    bool restart = false;  // a voter loses power in between
};

// Whether nothing was broken, and the two others have a leader in the end.
std::optional<std::string> cut_in_change(std::uint64_t seed, const Change& change,
                                         Planted planted) {
    World world(seed, three_homes(), planted);
    world.run_until(settled_ms);
    set_promise(world, change.from);
    const ReplicaIndex old = world.leader()->index;
    propose_promise(world, change.to);
    world.run_until(world.now() + world.below(1'500));
    if (change.restart) {
        for (Box& box : world.boxes()) {
            if (box.index == old) continue;
            world.crash(box);
            world.run_until(world.now() + world.below(500));
            world.boot(box);
            break;
        }
    }
    isolate(world, old);
    world.run_until(world.now() + 60'000);
    if (world.broken()) return world.broken();
    const Box* leader = world.leader();
    if (leader == nullptr || leader->index == old) return std::string("nobody took over");
    return std::nullopt;
}

}  // namespace

TEST_CASE("while T changes the leader is cut off, and never do two serve") {
    const std::uint64_t first = test::test_seed() % 1'000'000'000;
    for (const Change& change : {Change{quick, patient}, Change{patient, quick},
                                 Change{quick, patient, true}, Change{patient, quick, true}}) {
        for (std::uint64_t seed = first; seed < first + 25; ++seed) {
            const auto broken = cut_in_change(seed, change, Planted::None);
            INFO("TEST_SEED=" << seed << " from " << change.from.count() << " to "
                              << change.to.count() << " restart " << change.restart);
            CHECK(broken.value_or("") == "");
        }
    }
}

TEST_CASE("a promise that a shorter T would shorten lets two serve") {
    int found = 0;
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
        const auto broken = cut_in_change(seed, {patient, quick}, Planted::WaitsNewPromise);
        found += broken && broken->find("L1") != std::string::npos ? 1 : 0;
    }
    CHECK(found > 12);
}
