#include "master/domain/spread.h"

#include <vector>

#include "tests/support/catch.h"

using namespace foyer::master;
using Slots = std::vector<std::int64_t>;

TEST_CASE("three equal families hold as many orders of three as one of them has slots") {
    CHECK(orders_max(Slots{5, 5, 5}, 3) == 5);
}

TEST_CASE("one big family cannot stand in for two small ones") {
    CHECK(orders_max(Slots{100, 1, 1}, 3) == 1);
    CHECK(orders_max(Slots{100, 1, 1}, 2) == 2);
}

TEST_CASE("a second country is a limit of its own") {
    const std::vector<CountrySlots> families{{0, 0, 10}, {1, 0, 10}, {2, 0, 10}, {3, 1, 2}};
    CHECK(orders_max(Slots{10, 10, 10, 2}, 3) == 10);
    CHECK(orders_max(families, 2, 2, 10) == 2);
    CHECK(orders_max(families, 1, 2, 10) == 10);
}

TEST_CASE("no families hold no orders") { CHECK(orders_max(Slots{}, 1) == 0); }

TEST_CASE("the largest number that fits is found by trying all of them, too") {
    // Every three families of 0 to 6 slots, 2 copies.
    for (std::int64_t code = 0; code < 7 * 7 * 7; ++code) {
        const Slots slots{code % 7, code / 7 % 7, code / 49};
        std::int64_t most = 0;
        while (slots_usable(slots, most + 1) >= 2 * (most + 1)) ++most;
        CHECK(orders_max(slots, 2) == most);
    }
}
