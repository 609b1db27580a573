#include "master/domain/choice.h"

#include <algorithm>

#include "tests/support/catch.h"

using namespace foyer::master;

namespace {

// One unit an option, all able to lead, in the countries given.
Choices units(const std::vector<std::pair<std::int64_t, std::int64_t>>& slots_of_capacity,
              const std::vector<int>& countries) {
    Choices choices;
    for (std::size_t i = 0; i < slots_of_capacity.size(); ++i) {
        const auto [slots, capacity] = slots_of_capacity[i];
        const int number = static_cast<int>(i);
        choices.units.push_back({slots, capacity, number, 1});
        choices.options.push_back({number, countries[i], true, 0, slots, number, -1});
        choices.countries = std::max(choices.countries, countries[i] + 1);
    }
    return choices;
}

}  // namespace

TEST_CASE("the least used units are taken while that costs one order only") {
    const Choices choices = units({{5, 10}, {9, 10}, {8, 10}, {7, 10}}, {0, 0, 0, 0});
    CHECK(choose(choices, {2, 1, 2}) == std::vector<int>{1, 2});
}

TEST_CASE("small units are spared where two orders would be lost") {
    // K* = 4: {4, 4} and the two small ones in turn for the third copy... the guard allows as many
    // small ones as sum min(C, 3) - 3*3.
    const Choices choices = units({{4, 9}, {4, 9}, {2, 2}, {2, 2}}, {0, 0, 0, 0});
    const Guard guard = guard_of(choices, {3, 1, 2});
    CHECK(guard.orders == 4);
    CHECK(guard.small_max == 1);
    const auto picked = choose(choices, {3, 1, 2});
    REQUIRE(picked.has_value());
    CHECK(std::ranges::count_if(*picked, [](int option) { return option >= 2; }) == 1);
}

TEST_CASE("a second country is reached through the flow") {
    const Choices choices = units({{9, 10}, {9, 10}, {1, 10}}, {0, 0, 1});
    CHECK(choose(choices, {2, 2, 2}) == std::vector<int>{0, 2});
    CHECK_FALSE(choose(choices, {3, 3, 2}).has_value());
}
