#include "master/domain/spread.h"

#include <vector>

#include "tests/support/catch.h"

using namespace foyer::master;

TEST_CASE("three equal families hold as many orders of three as one of them has slots") {
    const std::vector<FamilySlots> families{{0, 5}, {0, 5}, {0, 5}};
    CHECK(orders_max(families, {3, 1}) == 5);
}

TEST_CASE("one big family cannot stand in for two small ones") {
    const std::vector<FamilySlots> families{{0, 100}, {0, 1}, {0, 1}};
    CHECK(orders_max(families, {3, 1}) == 1);
    CHECK(orders_max(families, {2, 1}) == 2);
}

TEST_CASE("a second country is a limit of its own") {
    const std::vector<FamilySlots> families{{0, 10}, {0, 10}, {0, 10}, {1, 2}};
    CHECK(orders_max(families, {3, 1}) == 10);
    CHECK(orders_max(families, {3, 2}) == 2);
}

TEST_CASE("no families hold no orders") { CHECK(orders_max({}, {1, 1}) == 0); }
