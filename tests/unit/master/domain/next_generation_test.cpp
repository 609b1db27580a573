#include "master/domain/next_generation.h"

#include "common/leadership/record_text.h"
#include "master/domain/electing.h"
#include "master/domain/repair.h"
#include "tests/support/catch.h"
#include "tests/support/groups_that_elect.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;
namespace lead = foyer::leadership;

namespace {

World led_by_copy_0() {
    World world = test::begun_group();
    test::hear_leader(world, test::record_led_by(world, 0, 1));
    for (const int index : {1, 2}) world.report(test::following(world, index, 1));
    return world;
}

void fall_silent(World& world, const std::vector<int>& copies) {
    std::vector<NodeId> nodes;
    for (const int index : copies) nodes.push_back(world.replica("acme", index).node);
    world.run(MarkSilent{nodes});
}

PromoteInstance accepting_loss() {
    return {InstanceName("acme"), std::nullopt, true, OperationId("op-give"), AccountId("shop")};
}

std::string refused_rule(const World& world) {
    const auto tried = world.attempt(accepting_loss());
    if (tried.ok()) return "";
    for (const ErrorDetail& detail : tried.failure().details)
        if (detail.key == "rule") return detail.value;
    return tried.failure().message;
}

std::string repair_text(const World& world) {
    const auto status = repair_status(world.state, world.instance("acme"));
    return status ? status->text : "";
}

}  // namespace

TEST_CASE("a group that can elect gives nothing up") {
    World world = led_by_copy_0();
    CHECK(refused_rule(world) == "group_can_elect");
    fall_silent(world, {0});
    CHECK(refused_rule(world) == "group_can_elect");
}

TEST_CASE("without a majority the page says so, and what to type") {
    World world = led_by_copy_0();
    fall_silent(world, {0, 1});
    CHECK(repair_text(world).starts_with(
        "1 of 3 members of its group answer, 2 are needed to elect who leads; "));
    CHECK(repair_text(world).ends_with("foyer instance promote acme --accept-data-loss acme"));
}

TEST_CASE("the copies that are left begin a new generation, the others are gone") {
    World world = led_by_copy_0();
    fall_silent(world, {0, 1});
    world.run(accepting_loss());
    const Instance& acme = world.instance("acme");
    CHECK(acme.fence.generation == Generation(2));
    CHECK_FALSE(acme.leader);
    CHECK(world.state.replicas_of(acme.name).size() == 1);
    const auto first = lead::parse_record(acme.electing->first_record);
    REQUIRE(first.ok());
    CHECK(lead::check_valid(first.value()).ok());
    CHECK(first.value().ballot == lead::Ballot{Generation(2), Epoch(), 0});
    CHECK(first.value().in_sync == std::vector{ReplicaIndex{2}});
    CHECK(first.value().config_hash == lead::config_hash({}, first.value(), test::toy_hash));
    CHECK(first.value().k == 1);
    CHECK(first.value().floor == 2);  // as ordered: nobody is served before a second copy is there
    CHECK(acme.electing->record.empty());
    const auto told = world.state.recent_events().rbegin()->second;
    CHECK(told.message.find("'shop' gave up what only copy 0 on ") != std::string::npos);
}

TEST_CASE("its leader lets nobody in for want of copies, and further ones are made of it") {
    World world = led_by_copy_0();
    fall_silent(world, {0, 1});
    world.run(accepting_loss());
    lead::Record record = lead::parse_record(world.instance("acme").electing->first_record).value();
    record.ballot = {Generation(2), Epoch(1), 1};
    record.leader = ReplicaIndex{2};
    test::hear_leader(world, record, false);
    CHECK(world.instance("acme").leader == ReplicaIndex{2});
    CHECK(world.instance("acme").served != world.instance("acme").fence);
    world.run(Tick{});
    CHECK(world.state.replicas_of(InstanceName("acme")).size() == 2);
}

TEST_CASE("a torn copy is no heir") {
    World world = led_by_copy_0();
    PartitionObservation torn = test::following(world, 2, 1);
    torn.initialized = false;
    world.report(torn);
    fall_silent(world, {0, 1});
    CHECK(refused_rule(world) == "no_candidate");
}
