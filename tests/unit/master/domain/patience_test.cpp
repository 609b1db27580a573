#include "master/domain/patience.h"

#include "tests/support/catch.h"
#include "tests/support/groups_that_elect.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::begun_group;
using foyer::test::hear_leader;
using foyer::test::record_led_by;
using foyer::test::seen;
using foyer::test::World;
using foyer::test::world_of_groups;
namespace lead = foyer::leadership;

namespace {

constexpr Duration day{86'400'000};

std::optional<GroupProposal> proposal(const World& world) {
    return group_wish(world.state, world.instance("acme")).proposal;
}

// The box of copy 0 tells that its lease ended so long ago, in that epoch.
void loses_lease(World& world, std::uint64_t epoch, Duration ago = Duration(9'000),
                 LeadershipEndReason reason = LeadershipEndReason::LeaseOver) {
    LeadershipReport told;
    told.partition = partition_id({InstanceName("acme"), ReplicaIndex{0}});
    told.ordered_at = world.instance("acme").created_at;
    told.fence = {Generation(1), Epoch(epoch)};
    told.end = LeadershipEnd{reason, world.now + -ago, Duration(300)};
    ReportNode report;
    report.node = world.replica("acme", 0).node;
    report.leaderships = {told};
    world.run(report);
}

World led_group() {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 9));
    return world;
}

World ordered_with(Patience patience) {
    World world = world_of_groups();
    OrderInstance order = world.order("acme");
    order.patience = patience;
    world.run(order);
    for (int index = 0; index < 3; ++index) world.report(seen(world, index));
    return world;
}

Duration first_promise(const World& world) {
    return lead::parse_record(world.instance("acme").electing->first_record).value().promise;
}

}  // namespace

TEST_CASE("the first record promises what was chosen; by default as quickly as ever") {
    CHECK(first_promise(begun_group()) == Duration(7'000));
    CHECK(first_promise(ordered_with(Patience::Quick)) == Duration(7'000));
    CHECK(first_promise(ordered_with(Patience::Patient)) == Duration(20'000));
    CHECK_FALSE(proposal(led_group()));
}

TEST_CASE("two short silences within a week make a group patient, one does not") {
    World world = led_group();
    loses_lease(world, 2);
    CHECK(promise_of(world.instance("acme")) == quick_promise);
    loses_lease(world, 2);  // a box repeats itself
    CHECK(promise_of(world.instance("acme")) == quick_promise);
    world.now = world.now + 6 * day;
    loses_lease(world, 4);
    CHECK(promise_of(world.instance("acme")) == patient_promise);
    CHECK(world.events("patience_raised") == 1);
    REQUIRE(proposal(world));
    CHECK(proposal(world)->promise == patient_promise);
    CHECK_FALSE(proposal(world)->barred);
    lead::Record record = record_led_by(world, 0, 9, 2);
    record.promise = patient_promise;
    hear_leader(world, record);
    CHECK_FALSE(proposal(world));
}

TEST_CASE("silences that are rare, long, or none are no reason") {
    World world = led_group();
    loses_lease(world, 2);
    world.now = world.now + 8 * day;
    loses_lease(world, 3);
    CHECK(promise_of(world.instance("acme")) == quick_promise);
    loses_lease(world, 4, Duration(61'000));
    loses_lease(world, 5, Duration(9'000), LeadershipEndReason::HandedOver);
    loses_lease(world, 6, Duration(9'000), LeadershipEndReason::Ill);
    CHECK(promise_of(world.instance("acme")) == quick_promise);
    CHECK(world.events("patience_raised") == 0);
}

TEST_CASE("a patient group is quick again after ninety days without silences") {
    World world = led_group();
    loses_lease(world, 2);
    loses_lease(world, 3);
    world.now = world.now + 89 * day;
    world.run(Tick{});
    CHECK(promise_of(world.instance("acme")) == patient_promise);
    loses_lease(world, 4);  // once more: from now on again
    world.now = world.now + 89 * day;
    world.run(Tick{});
    CHECK(promise_of(world.instance("acme")) == patient_promise);
    CHECK(world.state.patient().size() == 1);
    world.now = world.now + 2 * day;
    world.run(Tick{});
    CHECK(promise_of(world.instance("acme")) == quick_promise);
    CHECK(world.events("patience_lowered") == 1);
    CHECK(world.state.patient().empty());
}

TEST_CASE("what the customer chose stays, whatever the lines do") {
    World world = ordered_with(Patience::Quick);
    hear_leader(world, record_led_by(world, 0, 9));
    for (std::uint64_t epoch = 2; epoch < 6; ++epoch) loses_lease(world, epoch);
    CHECK(promise_of(world.instance("acme")) == quick_promise);
    CHECK_FALSE(world.instance("acme").electing->silence_at);
}

TEST_CASE("only a group that elects can be patient") {
    World world(World::five_homes());
    OrderInstance order = world.order("acme");
    order.patience = Patience::Patient;
    const auto refused = world.attempt(order);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.failure().details.at(0).value == "policy.patience");
    order.patience = Patience::Quick;
    CHECK(world.attempt(order).ok());
}
