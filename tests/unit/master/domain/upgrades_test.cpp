#include "master/domain/upgrades.h"

#include <set>

#include "common/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/groups_that_elect.h"
#include "tests/support/test_seed.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::HomeSpec;
using foyer::test::test_seed;
using foyer::test::World;

namespace {

constexpr std::int64_t second = 1000;
constexpr std::int64_t minute = 60 * second;

AgentRelease release(const std::string& version) {
    AgentRelease made;
    made.package = {version, "amd64", Digest("sha256:" + std::string(64, 'a')), Bytes(100)};
    made.document = to_document(made.package).value();
    made.signature = "signature-" + version;
    made.publisher_key = "key";
    return made;
}

// Boxes that run version 1 and take upgrades; version 2 is published.
struct Fleet {
    explicit Fleet(const std::vector<HomeSpec>& homes = World::five_homes())
        : Fleet(World(homes)) {}
    explicit Fleet(World made) : world(std::move(made)) {
        world.run(PublishAgentRelease{release("1")});
        world.run(PublishAgentRelease{release("2")});
        for (const auto& [name, node] : world.state.nodes()) names.push_back(name);
        for (const NodeId& name : names) say(name, "1");
    }
    void say(const NodeId& node, const std::string& version,
             UpgradePhase phase = UpgradePhase::None, const std::string& reason = {},
             UpgradeStance stance = UpgradeStance::Takes) {
        ReportNode report;
        report.node = node;
        report.agent_version = version;
        const NodeAgent* agent = world.state.node_agents().get(node);
        report.upgrade =
            UpgradeReport{stance, "amd64", agent == nullptr ? 0 : agent->order, phase, reason};
        if (phase == UpgradePhase::None) report.upgrade->order = 0;
        world.run(report);
    }
    void done(const NodeId& node) {
        say(node, world.state.node_agents().at(node).to, UpgradePhase::Done);
    }
    void ticks(int count = 20) {
        for (int i = 0; i < count; ++i)
            if (!world.run(Tick{}).more) return;
    }
    void pass(std::int64_t ms) { world.now = world.now + Duration(ms); }
    void start(int at_most = 100, std::vector<NodeId> canaries = {}) {
        world.run(StartUpgrade{"2", at_most, 0, std::move(canaries), Duration(0)});
        ticks();
    }
    std::vector<NodeId> ordered() const {
        std::vector<NodeId> found;
        for (const NodeId& name : names)
            if (upgrade_order(world.state, name)) found.push_back(name);
        return found;
    }
    const Upgrade& upgrade() const { return *current_upgrade(world.state); }
    UpgradeStanding standing(const NodeId& name) const {
        return UpgradeView(world.state, upgrade(), world.now)
            .standing_of(world.state.nodes().at(name));
    }
    // Runs on while every box does what it is told.
    void finish() {
        for (int round = 0; round < 200 && upgrade().state == UpgradeState::Running; ++round) {
            for (const NodeId& name : ordered()) done(name);
            pass(minute);
            ticks();
        }
    }
    World world;
    std::vector<NodeId> names;
};

std::set<NodeId> homes_of(const World& world, const InstanceName& name) {
    std::set<NodeId> found;
    for (const Replica* replica : world.state.replicas_of(name)) found.insert(replica->node);
    return found;
}

}  // namespace

TEST_CASE("never two boxes of one instance at once, and others beside them") {
    Fleet fleet;
    fleet.world.serve("acme");
    const auto members = homes_of(fleet.world, InstanceName("acme"));
    fleet.start();
    const auto first = fleet.ordered();
    CHECK(first.size() == 3);  // one of three members, and two that hold nothing
    CHECK(std::ranges::count_if(first,
                                [&](const NodeId& name) { return members.contains(name); }) == 1);
    for (const NodeId& name : members) {
        if (std::ranges::find(first, name) == first.end())
            CHECK(fleet.standing(name).reason.find("which holds 'acme' too, is under way") !=
                  std::string::npos);
    }
    fleet.finish();
    CHECK(fleet.upgrade().state == UpgradeState::Finished);
    for (const NodeId& name : fleet.names)
        CHECK(fleet.world.state.nodes().at(name).agent_version == "2");
}

TEST_CASE("at most so many boxes at once") {
    Fleet fleet;
    fleet.start(2);
    CHECK(fleet.ordered().size() == 2);
    fleet.done(fleet.ordered().front());
    fleet.ticks();
    CHECK(fleet.ordered().size() == 2);
    fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Pause});
    for (const NodeId& name : fleet.ordered()) fleet.done(name);
    fleet.ticks();
    CHECK(fleet.ordered().empty());
    fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Resume});
    fleet.ticks();
    CHECK(fleet.ordered().size() == 2);
}

TEST_CASE("a share of the boxes is never less than one") {
    Fleet fleet;
    fleet.world.run(StartUpgrade{"2", 0, 0, {}, Duration(0)});
    CHECK(fleet.upgrade().at_most == 1);
    fleet.world.run(StartUpgrade{"2", 0, 60, {}, Duration(0)});
    CHECK(fleet.upgrade().at_most == 3);
    CHECK_FALSE(fleet.world.attempt(StartUpgrade{"2", 1, 1, {}, Duration(0)}).ok());
    CHECK_FALSE(fleet.world.attempt(StartUpgrade{"2", -1, 0, {}, Duration(0)}).ok());
    CHECK_FALSE(fleet.world.attempt(StartUpgrade{"3", 1, 0, {}, Duration(0)}).ok());
}

TEST_CASE("a member that is silent, paused, emptied or not in sync keeps the others waiting") {
    Fleet fleet;
    fleet.world.serve("acme");
    const int lead = fleet.world.instance("acme").leader->number;
    const NodeId away = fleet.world.replica("acme", (lead + 1) % 3).node;  // its lead stays put
    const NodeId other = fleet.world.replica("acme", (lead + 2) % 3).node;
    std::string why;
    SECTION("silent") {
        fleet.world.run(MarkSilent{{away}});
        why = "is not heard of";
    }
    SECTION("paused") {
        ReportNode report;
        report.node = away;
        report.host = HostOrder{HostWish::Paused, std::nullopt};
        fleet.world.run(report);
        why = "is paused by its host";
    }
    SECTION("not in sync") {
        for (int i = 0; i < 3; ++i) {
            if (fleet.world.replica("acme", i).node == away)
                fleet.world.report("acme", i, PartitionPhase::Unhealthy, false);
        }
        // Its own upgrade is in nobody's way, and would be the one that the others wait for.
        fleet.say(away, "1", UpgradePhase::None, {}, UpgradeStance::Off);
        why = "of 'acme' is not in sync";
    }
    fleet.start();
    INFO(fleet.standing(other).reason);
    CHECK(fleet.standing(other).reason.find(why) != std::string::npos);
    const std::vector<NodeId> ordered = fleet.ordered();
    CHECK(std::ranges::find(ordered, other) == ordered.end());
}

TEST_CASE("canaries go first, are watched, and the others follow") {
    Fleet fleet;
    const NodeId canary = fleet.names[3];
    fleet.world.run(StartUpgrade{"2", 10, 0, {canary}, Duration(60 * minute)});
    fleet.ticks();
    CHECK(fleet.ordered() == std::vector{canary});
    CHECK(fleet.standing(fleet.names[0]).reason == "canaries go first");
    fleet.done(canary);
    fleet.ticks();
    CHECK(fleet.ordered().empty());
    fleet.pass(59 * minute);
    fleet.ticks();
    CHECK(fleet.ordered().empty());
    CHECK(fleet.standing(fleet.names[0]).reason.find("are watched until") != std::string::npos);
    fleet.pass(minute);
    fleet.ticks();
    CHECK(fleet.ordered().size() == 4);
    fleet.finish();
    CHECK(fleet.upgrade().state == UpgradeState::Finished);
}

TEST_CASE("a canary that is gone when its time is over stops the upgrade") {
    Fleet fleet;
    const NodeId canary = fleet.names[0];
    fleet.start(10, {canary});
    fleet.done(canary);
    fleet.ticks();
    fleet.world.run(MarkSilent{{canary}});
    fleet.pass(observe_default.count());
    fleet.ticks();
    CHECK(fleet.upgrade().state == UpgradeState::Stopped);
    CHECK(fleet.ordered().empty());
}

TEST_CASE("one box that fails stops it by itself, and a person goes on") {
    Fleet fleet;
    fleet.start(1);
    const NodeId first = fleet.ordered().front();
    std::string why;
    SECTION("it went back") {
        fleet.say(first, "1", UpgradePhase::WentBack, "the new agent did not sync");
        why = "went back to 1: the new agent did not sync";
    }
    SECTION("it refused") {
        fleet.say(first, "1", UpgradePhase::Refused, "no pinned key signed it");
        why = "it refused: no pinned key signed it";
    }
    SECTION("it did not return") {
        fleet.pass(30 * minute);
        fleet.ticks();
        why = "did not say in time";
    }
    CHECK(fleet.upgrade().state == UpgradeState::Stopped);
    CHECK(fleet.upgrade().reason.find(why) != std::string::npos);
    CHECK(fleet.world.events("upgrade_stopped") == 1);
    CHECK(fleet.world.events("node_upgrade_failed") == 1);
    fleet.pass(minute);
    fleet.ticks();
    CHECK(fleet.ordered().empty());
    fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Resume});
    fleet.ticks();
    fleet.finish();
    CHECK(fleet.upgrade().state == UpgradeState::Finished);
    CHECK(fleet.standing(first).step == UpgradeStep::Failed);
}

TEST_CASE("a master that was away gives a box the whole time again") {
    Fleet fleet;
    fleet.start(1);
    fleet.pass(60 * minute);
    fleet.world.run(Tick{fleet.world.now});
    CHECK(fleet.upgrade().state == UpgradeState::Running);
    fleet.pass(30 * minute);
    fleet.world.run(Tick{});
    CHECK(fleet.upgrade().state == UpgradeState::Stopped);
}

TEST_CASE("a box that comes after all is done, and the upgrade stays stopped") {
    Fleet fleet;
    fleet.start(1);
    const NodeId late = fleet.ordered().front();
    fleet.pass(30 * minute);
    fleet.ticks();
    fleet.done(late);
    CHECK(fleet.standing(late).step == UpgradeStep::Done);
    CHECK(fleet.upgrade().state == UpgradeState::Stopped);
}

TEST_CASE("all boxes that were changed go back, and no others") {
    Fleet fleet;
    fleet.start(1);
    for (int i = 0; i < 3; ++i) {
        fleet.done(fleet.ordered().front());
        fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Pause});
        if (i == 2) break;
        fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Resume});
        fleet.ticks();
    }
    fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Back});
    CHECK_FALSE(fleet.world.attempt(SteerUpgrade{SteerUpgrade::Wish::Back}).ok());
    fleet.ticks();
    int back = 0;
    for (; !fleet.ordered().empty(); ++back) {
        const NodeId name = fleet.ordered().front();
        const auto order = upgrade_order(fleet.world.state, name);
        CHECK(parse_agent_document(order->wanted.document).value().version == "1");
        CHECK(parse_agent_document(order->present.document).value().version == "2");
        fleet.done(name);
        fleet.ticks();
    }
    CHECK(back == 3);
    CHECK(fleet.upgrade().state == UpgradeState::Finished);
    for (const NodeId& name : fleet.names)
        CHECK(fleet.world.state.nodes().at(name).agent_version == "1");
}

TEST_CASE("boxes whose hosts do it themselves take no part, and it is shown why") {
    Fleet fleet;
    fleet.say(fleet.names[0], "1", UpgradePhase::None, "", UpgradeStance::NoKey);
    fleet.say(fleet.names[1], "1", UpgradePhase::None, "", UpgradeStance::Off);
    fleet.say(fleet.names[2], "0.9");  // not published: no way back
    fleet.say(fleet.names[3], "3");
    fleet.start();
    CHECK(fleet.ordered() == std::vector{fleet.names[4]});
    CHECK(fleet.standing(fleet.names[0]).reason.find("he upgrades it himself") !=
          std::string::npos);
    CHECK(fleet.standing(fleet.names[1]).reason.find("switched upgrades off") != std::string::npos);
    CHECK(fleet.standing(fleet.names[2]).reason.find("publish version 0.9") != std::string::npos);
    CHECK(fleet.standing(fleet.names[3]).reason.find("newer") != std::string::npos);
    fleet.finish();
    CHECK(fleet.upgrade().state == UpgradeState::Finished);
    CHECK_FALSE(fleet.world.attempt(StartUpgrade{"2", 1, 0, {fleet.names[0]}, Duration(0)}).ok());
}

TEST_CASE("the rest of an ISP that is away waits") {
    std::vector<HomeSpec> homes;
    for (int i = 0; i < 4; ++i) homes.push_back({"a" + std::to_string(i), "alder"});
    homes.push_back({"b", "birch"});
    Fleet fleet(homes);
    fleet.world.run(MarkSilent{{NodeId("a0-1"), NodeId("a1-1")}});
    fleet.start();
    CHECK(fleet.ordered() == std::vector{NodeId("b-1")});
    CHECK(fleet.standing(NodeId("a2-1")).reason == "most boxes of its ISP are silent");
    fleet.world.go_online("a0-1");
    fleet.ticks();
    CHECK(fleet.ordered().size() == 4);
}

TEST_CASE("no two edges at once, and none while another is silent") {
    auto homes = World::three_homes();
    for (const char* name : {"e1", "e2", "e3"}) {
        HomeSpec edge{name, std::string("isp-") + name};
        edge.edge = true;
        homes.push_back(edge);
    }
    Fleet fleet(homes);
    fleet.start();
    const auto edges = [&] {
        const auto ordered = fleet.ordered();
        return std::ranges::count_if(
            ordered, [&](const NodeId& name) { return fleet.world.state.nodes().at(name).edge; });
    };
    CHECK(edges() == 1);
    fleet.finish();
    CHECK(fleet.upgrade().state == UpgradeState::Finished);
    fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Back});
    fleet.world.run(MarkSilent{{NodeId("e1-1")}});
    fleet.ticks();
    CHECK(edges() == 0);
}

namespace {

// Copy 0 of 'acme' leads its group.
Fleet led_group() {
    World world = test::begun_group();
    test::hear_leader(world, test::record_led_by(world, 0, 2));
    for (const int index : {1, 2}) world.report(test::following(world, index, 2));
    return Fleet(std::move(world));
}

}  // namespace

TEST_CASE("a box that leads a group gives its lead away before it begins") {
    Fleet fleet = led_group();
    const NodeId lead = fleet.world.replica("acme", 0).node;
    fleet.start(1, {lead});
    CHECK(fleet.standing(lead).step == UpgradeStep::Yields);
    CHECK(fleet.ordered().empty());
    REQUIRE(fleet.world.instance("acme").promotion);
    const int heir = fleet.world.instance("acme").promotion->wanted->number;
    CHECK(heir != 0);
    test::hear_leader(fleet.world, test::record_led_by(fleet.world, heir, 3));
    for (const int index : {0, 1, 2}) {
        if (index != heir) fleet.world.report(test::following(fleet.world, index, 3));
    }
    fleet.ticks();
    CHECK(fleet.ordered() == std::vector{lead});
}

TEST_CASE("a lead is not given to a copy that was passed over, and its box waits with it") {
    Fleet fleet = led_group();
    World& world = fleet.world;
    fleet.start(1, {world.replica("acme", 0).node});
    std::set<int> heirs;
    for (const std::uint64_t epoch : {3U, 4U}) {  // asked in vain
        heirs.insert(world.instance("acme").promotion.optional().value().wanted->number);
        test::hear_leader(world, test::record_led_by(world, 0, epoch));
        for (const int index : {1, 2}) world.report(test::following(world, index, epoch));
        fleet.ticks();
    }
    CHECK(heirs == std::set{1, 2});
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK(fleet.ordered().empty());  // it is not restarted while it leads
}

TEST_CASE("a box that cannot give its lead away in time is left out") {
    Fleet fleet = led_group();
    const NodeId lead = fleet.world.replica("acme", 0).node;
    fleet.start(1, {lead});
    fleet.pass(10 * minute);
    fleet.ticks();
    CHECK(fleet.standing(lead).step == UpgradeStep::Skipped);
    CHECK(fleet.upgrade().state == UpgradeState::Stopped);
    CHECK(fleet.upgrade().reason == "no canary could be upgraded");
}

TEST_CASE("packages are published once, and unused ones give place") {
    Fleet fleet;
    CHECK(fleet.world.attempt(PublishAgentRelease{release("2")}).value().changes.empty());
    AgentRelease other = release("2");
    other.document += " ";
    CHECK(fleet.world.attempt(PublishAgentRelease{other}).failure().code ==
          ErrorCode::AlreadyExists);
    for (int i = 0; i < 300; ++i) {
        fleet.pass(second);
        fleet.world.run(PublishAgentRelease{release("5." + std::to_string(i))});
    }
    CHECK(fleet.world.state.agent_releases().size() == agent_releases_max);
    CHECK(fleet.world.state.agent_releases().contains({"1", "amd64"}));  // boxes run it
    CHECK(fleet.world.state.agent_releases().contains({"5.299", "amd64"}));
    for (int i = 0; i < 30; ++i) {
        fleet.world.run(StartUpgrade{"5.299", 1, 0, {}, Duration(0)});
    }
    CHECK(fleet.world.state.upgrades().size() == upgrades_kept_max);
}

TEST_CASE("a box that is deleted takes what is known of its agent along") {
    Fleet fleet;
    fleet.start(1);
    const NodeId gone = fleet.ordered().front();
    fleet.world.run(DeleteNode{gone});
    CHECK(fleet.world.state.node_agents().get(gone) == nullptr);
    fleet.ticks();
    CHECK(fleet.ordered().size() == 1);
}

// Random homes, orders, and boxes that are silent, late, failing: at every moment the rules hold,
// and once everybody is there again it ends.
TEST_CASE("in random fleets no two of a group are ever under way, and it always ends") {
    SeededRng rng(test_seed());
    for (int world = 0; world < 25; ++world) {
        const int size = 4 + static_cast<int>(rng.below(8));
        std::vector<HomeSpec> homes;
        for (int i = 0; i < size; ++i)
            homes.push_back({"h" + std::to_string(i), "isp" + std::to_string(i)});
        Fleet fleet(homes);
        for (int i = 0; i < size / 2; ++i) fleet.world.serve("firm" + std::to_string(i));
        const int at_most = 1 + static_cast<int>(rng.below(4));
        std::set<NodeId> silent;
        fleet.start(at_most);
        int stops = 0;
        for (int step = 0; step < 150; ++step) {
            const NodeId& any = fleet.names[rng.below(fleet.names.size())];
            switch (rng.below(6)) {
                case 0:
                    if (silent.size() < 2 && silent.insert(any).second)
                        fleet.world.run(MarkSilent{{any}});
                    break;
                case 1:
                    for (const NodeId& name : silent) fleet.world.go_online(name.str());
                    silent.clear();
                    break;
                case 2:
                    if (rng.below(6) == 0 && upgrade_order(fleet.world.state, any) &&
                        !silent.contains(any))  // who says something is heard of again
                        fleet.say(any, "1", UpgradePhase::WentBack, "told to");
                    break;
                default:
                    if (upgrade_order(fleet.world.state, any) && !silent.contains(any))
                        fleet.done(any);
            }
            const auto before = fleet.world.state.upgrading();
            fleet.pass(5 * second);
            fleet.ticks();
            const State& state = fleet.world.state;
            REQUIRE(static_cast<int>(state.upgrading().size()) <= at_most);
            for (const auto& [name, instance] : state.instances()) {
                const auto homes_now = homes_of(fleet.world, name);
                const auto under_way = std::ranges::count_if(homes_now, [&](const NodeId& home) {
                    return state.upgrading().contains(home);
                });
                REQUIRE(under_way <= 1);
                // Who began just now found all its neighbours there.
                for (const NodeId& home : homes_now) {
                    if (!state.upgrading().contains(home) || before.contains(home)) continue;
                    for (const NodeId& other : homes_now) REQUIRE_FALSE(silent.contains(other));
                }
            }
            if (fleet.upgrade().state == UpgradeState::Stopped) {
                const auto stopped = state.upgrading();
                fleet.ticks();
                for (const NodeId& name : fleet.world.state.upgrading())
                    REQUIRE(stopped.contains(name));
                ++stops;
                fleet.world.run(SteerUpgrade{SteerUpgrade::Wish::Resume});
            }
        }
        for (const NodeId& name : silent) fleet.world.go_online(name.str());
        fleet.finish();
        INFO("world " << world << ", " << stops << " stops");
        REQUIRE(fleet.upgrade().state == UpgradeState::Finished);
    }
}
