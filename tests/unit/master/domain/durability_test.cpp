#include "master/domain/durability.h"

#include "common/leadership/record_text.h"
#include "master/domain/electing.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;
namespace lead = foyer::leadership;

namespace {

World world_of_groups() {
    ClusterSettings settings;
    settings.groups_elect = true;
    return World(World::five_homes(), settings);
}

std::string incarnation(int index) {
    return lead::to_text(lead::Incarnation{1, static_cast<std::uint64_t>(index) + 1});
}

PartitionObservation seen(const World& world, int index) {
    PartitionObservation one = world.reported("acme", index);
    one.ordered_at = world.instance("acme").created_at;
    one.phase = PartitionPhase::Running;
    one.initialized = true;
    one.group = GroupReport{incarnation(index), "follower", "", false};
    return one;
}

// Copy 0 leads in epoch 1 with this k; these others stream from it, each with its lag.
void lead_with(World& world, int k, const std::map<int, std::int64_t>& streaming,
               std::uint64_t seq) {
    lead::Record record = lead::parse_record(world.instance("acme").electing->first_record).value();
    record.ballot = {Generation(1), Epoch(1), seq};
    record.leader = ReplicaIndex{0};
    record.in_sync = {{0}, {1}, {2}};
    record.k = k;
    PartitionObservation one = seen(world, 0);
    one.fence = {Generation(1), Epoch(1)};
    one.role = ReplicaRole::Primary;
    one.ready = true;
    one.group->record = lead::to_text(record);
    one.followers.clear();
    for (const auto& [index, lag] : streaming)
        one.followers.push_back({"r" + std::to_string(index) + "g1", "streaming", "quorum", lag});
    world.report(one);
}

World begun(ReplicationMode mode, std::optional<ShortOfCopies> choice) {
    World world = world_of_groups();
    OrderInstance order = world.order("acme");
    order.mode = mode;
    order.short_of_copies = choice;
    world.run(order);
    for (int index = 0; index < 3; ++index) world.report(seen(world, index));
    return world;
}

lead::Record first(const World& world) {
    return lead::parse_record(world.instance("acme").electing->first_record).value();
}

std::string now(const World& world) { return durability(world.state, world.instance("acme")); }

bool has_event(const World& world, std::string_view kind) { return world.events(kind) > 0; }

bool says(const std::vector<std::string>& promises, const std::string& words) {
    for (const std::string& promise : promises)
        if (promise.find(words) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("the choice of the order is in the first record of its group") {
    const auto stops = first(begun(ReplicationMode::Synchronous, std::nullopt));
    CHECK(stops.mode == ReplicationMode::Synchronous);
    CHECK(stops.copies == 2);
    CHECK(stops.floor == 2);
    const auto goes_on = first(begun(ReplicationMode::Synchronous, ShortOfCopies::GoOn));
    CHECK(goes_on.copies == 2);
    CHECK(goes_on.floor == 1);
    const auto asynchronous = first(begun(ReplicationMode::Asynchronous, std::nullopt));
    CHECK(asynchronous.mode == ReplicationMode::Asynchronous);
    CHECK(asynchronous.copies == 1);
    CHECK(asynchronous.floor == 1);
    CHECK(lead::check_valid(goes_on).ok());
    CHECK(lead::check_valid(asynchronous).ok());
}

TEST_CASE("choices that cannot be kept are refused") {
    World world = world_of_groups();
    OrderInstance order = world.order("acme");
    order.mode = ReplicationMode::Asynchronous;
    order.short_of_copies = ShortOfCopies::StopWrites;
    const auto stop = world.attempt(order);
    REQUIRE_FALSE(stop.ok());
    CHECK(stop.failure().message.find("nothing to stop") != std::string::npos);
    World led_by_master;
    OrderInstance alone = led_by_master.order("acme");
    alone.short_of_copies = ShortOfCopies::GoOn;
    const auto refused = led_by_master.attempt(alone);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().message.find("elect = true") != std::string::npos);
    alone.short_of_copies = ShortOfCopies::StopWrites;
    CHECK(led_by_master.attempt(alone).ok());
}

TEST_CASE("too few copies: writes stopped as ordered") {
    World world = begun(ReplicationMode::Synchronous, std::nullopt);
    CHECK(now(world).empty());  // being made
    lead_with(world, 2, {{1, 0}, {2, 10}}, 2);
    CHECK(now(world) == "3 of 3 copies live; a write needs 2");
    lead_with(world, 2, {}, 3);
    CHECK(now(world) ==
          "1 of 3 copies live: writes stopped as ordered, until another copy is back");
    CHECK_FALSE(has_event(world, "copies_short"));
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    CHECK(now(world).empty());
}

TEST_CASE("too few copies: it goes on as ordered, says so, and says when that is over") {
    World world = begun(ReplicationMode::Synchronous, ShortOfCopies::GoOn);
    lead_with(world, 2, {{1, 0}}, 2);
    lead_with(world, 2, {}, 3);
    CHECK(now(world).find("writes wait until the group goes on") != std::string::npos);
    CHECK_FALSE(has_event(world, "copies_short"));
    lead_with(world, 1, {}, 4);
    CHECK(
        now(world).starts_with("serves with fewer copies than ordered: 1 of 3 copies live, a "
                               "write needs 1 instead of 2"));
    CHECK(has_event(world, "copies_short"));
    CHECK_FALSE(has_event(world, "copies_enough"));
    lead_with(world, 2, {{2, 0}}, 5);
    CHECK(now(world) == "2 of 3 copies live; a write needs 2");
    CHECK(has_event(world, "copies_enough"));
}

TEST_CASE("an asynchronous instance tells what a takeover would lose now") {
    World world = begun(ReplicationMode::Asynchronous, std::nullopt);
    lead_with(world, 1, {{1, 5'000}, {2, 300}}, 2);
    CHECK(now(world) ==
          "3 of 3 copies live; asynchronous: a takeover now would lose the newest 300 bytes of the "
          "log, which the nearest copy lacks");
    lead_with(world, 1, {}, 3);
    CHECK(now(world).find("no other copy follows") != std::string::npos);
    CHECK_FALSE(has_event(world, "copies_short"));
}

TEST_CASE("nobody leads: said, with how many live") {
    World world = begun(ReplicationMode::Synchronous, std::nullopt);
    lead_with(world, 2, {{1, 0}, {2, 0}}, 2);
    world.run(MarkSilent{{world.replica("acme", 0).node}});
    CHECK(now(world) == "2 of 3 copies live; nobody serves");
}

TEST_CASE("each choice is promised in plain words") {
    ReplicationPolicy policy;
    CHECK(says(promises_of(policy, true), "RPO 0"));
    CHECK(says(promises_of(policy, true), "writes stop until another one is back"));
    CHECK(says(promises_of(policy, true), "while no 2 of its 3 homes reach each other"));
    CHECK(promises_of(policy, false).size() == 2);
    // Of five, three are a majority, but a write is on two of them only.
    CHECK_FALSE(says(promises_of(policy, true), "another takes over while"));
    policy.replicas = 5;
    CHECK(says(promises_of(policy, true), "while no 3 of its 5 homes reach each other"));
    CHECK(says(promises_of(policy, true), "another takes over while 4 of the 5 are there"));
    policy.mode = ReplicationMode::Asynchronous;
    CHECK_FALSE(says(promises_of(policy, true), "another takes over while"));
    policy = {};
    policy.short_of_copies = ShortOfCopies::GoOn;
    CHECK(says(promises_of(policy, true), "goes on with that one, and says so"));
    policy.mode = ReplicationMode::Asynchronous;
    CHECK(says(promises_of(policy, true), "the measured lag"));
    CHECK_FALSE(says(promises_of(policy, true), "RPO 0"));
    policy = {};
    policy.allow_same_isp = true;
    CHECK(says(promises_of(policy, false), "in two homes"));
    policy.replicas = 1;
    CHECK(says(promises_of(policy, false), "lost with its home"));
}
