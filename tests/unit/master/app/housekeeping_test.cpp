#include "master/app/housekeeping.h"

#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/temp_folder.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::eventually;
using foyer::test::MemoryStore;

namespace {

constexpr Duration minute{60'000};

NodeId box(int number) { return NodeId("n" + std::to_string(number)); }

struct House {
    std::shared_ptr<MemoryStore::Shared> database = std::make_shared<MemoryStore::Shared>();
    test::FakeClock clock;
    SeededRng rng{1};
    test::TempFolder folder;
    CapturingSink sink;
    Log log{sink, clock, LogLevel::Error};
    Presence presence{clock, {}};
    std::unique_ptr<Planner> planner;
    std::unique_ptr<Housekeeping> keeping;

    explicit House(int nodes, std::size_t at_once = 1'000) {
        Entry fleet{Revision(1), {}};
        Site street;
        street.name = SiteId("street");
        fleet.changes.push_back(Put<Site>{street});
        for (int i = 0; i < nodes; ++i) {
            Node node;
            node.name = box(i);
            node.number = i + 1;
            node.site = street.name;
            node.state = NodeState::Online;
            fleet.changes.push_back(Put<Node>{node});
        }
        database->written.push_back(std::move(fleet));
        planner = std::make_unique<Planner>(
            ClusterSettings{}, std::make_unique<MemoryStore>(database), clock, rng,
            PlannerLimits{.reload_delay_min = Duration(1), .reload_delay_max = Duration(2)},
            [](std::string_view, std::string_view) {});
        planner->start();
        REQUIRE(eventually([&] { return planner->phase() == PlannerPhase::Leading; }));
        HousekeepingConfig config;
        config.operator_token_file = folder.path() + "/operator.token";
        config.sightings_at_once = at_once;
        keeping = std::make_unique<Housekeeping>(*planner, presence, clock, rng, log, config);
        keeping->tick();  // the operator's account
    }

    // A tick, and all that follows from it is committed.
    void tick() {
        keeping->tick();
        REQUIRE(planner->write({.command = MarkSilent{}}).ok());
    }
    void all_heard(int nodes) {
        for (int i = 0; i < nodes; ++i) presence.heard(box(i), clock.wall(), 0);
    }
    int commits() const {
        const std::scoped_lock lock(database->mutex);
        return database->commits;
    }
    std::size_t kept(WallTime at) const {
        return planner->read([&](const State& state) {
            std::size_t count = 0;
            for (const auto& [node, sighting] : state.sightings())
                count += sighting.seen_at == at ? 1U : 0U;
            return count;
        });
    }
};

}  // namespace

TEST_CASE("a minute of heartbeats of all boxes is one commit, a quiet minute none") {
    House house(50);
    house.tick();
    const int before = house.commits();
    for (int second = 0; second < 59; ++second) {
        house.clock.advance(Duration(1'000));
        house.all_heard(50);
        house.tick();
    }
    CHECK(house.commits() == before);
    const WallTime last = house.clock.wall();
    house.clock.advance(Duration(1'000));
    house.tick();
    CHECK(house.commits() == before + 1);
    CHECK(house.kept(last) == 50);
    // Nobody was heard since: nothing to write.
    house.clock.advance(minute);
    house.tick();
    CHECK(house.commits() == before + 1);
    CHECK(house.kept(last) == 50);
}

TEST_CASE("what was seen is there after a restart") {
    House house(3);
    house.all_heard(3);
    const WallTime seen = house.clock.wall();
    house.clock.advance(minute);
    house.tick();
    MemoryStore again(house.database);
    const auto loaded = again.load({});
    REQUIRE(loaded.ok());
    REQUIRE(loaded.value().sightings().size() == 3);
    CHECK(loaded.value().sightings().at(box(1)).seen_at == seen);
}

TEST_CASE("many boxes are written in several bounded decisions, every one of them") {
    House house(25, 10);
    house.all_heard(25);
    const WallTime seen = house.clock.wall();
    house.clock.advance(minute);
    for (int i = 0; i < 3; ++i) house.tick();
    CHECK(house.kept(seen) == 25);
    for (const Entry& entry : house.database->written) {
        std::size_t sightings = 0;
        for (const Change& change : entry.changes)
            sightings += change.is<Put<Sighting>>() ? 1U : 0U;
        CHECK(sightings <= 10);
    }
}

TEST_CASE("a box that was deleted meanwhile is not seen") {
    House house(2);
    house.all_heard(2);
    house.presence.heard(NodeId("gone"), house.clock.wall(), 0);
    house.clock.advance(minute);
    house.tick();
    CHECK(house.planner->read([](const State& state) { return state.sightings().size(); }) == 2);
    REQUIRE(house.planner->write({.command = DeleteNode{box(0)}}).ok());
    CHECK(house.planner->read([](const State& state) { return state.sightings().size(); }) == 1);
}

TEST_CASE("secrets of recorded answers are wiped within a round, a backlog at once") {
    House house(0);
    for (int i = 0; i < 1'500; ++i) {
        Write write;
        write.command = CreateHost{HostId("h" + std::to_string(i))};
        write.account = AccountId("operator");
        write.request_id = RequestId("r" + std::to_string(i));
        write.secret = true;
        write.render = [](const State&, const Reply&) { return std::string("sealed"); };
        REQUIRE(house.planner->write(std::move(write)).ok());
    }
    const auto secrets = [&] {
        return house.planner->read(
            [](const State& state) { return state.secret_replies().size(); });
    };
    house.clock.advance(Duration(600'000));
    house.tick();
    CHECK(secrets() == 1'500);
    house.clock.advance(minute);
    house.tick();
    CHECK(secrets() == 500);
    house.tick();
    CHECK(secrets() == 0);
    CHECK(house.planner->read([](const State& state) { return state.requests().size(); }) == 1'500);
}

TEST_CASE("the first operator's token is made once, and anew only when the old one has expired") {
    House house(0);
    const auto token_after_start = [&] {
        Housekeeping again(*house.planner, house.presence, house.clock, house.rng, house.log,
                           {.operator_token_file = house.folder.path() + "/operator.token"});
        again.tick();
        std::string token;
        std::ifstream(house.folder.path() + "/operator.token") >> token;
        return token;
    };
    const std::string first = token_after_start();
    CHECK(first.starts_with("foyer_"));
    CHECK(token_after_start() == first);
    house.clock.advance(std::chrono::hours(365 * 24));
    CHECK(token_after_start() == first);
    house.clock.advance(std::chrono::hours(2 * 24));
    CHECK(token_after_start() != first);
}

TEST_CASE("somebody can always do everything: a last operator's token that goes is made anew") {
    House house(0);
    const auto first = [&] {
        return house.planner->read(
            [](const State& state) { return state.tokens().begin()->second; });
    };
    const ApiToken made = first();
    CHECK(made.made_by.empty());
    // Another operator, whose token cannot outlive the one it is made with.
    const AccountId other("other");
    REQUIRE(house.planner->write({.command = CreateAccount{other, {AccountRole::Operator}}}).ok());
    CreateToken command{TokenId("t2"), other, "00ff", "", Duration(0)};
    command.maker = made.id;
    REQUIRE(house.planner->write({.command = command}).ok());
    REQUIRE(house.planner->write({.command = DeleteAccount{made.account, other}}).ok());
    house.clock.advance(minute);
    house.tick();
    const auto accounts =
        house.planner->read([](const State& state) { return state.accounts().size(); });
    CHECK(accounts == 1);
    const auto tokens = house.planner->read([](const State& state) {
        std::size_t own = 0;
        for (const auto& [id, token] : state.tokens()) own += token.made_by.empty() ? 1U : 0U;
        return own;
    });
    CHECK(tokens == 1);
    house.clock.advance(minute);
    house.tick();
    CHECK(house.planner->read([](const State& state) { return state.tokens().size(); }) == 2);
}
