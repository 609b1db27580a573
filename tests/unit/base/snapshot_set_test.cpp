#include "common/base/snapshot_set.h"

#include <vector>

#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("a set of snapshots is sorted, and a copy goes on alone") {
    SnapshotSet<int> numbers;
    for (const int number : {5, 1, 3, 3}) numbers.insert(number);
    const SnapshotSet<int> before = numbers;
    CHECK(numbers.erase(3));
    CHECK_FALSE(numbers.erase(4));
    CHECK(std::vector<int>(numbers.begin(), numbers.end()) == std::vector<int>{1, 5});
    CHECK(std::vector<int>(before.begin(), before.end()) == std::vector<int>{1, 3, 5});
    CHECK(before.contains(3));
    CHECK(*numbers.lower_bound(2) == 5);
    CHECK(numbers.lower_bound(6) == numbers.end());
    CHECK_FALSE(numbers == before);
    numbers.insert(3);
    CHECK(numbers == before);
}
