#include "node-agent/domain/household_watch.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const NodeId lille("lille"), paris("paris");
constexpr KbitPerSecond busy(5'000), idle(0);

struct House {
    HouseholdWatch watch{};
    MonoTime now{1'000'000};

    // So many seconds in which lille takes that long; paris likewise, 10 ms further away.
    void seconds(int count, int ms, KbitPerSecond moved = busy, int paris_ms = -1) {
        for (int i = 0; i < count; ++i) {
            now = now + Duration(1'000);
            const int other = paris_ms < 0 ? ms + 10 : paris_ms;
            watch.look({{lille, RoundTrip(ms * 1000)}, {paris, RoundTrip(other * 1000)}}, moved,
                       now);
        }
    }
    // How long it stays active on a quiet line.
    int calm() {
        int count = 0;
        for (; watch.is_active() && count < 10'000; ++count) seconds(1, 12);
        return count;
    }
};

}  // namespace

TEST_CASE("answers that take longer for seconds, while the box moves bytes, are a household's") {
    House house;
    house.seconds(60, 12);
    CHECK_FALSE(house.watch.is_active());
    house.seconds(3, 80);
    CHECK_FALSE(house.watch.is_active());
    house.seconds(1, 80);
    CHECK(house.watch.is_active());
    house.seconds(29, 12);
    CHECK(house.watch.is_active());
    house.seconds(1, 12);
    CHECK_FALSE(house.watch.is_active());
}

TEST_CASE("one spike, one slow edge, a little jitter or a box at rest are nothing") {
    House house;
    house.seconds(60, 12);
    for (int i = 0; i < 20; ++i) {
        house.seconds(1, 200);
        house.seconds(4, 12);
    }
    house.seconds(20, 12, busy, 300);
    house.seconds(20, 30);
    house.seconds(20, 200, idle);
    CHECK_FALSE(house.watch.is_active());
}

TEST_CASE("a line far from its edges has to rise by a share") {
    House house;
    house.seconds(60, 200);
    house.seconds(20, 280);
    CHECK_FALSE(house.watch.is_active());
    house.seconds(20, 330);
    CHECK(house.watch.is_active());
}

TEST_CASE("who is active again at once stays so for longer, up to ten minutes") {
    House house;
    house.seconds(60, 12);
    int before = 0;
    for (int i = 0; i < 8; ++i) {
        house.seconds(5, 90);
        REQUIRE(house.watch.is_active());
        const int calm = house.calm();
        CHECK(calm >= before);
        before = calm;
    }
    CHECK(before > 300);
    CHECK(before <= 600);
    house.seconds(300, 12);
    house.seconds(5, 90);
    CHECK(house.calm() <= 30);
}

TEST_CASE("a line that is slower for good is the usual one after some hours") {
    House house;
    house.seconds(60, 12);
    house.seconds(7 * 3600, 90);
    CHECK_FALSE(house.watch.is_active());
    house.seconds(10, 90);
    CHECK_FALSE(house.watch.is_active());
}

TEST_CASE("silence and impossible answers tell nothing") {
    House house;
    house.seconds(60, 12);
    for (int i = 0; i < 20; ++i) {
        house.now = house.now + Duration(1'000);
        house.watch.look({}, busy, house.now);
        house.watch.look({{lille, RoundTrip(-5)}, {paris, RoundTrip(3'600'000'000)}}, busy,
                         house.now);
    }
    CHECK_FALSE(house.watch.is_active());
}
