#include "master/domain/takeovers.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

constexpr WallTime began{1'772'368'200'000};

// acme, whose group elects, on homes of five; an edge beside them.
World world_of_groups() {
    ClusterSettings settings;
    settings.groups_elect = true;
    World world(World::five_homes(), settings);
    world.run(world.order("acme"));
    return world;
}

LeadershipReport lead_of(const World& world, int index, std::uint64_t epoch) {
    LeadershipReport report;
    report.partition = partition_id({InstanceName("acme"), ReplicaIndex{index}});
    report.ordered_at = world.instance("acme").created_at;
    report.fence = {Generation(1), Epoch(epoch)};
    LeadershipBegin begin;
    begin.began_at = began;
    begin.cause = TakeoverCause::PromiseOver;
    begin.former = ReplicaIndex{0};
    begin.former_fence = {Generation(1), Epoch(epoch - 1)};
    begin.detected = Duration(5'000);
    begin.fenced = Duration(7'000);
    begin.elected = Duration(7'300);
    begin.announced = Duration(7'400);
    report.begin = begin;
    return report;
}

RoutingReport routing(const World& world, std::uint64_t epoch, std::int64_t routed) {
    return {InstanceName("acme"),
            world.instance("acme").created_at,
            {Generation(1), Epoch(epoch)},
            began,
            Duration(routed),
            std::nullopt};
}

NodeId add_edge(World& world, const std::string& home) {
    test::HomeSpec spec{home, "isp-" + home};
    spec.edge = true;
    world.add_home(spec);
    for (const NodeId& edge : world.state.edges())
        if (world.state.nodes().at(edge).site == SiteId(home)) return edge;
    FAIL("the edge is not there");
    return {};
}

NodeId box_of(const World& world, int index) {
    return world.state.replicas().at({InstanceName("acme"), ReplicaIndex{index}}).node;
}

void tell(World& world, const NodeId& from, std::vector<LeadershipReport> leads,
          std::vector<RoutingReport> routings = {}) {
    ReportNode report;
    report.node = from;
    report.leaderships = std::move(leads);
    report.routings = std::move(routings);
    world.run(report);
}

void tell(World& world, int index, const LeadershipReport& lead) {
    tell(world, box_of(world, index), {lead});
}

std::vector<TakeoverView> views(const World& world) {
    return timeline(world.state, InstanceName("acme"));
}

}  // namespace

TEST_CASE("a takeover is put together from what three boxes told, in any order") {
    World world = world_of_groups();
    const NodeId edge = add_edge(world, "edge-1");
    const NodeId other = add_edge(world, "edge-2");
    tell(world, edge, {}, {routing(world, 2, 300)});
    CHECK(views(world).empty());  // nobody has told who leads
    tell(world, 1, lead_of(world, 1, 2));
    LeadershipReport ended;
    ended = lead_of(world, 0, 1);
    ended.begin.reset();
    ended.end = LeadershipEnd{LeadershipEndReason::Ill, began, Duration(40)};
    tell(world, 0, ended);
    RoutingReport answered = routing(world, 2, 200);
    answered.answered = Duration(900);
    tell(world, other, {}, {answered});
    const auto shown = views(world);
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].row->leader == ReplicaIndex{1});
    CHECK(shown[0].row->node == box_of(world, 1));
    REQUIRE(shown[0].former);
    CHECK(shown[0].former->end->reason == LeadershipEndReason::Ill);
    CHECK(shown[0].former_node == box_of(world, 0));
    CHECK(shown[0].routed == Duration(7'600));  // of the edge that was first
    CHECK(shown[0].row->routed->edge == other);
    CHECK(shown[0].answered == Duration(8'300));
}

TEST_CASE("what is told again changes nothing") {
    World world = world_of_groups();
    tell(world, 1, lead_of(world, 1, 2));
    ReportNode again;
    again.node = box_of(world, 1);
    again.leaderships = {lead_of(world, 1, 2)};
    CHECK(world.attempt(again).value().changes.empty());
}

TEST_CASE("of several edges the first counts, and an edge may correct itself") {
    World world = world_of_groups();
    const NodeId one = add_edge(world, "edge-1");
    const NodeId two = add_edge(world, "edge-2");
    tell(world, 1, lead_of(world, 1, 2));
    RoutingReport first = routing(world, 2, 100);
    tell(world, one, {}, {first});
    RoutingReport second = routing(world, 2, 500);
    second.answered = Duration(600);
    tell(world, two, {}, {second});
    CHECK(views(world)[0].row->routed->edge == one);
    CHECK(views(world)[0].answered == Duration(8'000));
    tell(world, one, {}, {first});  // again, as each box does to a new master
    CHECK(views(world)[0].answered == Duration(8'000));
    first.answered = Duration(550);
    tell(world, one, {}, {first});
    CHECK(views(world)[0].answered == Duration(7'950));
}

TEST_CASE("nobody tells of another's copy, of another order, or of what cannot be") {
    World world = world_of_groups();
    const auto nothing_heard = [&] { return world.state.takeovers().empty(); };
    tell(world, box_of(world, 2), {lead_of(world, 1, 2)});
    CHECK(nothing_heard());
    tell(world, box_of(world, 1), {}, {routing(world, 2, 300)});  // no edge
    CHECK(nothing_heard());
    LeadershipReport other = lead_of(world, 1, 2);
    other.ordered_at = WallTime{5};
    tell(world, 1, other);
    CHECK(nothing_heard());
    for (const Fence fence : {Fence{Generation(2), Epoch(1)}, Fence{Generation(1), Epoch(9'999)},
                              Fence{Generation(1), Epoch(0)}, Fence{Generation(0), Epoch(1)}}) {
        LeadershipReport wild = lead_of(world, 1, 2);
        wild.fence = fence;
        tell(world, 1, wild);
    }
    CHECK(nothing_heard());
    LeadershipReport backwards = lead_of(world, 1, 2);
    backwards.begin->fenced = Duration(9'000);
    tell(world, 1, backwards);
    LeadershipReport ages = lead_of(world, 1, 2);
    ages.begin->opened = Duration(std::int64_t{1} << 59);
    tell(world, 1, ages);
    CHECK(nothing_heard());
    tell(world, 1, lead_of(world, 1, 2));
    CHECK_FALSE(nothing_heard());
}

TEST_CASE("the newest hundred of an instance are kept") {
    World world = world_of_groups();
    for (std::uint64_t epoch = 1; epoch <= 130; ++epoch) tell(world, 1, lead_of(world, 1, epoch));
    CHECK(world.state.takeovers().size() == takeovers_max);
    CHECK(views(world).front().row->fence.epoch == Epoch(130));
    CHECK(views(world).back().row->fence.epoch == Epoch(31));
    tell(world, 1, lead_of(world, 1, 7));  // older than all of them
    CHECK(views(world).back().row->fence.epoch == Epoch(31));
    std::vector<LeadershipReport> many;
    for (std::uint64_t epoch = 131; epoch <= 400; ++epoch) many.push_back(lead_of(world, 1, epoch));
    tell(world, box_of(world, 1), many);
    CHECK(world.state.takeovers().size() == takeovers_max);
    CHECK(views(world).back().row->fence.epoch == Epoch(301));
}

TEST_CASE("an instance takes its takeovers with it") {
    World world = world_of_groups();
    tell(world, 1, lead_of(world, 1, 2));
    world.run(DeleteInstance{InstanceName("acme"), OperationId("op-delete")});
    for (int index = 0; index < 3; ++index) {
        ReportNode erased;
        erased.node = box_of(world, index);
        erased.erased = {partition_id({InstanceName("acme"), ReplicaIndex{index}})};
        if (index == 1) erased.leaderships = {lead_of(world, 1, 3)};
        world.run(erased);
    }
    CHECK_FALSE(world.state.instances().contains(InstanceName("acme")));
    CHECK(world.state.takeovers().empty());
}
