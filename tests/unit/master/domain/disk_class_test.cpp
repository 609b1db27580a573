#include "master/domain/disk_class.h"

#include "common/base/random.h"
#include "master/domain/placement.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Decision hear(World& world, const std::string& node, Bytes free) {
    ReportNode report;
    report.node = NodeId(node);
    report.disk_free = free;
    auto decision = world.attempt(report);
    REQUIRE(decision.ok());
    world.run(report);
    return std::move(decision).value();
}

std::string fact(const Error& why, const std::string& key) {
    for (const ErrorDetail& detail : why.details) {
        if (detail.key == key) return detail.value;
    }
    return "";
}

}  // namespace

TEST_CASE("free disk is rounded down to an eighth of its power of two") {
    CHECK(disk_class(Bytes(1)) == Bytes(0));
    CHECK(disk_class(mebibytes(63)) == Bytes(0));
    CHECK(disk_class(mebibytes(64)) == mebibytes(64));
    CHECK(disk_class(gibibytes(10)) == gibibytes(10));
    CHECK(disk_class(gibibytes(11) + Bytes(-1)) == gibibytes(10));
    CHECK(disk_class(gibibytes(39)) == gibibytes(36));
}

TEST_CASE("a fall is news at once, a rise from two classes on") {
    CHECK(is_disk_news(std::nullopt, Bytes(1)));
    CHECK_FALSE(is_disk_news(gibibytes(10), gibibytes(10)));
    CHECK(is_disk_news(gibibytes(10), gibibytes(10) + Bytes(-1)));
    CHECK_FALSE(is_disk_news(gibibytes(10), gibibytes(11)));
    CHECK(is_disk_news(gibibytes(10), gibibytes(12)));
    CHECK_FALSE(is_disk_news(Bytes(0), Bytes(1)));
    CHECK_FALSE(is_disk_news(Bytes(0), mebibytes(64)));
    CHECK(is_disk_news(Bytes(0), mebibytes(72)));
}

TEST_CASE("whatever a box reports, it is never believed to have more, nor a third less") {
    INFO("TEST_SEED=" << test::test_seed());
    SeededRng rng(test::test_seed());
    std::optional<Bytes> known;
    std::int64_t free = gibibytes(200).count();
    for (int i = 0; i < 20'000; ++i) {
        // A disk that fills and empties, by small steps and by big ones, down to nothing.
        const std::int64_t most = rng.below(50) == 0 ? free : mebibytes(200).count();
        const auto step =
            static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(most) + 1));
        free = std::max<std::int64_t>(1, rng.below(2) == 0 ? free - step : free + step);
        if (free > gibibytes(400).count()) free = gibibytes(200).count();
        if (is_disk_news(known, Bytes(free))) known = disk_class(Bytes(free));
        REQUIRE(known->count() <= free);
        if (free >= mebibytes(128).count()) REQUIRE(known->count() * 3 >= free * 2);
    }
}

TEST_CASE("a disk that fills slowly is written a few dozen times on its whole way") {
    std::optional<Bytes> known;
    int commits = 0;
    for (Bytes free = gibibytes(400); free > Bytes(0); free -= mebibytes(65)) {
        if (!is_disk_news(known, free)) continue;
        known = disk_class(free);
        ++commits;
    }
    CHECK(known == Bytes(0));
    CHECK(commits > 8);
    CHECK(commits < 100);  // of some 6000 reports
}

TEST_CASE("a disk that breathes around a boundary is written once") {
    World world;
    CHECK_FALSE(hear(world, "lille-1", gibibytes(50)).changes.empty());
    CHECK_FALSE(hear(world, "lille-1", gibibytes(47)).changes.empty());
    for (int i = 0; i < 10; ++i) {
        CHECK(hear(world, "lille-1", gibibytes(49)).changes.empty());
        CHECK(hear(world, "lille-1", gibibytes(47)).changes.empty());
    }
}

TEST_CASE("a box whose disk is full of something else gets no copy, and the refusal names it") {
    World world(World::three_homes());
    const Demand demand{{Millicores(1000), gibibytes(1), gibibytes(10)}, 3, 1, {}, false};
    REQUIRE(place(world.state, demand).ok());
    hear(world, "gent-1", gibibytes(9));
    const auto refused = place(world.state, demand);
    REQUIRE_FALSE(refused.ok());
    CHECK(fact(refused.failure(), "rule") == "distinct_isps");
    CHECK(fact(refused.failure(), "excluded_disk_low") == "gent-1");
    CHECK_THAT(refused.failure().message, Catch::Contains("1 by disk_low"));
    Demand smaller = demand;
    smaller.each.disk = gibibytes(9);
    CHECK(place(world.state, smaller).ok());
    hear(world, "gent-1", gibibytes(40));
    CHECK(place(world.state, demand).ok());
}

TEST_CASE("with room elsewhere the order passes over the full box, however little is reserved") {
    World world(World::five_homes());
    hear(world, "h3-1", Bytes(1));
    world.run(world.order("acme"));
    for (const Replica* copy : world.state.replicas_of(InstanceName("acme")))
        CHECK(copy->node != NodeId("h3-1"));
}
