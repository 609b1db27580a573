// A SnapshotMap beside a std::map through the same random changes; copies taken on the way stay
// what they were.
#include "common/base/snapshot_map.h"

#include <map>
#include <string>

#include "common/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

namespace foyer {

namespace {

using Map = SnapshotMap<int, std::string>;
using Model = std::map<int, std::string>;

bool same(const Map& map, const Model& model) {
    return map.size() == model.size() &&
           std::equal(map.begin(), map.end(), model.begin(), model.end()) &&
           std::equal(map.rbegin(), map.rend(), model.rbegin(), model.rend());
}

bool same_bounds(const Map& map, const Model& model, int key) {
    const auto place = [](const auto& rows, const auto& at) {
        return at == rows.end() ? -1 : at->first;
    };
    return place(map, map.find(key)) == place(model, model.find(key)) &&
           place(map, map.lower_bound(key)) == place(model, model.lower_bound(key)) &&
           place(map, map.upper_bound(key)) == place(model, model.upper_bound(key)) &&
           map.contains(key) == model.contains(key);
}

void change_once(SeededRng& rng, int keys, bool shrinking, Map& map, Model& model) {
    const int key = static_cast<int>(rng.below(static_cast<std::uint64_t>(keys)));
    const std::uint64_t dice = rng.below(10);
    if (dice < (shrinking ? 7U : 2U)) {
        REQUIRE(map.erase(key) == (model.erase(key) > 0));
    } else if (dice < 9) {
        const std::string text = "row " + std::to_string(rng.below(1'000));
        map.put(key, text);
        model[key] = text;
    } else {
        map.edit(key) += "+";
        model[key] += "+";
    }
}

}  // namespace

TEST_CASE("a map and its copies hold what was put into each") {
    SeededRng rng(test::test_seed());
    for (const int keys : {5, 100, 3'000}) {
        Map map;
        Model model;
        std::vector<std::pair<Map, Model>> copies;
        for (int step = 0; step < 20'000; ++step) {
            change_once(rng, keys, step > 14'000, map, model);
            if (step % 2'000 == 0) copies.emplace_back(map, model);
            if (step % 97 == 0)
                REQUIRE(same_bounds(map, model, static_cast<int>(rng.below(3'001)) - 1));
        }
        REQUIRE(same(map, model));
        for (auto& [copy, as_it_was] : copies) {
            REQUIRE(same(copy, as_it_was));
            // A copy goes on by itself.
            for (int i = 0; i < 200; ++i) change_once(rng, keys, false, copy, as_it_was);
            REQUIRE(same(copy, as_it_was));
        }
        REQUIRE(same(map, model));
    }
}

TEST_CASE("differences between copies are those rows that differ") {
    SeededRng rng(test::test_seed());
    for (const int keys : {10, 500, 5'000}) {
        Map map;
        Model model;
        for (int i = 0; i < keys; ++i) change_once(rng, keys, false, map, model);
        const Map before = map;
        const Model model_before = model;
        for (int i = 0; i < 50; ++i) change_once(rng, keys, i > 25, map, model);
        Model gone, come, seen_gone, seen_come;
        for (const auto& [key, row] : model_before) {
            if (!model.contains(key) || model.at(key) != row) gone[key] = row;
        }
        for (const auto& [key, row] : model) {
            if (!model_before.contains(key) || model_before.at(key) != row) come[key] = row;
        }
        Map::differences(before, map, [&](const auto* was, const auto* is) {
            REQUIRE((was != nullptr || is != nullptr));
            if (was != nullptr && is != nullptr && *was == *is) return;  // put again as it was
            if (was != nullptr) seen_gone.insert(*was);
            if (is != nullptr) seen_come.insert(*is);
        });
        CHECK(seen_gone == gone);
        CHECK(seen_come == come);
        Map::differences(map, map, [](const auto*, const auto*) { FAIL("nothing differs"); });
    }
}

TEST_CASE("keys in order, forwards and backwards, and all gone again") {
    Map map;
    Model model;
    for (int i = 0; i < 5'000; ++i) map.put(i, "x"), model[i] = "x";
    for (int i = 9'999; i >= 5'000; --i) map.put(i, "y"), model[i] = "y";
    REQUIRE(same(map, model));
    for (int i = 2'500; i < 7'500; ++i) {
        REQUIRE(map.erase(i));
        model.erase(i);
    }
    REQUIRE(same(map, model));
    for (int i = 0; i < 10'000; ++i) map.erase(i);
    CHECK(map.empty());
    CHECK(map.begin() == map.end());
    CHECK(map == Map());
}

TEST_CASE("maps are equal by what they hold, not by how they came to it") {
    Map forwards, backwards;
    for (int i = 0; i < 500; ++i) forwards.put(i, "x"), backwards.put(499 - i, "x");
    CHECK(forwards == backwards);
    backwards.edit(250) = "y";
    CHECK_FALSE(forwards == backwards);
    CHECK_THROWS_AS(forwards.at(500), std::out_of_range);
    CHECK(forwards.at(250) == "x");
}

}  // namespace foyer
