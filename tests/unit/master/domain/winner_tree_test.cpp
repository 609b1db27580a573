#include "master/domain/winner_tree.h"

#include <algorithm>

#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("a tournament shows its keys in order, whatever was set before") {
    SeededRng rng(foyer::test::test_seed());
    WinnerTree tree;
    std::vector<WinnerTree::Key> keys(37, WinnerTree::none);
    for (int step = 0; step < 2'000; ++step) {
        const std::size_t leaf = rng.below(keys.size());
        // Distinct keys; now and then one is taken out.
        keys[leaf] = rng.below(4) == 0 ? WinnerTree::none : rng.below(1000) << 8 | leaf;
        tree.set(leaf, keys[leaf]);
        if (step % 50 != 0) continue;
        std::vector<WinnerTree::Key> sorted = keys;
        std::erase(sorted, WinnerTree::none);
        std::ranges::sort(sorted);
        WinnerTree::InOrder visit(tree);
        for (const WinnerTree::Key key : sorted) {
            const auto next = visit.next();
            REQUIRE(next.has_value());
            REQUIRE(next->first == key);
            REQUIRE(keys[next->second] == key);
        }
        REQUIRE_FALSE(visit.next().has_value());
    }
}
