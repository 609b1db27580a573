#include "common/base/joined.h"

#include <string_view>

#include "tests/support/catch.h"

using foyer::joined;

TEST_CASE("parts are joined in their order, at compile time") {
    constexpr std::array first{1, 2};
    constexpr std::array second{3};
    constexpr std::array<int, 0> nothing{};
    constexpr auto all = joined(first, nothing, second, first);
    static_assert(all == std::array{1, 2, 3, 1, 2});
    static_assert(joined(second) == second);
    CHECK(all.size() == 5);
}
