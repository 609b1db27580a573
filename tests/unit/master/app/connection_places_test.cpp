#include "master/app/connection_places.h"

#include <algorithm>
#include <vector>

#include "common/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr ConnectionNumber nobody;

// A connection with a request under way.
ConnectionNumber working(ConnectionPlaces& places, const std::string& source) {
    const ConnectionNumber number = places.enter(source).number;
    REQUIRE(places.works(number));
    return number;
}

}  // namespace

TEST_CASE("while there is room everybody gets a place of his own") {
    ConnectionPlaces places({.most = 10, .per_source_max = 5});
    std::vector<ConnectionNumber> given;
    for (int i = 0; i < 10; ++i) {
        const ConnectionVerdict one = places.enter(i % 2 == 0 ? "a" : "b");
        CHECK(one.admitted());
        CHECK(one.instead_of == nobody);
        CHECK(one.full == ConnectionLimit::None);
        given.push_back(one.number);
    }
    std::sort(given.begin(), given.end());
    CHECK(std::adjacent_find(given.begin(), given.end()) == given.end());
    CHECK(places.taken() == 10);
}

TEST_CASE("whether there is room can be asked without asking for it") {
    ConnectionPlaces places({.most = 3, .per_source_max = 2});
    CHECK(places.has_room("a"));
    places.enter("a");
    const ConnectionNumber second = places.enter("a").number;
    CHECK_FALSE(places.has_room("a"));
    CHECK(places.has_room("b"));
    places.enter("b");
    CHECK_FALSE(places.has_room("c"));
    places.leave(second);
    CHECK(places.has_room("a"));
    CHECK(places.refused().all + places.refused().source == 0);
}

TEST_CASE("a source that is full gives the place of its own that waits longest") {
    ConnectionPlaces places({.most = 10, .per_source_max = 2});
    const ConnectionNumber other = places.enter("b").number;
    const ConnectionNumber first = places.enter("a").number;
    const ConnectionNumber second = places.enter("a").number;
    const ConnectionVerdict third = places.enter("a");
    CHECK(third.instead_of == first);
    CHECK(third.full == ConnectionLimit::Source);
    CHECK(places.enter("a").instead_of == second);
    CHECK(places.displaced().source == 2);
    CHECK(places.taken() == 3);
    CHECK(places.works(other));
}

TEST_CASE("nobody takes the place of a request under way") {
    ConnectionPlaces places({.most = 10, .per_source_max = 2});
    const ConnectionNumber first = working(places, "a");
    working(places, "a");
    const ConnectionVerdict third = places.enter("a");
    CHECK_FALSE(third.admitted());
    CHECK(third.full == ConnectionLimit::Source);
    CHECK(places.refused().source == 1);
    CHECK(places.taken() == 2);
    places.waits(first);
    CHECK(places.enter("a").instead_of == first);
}

TEST_CASE("the wait begins anew with each request") {
    ConnectionPlaces places({.most = 10, .per_source_max = 2});
    const ConnectionNumber first = places.enter("a").number;
    const ConnectionNumber second = places.enter("a").number;
    CHECK(places.works(first));
    places.waits(first);
    CHECK(places.enter("a").instead_of == second);
}

TEST_CASE("who lost his place hears of it with his request, and gives nothing back") {
    ConnectionPlaces places({.most = 10, .per_source_max = 1});
    const ConnectionNumber first = places.enter("a").number;
    CHECK(places.enter("a").instead_of == first);
    CHECK_FALSE(places.works(first));
    places.waits(first);
    places.leave(first);
    CHECK(places.taken() == 1);
}

TEST_CASE("a place given back is free") {
    ConnectionPlaces places({.most = 1, .per_source_max = 1});
    const ConnectionNumber first = working(places, "a");
    CHECK_FALSE(places.enter("a").admitted());
    CHECK_FALSE(places.enter("b").admitted());
    places.leave(first);
    CHECK(places.sources() == 0);
    CHECK(places.enter("b").full == ConnectionLimit::None);
}

TEST_CASE("when all are full the source that holds most gives way") {
    ConnectionPlaces places({.most = 5, .per_source_max = 0});
    const ConnectionNumber small = places.enter("small").number;
    working(places, "large");
    const ConnectionNumber large = places.enter("large").number;
    places.enter("large");
    places.enter("middle");
    const ConnectionVerdict one = places.enter("new");
    CHECK(one.instead_of == large);
    CHECK(one.full == ConnectionLimit::All);
    CHECK(places.displaced().all == 1);
    CHECK(places.works(small));
}

TEST_CASE("of sources that hold as many the longest wait gives way") {
    ConnectionPlaces places({.most = 3, .per_source_max = 0});
    const ConnectionNumber zoe = places.enter("zoe").number;
    const ConnectionNumber ann = places.enter("ann").number;
    places.enter("bob");
    CHECK(places.enter("new").instead_of == zoe);
    CHECK(places.enter("newer").instead_of == ann);
}

TEST_CASE("a source takes nothing from one that holds fewer") {
    ConnectionPlaces places({.most = 4, .per_source_max = 0});
    const ConnectionNumber small = places.enter("small").number;
    working(places, "large");
    working(places, "large");
    const ConnectionNumber waits = places.enter("large").number;
    // The newcomer counted, it holds most itself.
    CHECK(places.enter("large").instead_of == waits);
    for (int i = 0; i < 3; ++i) {
        const ConnectionNumber gone = places.enter("large").instead_of;
        CHECK(gone != nobody);
        CHECK(gone != small);
    }
    CHECK(places.works(small));
    CHECK(places.refused().all == 0);
}

TEST_CASE("where only smaller sources wait the newcomer is refused, and a new source is not") {
    ConnectionPlaces places({.most = 3, .per_source_max = 0});
    const ConnectionNumber small = places.enter("small").number;
    working(places, "large");
    working(places, "large");
    CHECK_FALSE(places.enter("large").admitted());
    CHECK(places.refused().all == 1);
    CHECK(places.enter("new").instead_of == small);
}

TEST_CASE("without a limit of its own one source may hold all") {
    ConnectionPlaces places({.most = 1'000, .per_source_max = 0});
    for (int i = 0; i < 1'000; ++i) working(places, "a");
    CHECK_FALSE(places.enter("a").admitted());
    CHECK(places.refused().all == 1);
    CHECK(places.refused().source == 0);
}

namespace {

// The same rules, told in the plainest way.
struct Plain {
    struct One {
        ConnectionNumber number;
        std::string source;
        int waits_since = 0;  // 0: works
    };
    std::size_t held(const std::string& source) const {
        return static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [&](const One& o) { return o.source == source; }));
    }
    // Whose place a newcomer may have.
    ConnectionNumber victim(const std::string& source, bool own_only) const {
        const One* best = nullptr;
        const auto weight = [&](const One& one) {
            return 2 * held(one.source) + (one.source == source ? 1U : 0U);
        };
        for (const One& one : all) {
            if (one.waits_since == 0) continue;
            if (own_only && one.source != source) continue;
            if (!own_only && held(one.source) < held(source)) continue;
            if (best == nullptr || weight(one) > weight(*best) ||
                (weight(one) == weight(*best) && one.waits_since < best->waits_since))
                best = &one;
        }
        return best == nullptr ? nobody : best->number;
    }
    std::vector<One> all;
};

}  // namespace

TEST_CASE("whatever happens, no limit is passed and nobody is remembered without need") {
    const std::uint64_t seed = test::test_seed();
    CAPTURE(seed);
    SeededRng rng(seed);
    const PlaceLimits limits{.most = 12, .per_source_max = 5};
    ConnectionPlaces places(limits);
    Plain plain;
    int turn = 0;
    for (int step = 0; step < 20'000; ++step) {
        const std::uint64_t what = rng.below(4);
        if (what < 2) {
            const std::string source(1, static_cast<char>('a' + rng.below(5)));
            const bool own_full = plain.held(source) >= limits.per_source_max;
            const bool full = own_full || plain.all.size() >= limits.most;
            const ConnectionNumber expected = full ? plain.victim(source, own_full) : nobody;
            const ConnectionVerdict verdict = places.enter(source);
            REQUIRE(verdict.admitted() == (!full || expected != nobody));
            REQUIRE(verdict.instead_of == expected);
            std::erase_if(plain.all, [&](const auto& o) { return o.number == expected; });
            if (verdict.admitted()) plain.all.push_back({verdict.number, source, ++turn});
        } else if (!plain.all.empty()) {
            const std::size_t at = rng.below(plain.all.size());
            Plain::One& one = plain.all[at];
            if (what == 2) {
                REQUIRE(places.works(one.number));
                const bool back = rng.below(2) == 0;
                if (back) places.waits(one.number);
                one.waits_since = back ? ++turn : 0;
            } else {
                places.leave(one.number);
                plain.all.erase(plain.all.begin() + static_cast<std::ptrdiff_t>(at));
            }
        }
        REQUIRE(places.taken() == plain.all.size());
        REQUIRE(places.taken() <= limits.most);
    }
    for (const auto& one : plain.all) places.leave(one.number);
    CHECK(places.taken() == 0);
    CHECK(places.sources() == 0);
}
