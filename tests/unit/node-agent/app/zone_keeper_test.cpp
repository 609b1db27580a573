#include "node-agent/app/zone_keeper.h"

#include <atomic>

#include "tests/support/catch.h"
#include "tests/support/eventually.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::eventually;

namespace {

class FakeServer final : public ZoneServer {
public:
    Status apply(const ZoneWish& wish) override {
        const std::scoped_lock lock(mutex_);
        if (fails) return error(ErrorCode::Unavailable, "knot did not start");
        wish_ = wish;
        applied += 1;
        return ok_status();
    }
    Status check() override { return ok_status(); }
    Status stop() override {
        stops += 1;
        return ok_status();
    }
    std::uint32_t serial() const override { return 7; }
    std::set<std::string> living() const {
        const std::scoped_lock lock(mutex_);
        std::set<std::string> found;
        for (const ZoneEdge& edge : wish_.edges)
            if (edge.lives) found.insert(edge.address);
        return found;
    }
    std::set<std::string> names() const {
        const std::scoped_lock lock(mutex_);
        return wish_.names;
    }
    std::atomic<bool> fails = false;
    std::atomic<int> applied = 0;
    std::atomic<int> stops = 0;

private:
    mutable std::mutex mutex_;
    ZoneWish wish_;
};

struct World {
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    FakeServer server;
    std::atomic<bool> own_proxy = true, other_edge = true;
    ZoneKeeper keeper{
        {server,
         [this](const std::string& address, const std::string& zone) -> Status {
             const bool up = address == "127.0.0.1" ? own_proxy : other_edge;
             if (up && zone == "cloud.example.org") return ok_status();
             return error(ErrorCode::Unavailable, "silent");
         },
         [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); },
         clock, rng, log},
        {.self = NodeId("lille-1"),
         .own_listener = "127.0.0.1",
         .life = {},
         .backoff = {Duration(5), Duration(10)},
         .tick = Duration(5),
         .probe_period = Duration(5)}};

    static ZoneKeeper::Wish wish() {
        ZoneKeeper::Wish made;
        made.settings.edge = true;
        made.settings.zone = "cloud.example.org";
        made.settings.public_address = "198.18.1.11";
        OverlayPeer other;
        other.node = NodeId("paris-1");
        other.edge = true;
        other.endpoint = "198.18.2.11:51820";
        made.peers[other.node] = other;
        made.names = {"acme.cloud.example.org"};
        return made;
    }
};

const std::set<std::string> both = {"198.18.1.11", "198.18.2.11"};

}  // namespace

TEST_CASE("a dead edge is left out and named again when it serves") {
    World world;
    world.keeper.order(World::wish());
    REQUIRE(eventually([&] { return world.server.living() == both; }));
    CHECK(world.server.names() == std::set<std::string>{"acme.cloud.example.org"});
    world.other_edge = false;
    REQUIRE(
        eventually([&] { return world.server.living() == std::set<std::string>{"198.18.1.11"}; }));
    world.other_edge = true;
    REQUIRE(eventually([&] { return world.server.living() == both; }));
    world.own_proxy = false;
    REQUIRE(
        eventually([&] { return world.server.living() == std::set<std::string>{"198.18.2.11"}; }));
    // Nobody as far as it sees: itself rather than nothing.
    world.other_edge = false;
    REQUIRE(
        eventually([&] { return world.server.living() == std::set<std::string>{"198.18.1.11"}; }));
    const ZoneState state = world.keeper.state();
    CHECK(state.zone == "cloud.example.org");
    CHECK(state.serial == 7);
    CHECK(state.problem.empty());
}

TEST_CASE("nothing new is not told again") {
    World world;
    world.keeper.order(World::wish());
    REQUIRE(eventually([&] { return world.server.living() == both; }));
    const int told = world.server.applied;
    for (int again = 0; again < 20; ++again) world.keeper.order(World::wish());
    auto more = World::wish();
    more.names.insert("zeta.cloud.example.org");
    world.keeper.order(more);
    REQUIRE(eventually([&] { return world.server.names().size() == 2; }));
    CHECK(world.server.applied == told + 1);
}

TEST_CASE("a server that does not start is tried again, and the status says why") {
    World world;
    world.server.fails = true;
    world.keeper.order(World::wish());
    REQUIRE(eventually([&] { return world.keeper.state().problem == "knot did not start"; }));
    world.server.fails = false;
    REQUIRE(eventually(
        [&] { return world.server.living() == both && world.keeper.state().problem.empty(); }));
}

TEST_CASE("no zone, no edge: the server is ended once") {
    World world;
    world.keeper.order(World::wish());
    REQUIRE(eventually([&] { return world.server.living() == both; }));
    CHECK(world.server.stops == 0);
    auto home = World::wish();
    SECTION("it is an edge no more") { home.settings.edge = false; }
    SECTION("its zone is below localhost") { home.settings.zone = "foyer.localhost"; }
    world.keeper.order(home);
    REQUIRE(eventually([&] { return world.server.stops == 1; }));
    for (int again = 0; again < 5; ++again) world.keeper.order(home);
    REQUIRE(eventually([&] { return world.keeper.state().zone.empty(); }));
    CHECK(world.server.stops == 1);
}

TEST_CASE("an edge without a usable address is told of") {
    World world;
    auto wish = World::wish();
    wish.settings.public_address = "";
    world.keeper.order(wish);
    REQUIRE(
        eventually([&] { return world.server.living() == std::set<std::string>{"198.18.2.11"}; }));
    REQUIRE(eventually(
        [&] { return world.keeper.state().notice.starts_with("this edge is left out"); }));
}
