#include "common/leadership/clock_rate.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::leadership;

namespace {

const Timing timing;

// A peer whose clock runs `ppm` faster, heard each ten seconds for `minutes`.
PeerClock heard(int ppm, int minutes) {
    PeerClock clock;
    for (std::int64_t ms = 0; ms <= minutes * 60'000; ms += 10'000) {
        const Duration round_trip(ms % 30'000 == 0 ? 20 : 900);
        clock.add({MonoTime{ms},
                   MonoTime{5'000'000 + ms + ms * ppm / 1'000'000 +
                            (round_trip.count() == 900 ? 300 : 0)},
                   round_trip},
                  timing);
    }
    return clock;
}

}  // namespace

TEST_CASE("the rate of a peer comes from its best exchanges") {
    const auto rate = heard(800, 10).rate_ppm(timing);
    REQUIRE(rate);
    CHECK(*rate == Approx(800).margin(40));
    CHECK_FALSE(heard(800, 3).rate_ppm(timing));
}

TEST_CASE("a peer that booted again is measured anew") {
    PeerClock clock = heard(0, 10);
    clock.add({MonoTime{610'000}, MonoTime{17}, Duration(10)}, timing);
    CHECK_FALSE(clock.rate_ppm(timing));
}

TEST_CASE("the one whom the median contradicts is wrong") {
    using Peers = std::map<ReplicaIndex, PeerClock>;
    CHECK(is_clock_wrong(
        Peers{{ReplicaIndex{1}, heard(900, 10)}, {ReplicaIndex{2}, heard(800, 10)}}, timing));
    CHECK_FALSE(is_clock_wrong(
        Peers{{ReplicaIndex{1}, heard(900, 10)}, {ReplicaIndex{2}, heard(-30, 10)}}, timing));
    CHECK_FALSE(is_clock_wrong(Peers{{ReplicaIndex{1}, heard(900, 10)}}, timing));
    // Seed 5195752056092824900: a right leader of three resigned for the error of one follower.
    CHECK_FALSE(is_clock_wrong(
        Peers{{ReplicaIndex{1}, heard(5'000, 10)}, {ReplicaIndex{2}, heard(0, 10)}}, timing));
    CHECK(is_clock_wrong(
        Peers{{ReplicaIndex{1}, heard(-900, 10)}, {ReplicaIndex{2}, heard(-800, 10)}}, timing));
}

// Seed 8838502561542335963: a follower's exchanges take as long as its leader's pause.
TEST_CASE("what a round trip may explain is no error of a clock") {
    PeerClock clock;
    clock.add({MonoTime{0}, MonoTime{0}, Duration(1'000)}, timing);
    clock.add({MonoTime{400'000}, MonoTime{400'500}, Duration(40)}, timing);
    REQUIRE(clock.rate_ppm(timing));
    CHECK(*clock.rate_ppm(timing) == Approx(0));
}

TEST_CASE("what was heard long ago says nothing") {
    PeerClock clock = heard(900, 10);
    clock.forget(MonoTime{2'000'000}, timing);
    CHECK_FALSE(clock.rate_ppm(timing));
}
