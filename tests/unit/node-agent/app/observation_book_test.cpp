#include "node-agent/app/observation_book.h"

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

PartitionObservation seen(const char* name, PartitionPhase phase = PartitionPhase::Running,
                          std::int64_t flushed = 0) {
    PartitionObservation made;
    made.partition = PartitionId(name);
    made.phase = phase;
    made.position = Position{Epoch(1), flushed, false};
    return made;
}

struct World {
    test::FakeClock clock;
    int news = 0;
    ObservationBook book{clock, ReportRules{}};
    World() {
        book.on_news([this] { ++news; });
    }
    // The first report is full; get it out of the way.
    void settle() {
        const auto first = book.take();
        book.acknowledge(first.number, false);
        news = 0;
    }
};

}  // namespace

TEST_CASE("the first report is full, later ones carry what changed") {
    World world;
    world.book.set(seen("a"));
    world.book.set(seen("b"));
    const auto first = world.book.take();
    CHECK(first.full);
    CHECK(first.observations.size() == 2);
    world.book.acknowledge(first.number, false);
    CHECK(world.book.take().number == 0);
    world.book.set(seen("b", PartitionPhase::Unhealthy));
    const auto second = world.book.take();
    CHECK_FALSE(second.full);
    CHECK(second.number == first.number + 1);
    REQUIRE(second.observations.size() == 1);
    CHECK(second.observations[0].partition == PartitionId("b"));
}

TEST_CASE("what is not acknowledged is sent again, with what changed meanwhile") {
    World world;
    world.settle();
    world.book.set(seen("a"));
    const auto lost = world.book.take();
    world.book.set(seen("a", PartitionPhase::Failed));
    const auto again = world.book.take();
    CHECK(again.number == lost.number + 1);
    REQUIRE(again.observations.size() == 1);
    CHECK(again.observations[0].phase == PartitionPhase::Failed);
    world.book.acknowledge(lost.number, false);
    CHECK(world.book.take().observations.size() == 1);
    world.book.acknowledge(again.number + 1, false);
    CHECK(world.book.take().number == 0);
}

TEST_CASE("an acknowledgement of a later state does not hide a change made after it was sent") {
    World world;
    world.settle();
    world.book.set(seen("a"));
    const auto sent = world.book.take();
    world.book.set(seen("a", PartitionPhase::Failed));
    world.book.acknowledge(sent.number, false);
    CHECK(world.book.take().observations.size() == 1);
}

TEST_CASE("mere progress waits for the quiet period") {
    World world;
    world.book.set(seen("a"));
    world.settle();
    world.book.set(seen("a", PartitionPhase::Running, 100));
    CHECK(world.news == 0);
    CHECK(world.book.take().number == 0);
    CHECK_FALSE(world.book.has_overdue());
    world.clock.advance(Duration(30'000));
    CHECK(world.book.has_overdue());
    CHECK(world.book.take().observations.size() == 1);
}

TEST_CASE("erased partitions are named until acknowledged") {
    World world;
    world.book.set(seen("a"));
    world.settle();
    world.book.erased(PartitionId("a"));
    CHECK(world.news == 1);
    const auto first = world.book.take();
    CHECK(first.erased == std::vector<PartitionId>{PartitionId("a")});
    CHECK(world.book.take().erased.size() == 1);
    world.book.acknowledge(first.number + 1, false);
    CHECK(world.book.take().number == 0);
}

TEST_CASE("a restarted master gets everything again, once") {
    World world;
    world.book.set(seen("a"));
    world.settle();
    world.book.acknowledge(0, true);
    const auto again = world.book.take();
    CHECK(again.full);
    CHECK(again.observations.size() == 1);
    world.book.acknowledge(again.number, false);
    CHECK(world.book.take().number == 0);
}

TEST_CASE("acknowledgements of an earlier life of this box are not ours") {
    World world;
    world.book.set(seen("a"));
    const auto first = world.book.take();
    world.book.acknowledge(5, false);  // an old, small number
    CHECK(world.book.take().full);
    world.book.acknowledge(first.number + 1'000'000, false);  // our clock was set back since
    const auto next = world.book.take();
    CHECK(next.full);
    CHECK(next.number > first.number + 1'000'000);
    world.book.acknowledge(next.number, false);
    CHECK(world.book.take().number == 0);
}

namespace {

LeadershipReport lead_of(const char* partition, std::uint64_t epoch) {
    LeadershipReport report;
    report.partition = PartitionId(partition);
    report.fence = {Generation(1), Epoch(epoch)};
    report.begin = LeadershipBegin{};
    return report;
}

}  // namespace

TEST_CASE("moments of takeovers go out until they are acknowledged, and again to a new master") {
    World world;
    world.settle();
    world.book.note(lead_of("acme-1", 2));
    world.book.note(RoutingReport{InstanceName("acme"), {}, {Generation(1), Epoch(2)}, {}, {}, {}});
    CHECK(world.news == 2);
    CHECK(world.book.has_overdue());
    const auto first = world.book.take();
    CHECK(first.leaderships.size() == 1);
    CHECK(first.routings.size() == 1);
    CHECK_FALSE(world.book.has_overdue());
    const auto again = world.book.take();  // the first was lost
    CHECK(again.number == first.number + 1);
    CHECK(again.leaderships.size() == 1);
    world.book.acknowledge(again.number, false);
    CHECK(world.book.take().number == 0);
    // More of the same leadership stands for what was told before.
    LeadershipReport more = lead_of("acme-1", 2);
    more.end = LeadershipEnd{};
    world.book.note(more);
    world.book.note(more);
    CHECK(world.news == 3);
    const auto second = world.book.take();
    REQUIRE(second.leaderships.size() == 1);
    CHECK(second.leaderships[0].end);
    CHECK(second.routings.empty());
    world.book.acknowledge(second.number, true);
    const auto full = world.book.take();
    CHECK(full.leaderships.size() == 1);
    CHECK(full.routings.size() == 1);
}

TEST_CASE("the newest sixteen moments of a copy are kept, and none of one that is erased") {
    World world;
    for (std::uint64_t epoch = 1; epoch <= 40; ++epoch) world.book.note(lead_of("acme-1", epoch));
    world.book.note(lead_of("other-0", 1));
    const auto batch = world.book.take();
    REQUIRE(batch.leaderships.size() == 17);
    CHECK(batch.leaderships.front().fence.epoch == Epoch(25));
    world.book.erased(PartitionId("acme-1"));
    const auto next = world.book.take();
    REQUIRE(next.leaderships.size() == 1);
    CHECK(next.leaderships.front().partition == PartitionId("other-0"));
}

TEST_CASE("a host's order is told until it is committed, and to a master that wants all") {
    World world;
    world.book.set(HostOrder{});
    world.settle();
    CHECK_FALSE(world.book.take().host);
    const HostOrder pause{HostWish::Paused, std::nullopt};
    world.book.set(pause);
    CHECK(world.book.has_overdue());
    const auto first = world.book.take();
    CHECK(first.host == pause);
    CHECK(first.number > 0);
    CHECK(world.book.take().host == pause);  // no answer
    world.book.acknowledge(first.number + 1, false);
    CHECK_FALSE(world.book.take().host);
    world.book.acknowledge(first.number + 1, true);
    CHECK(world.book.take().host == pause);
}

TEST_CASE("how the box fares is told until it is committed, and to a master that wants all") {
    World world;
    world.book.set(BoxCare{});
    world.settle();
    const BoxCare worn{BoxHealth::Worn, "sda: 12 sectors reallocated"};
    CHECK_FALSE(world.book.take().care);
    world.book.set(worn);
    CHECK(world.book.has_overdue());
    const auto first = world.book.take();
    CHECK(first.care == worn);
    CHECK(world.book.take().care == worn);  // no answer
    world.book.acknowledge(first.number + 1, false);
    CHECK_FALSE(world.book.take().care);
    world.book.acknowledge(first.number + 1, true);
    CHECK(world.book.take().care == worn);
}

TEST_CASE("what a host refuses is told until it is committed, and to a master that wants all") {
    World world;
    world.book.set(HostRefusals{});
    world.settle();
    HostRefusals refuses;
    refuses.what.countries.insert(CountryCode("RU"));
    CHECK_FALSE(world.book.take().refuses);
    world.book.set(refuses);
    CHECK(world.book.has_overdue());
    const auto first = world.book.take();
    CHECK(first.refuses == refuses);
    CHECK(world.book.take().refuses == refuses);  // no answer
    world.book.acknowledge(first.number + 1, false);
    CHECK_FALSE(world.book.take().refuses);
    world.book.acknowledge(first.number + 1, true);
    CHECK(world.book.take().refuses == refuses);
}

TEST_CASE("how upgrades stand is told until it is committed, and to a master that wants all") {
    World world;
    world.book.set(UpgradeReport{});
    world.settle();
    const UpgradeReport done{UpgradeStance::Takes, "amd64", 7, UpgradePhase::Done, ""};
    CHECK_FALSE(world.book.take().upgrade);
    world.book.set(done);
    CHECK(world.book.has_overdue());
    const auto first = world.book.take();
    CHECK(first.upgrade == done);
    world.book.acknowledge(first.number, false);
    CHECK_FALSE(world.book.take().upgrade);
    world.book.acknowledge(first.number, true);
    CHECK(world.book.take().upgrade == done);
}
