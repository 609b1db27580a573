#include "master/domain/electing.h"

#include "common/base/text.h"
#include "common/leadership/evidence_text.h"
#include "common/leadership/record_text.h"
#include "common/leadership/signed_bytes.h"
#include "master/domain/desired.h"
#include "tests/support/catch.h"
#include "tests/support/groups_that_elect.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::begun_group;
using foyer::test::hear_leader;
using foyer::test::incarnation;
using foyer::test::record_led_by;
using foyer::test::seen;
using foyer::test::World;
using foyer::test::world_of_groups;
namespace lead = foyer::leadership;

namespace {

std::optional<GroupProposal> proposal(const World& world) {
    return group_wish(world.state, world.instance("acme")).proposal;
}

}  // namespace

TEST_CASE("a group begins when every box has told its incarnation") {
    World world = world_of_groups();
    world.run(world.order("acme"));
    CHECK(elects(world.instance("acme")));
    world.report(seen(world, 0));
    world.report(seen(world, 1));
    CHECK(world.instance("acme").electing->first_record.empty());
    world.report(seen(world, 2));
    const auto first = lead::parse_record(world.instance("acme").electing->first_record);
    REQUIRE(first.ok());
    CHECK(lead::check_valid(first.value()).ok());
    CHECK(first.value().members.size() == 3);
    CHECK(first.value().in_sync == std::vector{ReplicaIndex{0}});
    CHECK(first.value().k == 1);
    CHECK(first.value().floor == 2);
}

TEST_CASE("a first record begins a chain, and every edge hears of it") {
    World world = begun_group();
    const auto first = lead::parse_record(world.instance("acme").electing->first_record).value();
    CHECK(first.config_hash != lead::Hash{});
    CHECK(first.config_hash == lead::config_hash({}, first, test::toy_hash));
    world.add_home({.name = "gate", .isp = "isp1", .edge = true});
    const auto wish = desired_since(world.state, NodeId("gate-1"), {}, Revision());
    REQUIRE(wish.routes.size() == 1);
    CHECK(lead::parse_record(wish.routes[0].first.text).value() == first);
}

TEST_CASE("without a hash members do not sign, and edges are told so") {
    ClusterSettings settings;
    settings.groups_elect = true;
    World world(World::five_homes(), settings);
    world.run(world.order("acme"));
    for (int index = 0; index < 3; ++index) world.report(seen(world, index));
    const auto first = lead::parse_record(world.instance("acme").electing->first_record).value();
    CHECK(first.config_hash == lead::Hash{});
}

TEST_CASE("a box that does not answer is waited for ten seconds") {
    World world = world_of_groups();
    world.run(world.order("acme"));
    world.report(seen(world, 0));
    world.report(seen(world, 1));
    world.now = world.now + founders_awaited;
    world.report(seen(world, 1));
    const auto first = lead::parse_record(world.instance("acme").electing->first_record);
    REQUIRE(first.ok());
    CHECK(first.value().members.size() == 2);
}

TEST_CASE("who leads is learnt of the leader's own record, and never goes back") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 1, 3));
    CHECK(world.instance("acme").leader == ReplicaIndex{1});
    CHECK(world.instance("acme").fence == Fence{Generation(1), Epoch(3)});
    CHECK(world.instance("acme").served == world.instance("acme").fence);
    hear_leader(world, record_led_by(world, 0, 2));
    CHECK(world.instance("acme").leader == ReplicaIndex{1});
}

namespace {

// As the toy signer of these tests: the key, then what was signed.
lead::Signature toy_seal(const std::string& key, std::span<const std::uint8_t> bytes) {
    return to_base64url(as_bytes(key + ":" + std::string(bytes.begin(), bytes.end())));
}

Result<lead::NodeKey> toy_signer(std::span<const std::uint8_t> bytes, std::string_view signature) {
    const auto text = from_base64url(signature).value();
    const std::string whole(text.begin(), text.end());
    const std::string key = whole.substr(0, whole.find(':'));
    if (toy_seal(key, bytes) == signature) return lead::NodeKey(key);
    return error(ErrorCode::PermissionDenied, "nobody's");
}

// That copy `voter` voted twice, signed by the box that has `key`.
std::string two_votes(int voter, const std::string& key) {
    lead::Evidence evidence{
        lead::EvidenceKind::TwoVotes, {voter}, {Generation(1), Epoch(4), 0}, {}};
    for (const int candidate : {0, 2}) {
        lead::Certificate granted;
        granted.fence = {Generation(1), Epoch(4)};
        granted.leader = {candidate};
        const auto bytes = lead::vote_bytes(
            InstanceName("acme"), {{voter}, lead::parse_incarnation(incarnation(voter)).value()},
            granted);
        evidence.proofs.push_back({bytes, toy_seal(key, bytes)});
    }
    return lead::to_text(evidence);
}

World with_evidence(const std::string& text) {
    ClusterSettings settings;
    settings.groups_elect = true;
    settings.signer_of = toy_signer;
    World world(World::five_homes(), settings);
    world.run(world.order("acme"));
    for (int index = 0; index < 3; ++index) world.report(seen(world, index));
    hear_leader(world, record_led_by(world, 0, 3));
    PartitionObservation one = seen(world, 2);
    one.group->evidence = {text};
    world.report(one);
    return world;
}

}  // namespace

TEST_CASE("a voter proven to have voted twice is replaced, whatever it says later") {
    World world = with_evidence(two_votes(1, "key-" + begun_group().replica("acme", 1).node.str()));
    REQUIRE(world.replica("acme", 1).evidence);
    CHECK(world.state.recent_events().rbegin()->second.kind == "false_voter");
    CHECK(world.replica("acme", 1).failing_since);
    PartitionObservation well = seen(world, 1);
    well.ready = true;
    world.report(well);
    CHECK(world.replica("acme", 1).failing_since);
    world.now = world.now + world.state.settings().repair.failed_after;
    for (int index = 0; index < 3; ++index) world.report(seen(world, index));
    world.run(Tick{});
    CHECK(world.state.replicas_of(InstanceName("acme")).size() == 4);  // one more is made
}

TEST_CASE("nobody is convicted by what others signed, or by hearsay") {
    CHECK_FALSE(with_evidence(two_votes(1, "key-another")).replica("acme", 1).evidence);
    CHECK_FALSE(with_evidence("evidence two_votes 1 1 4 0\n").replica("acme", 1).evidence);
    CHECK_FALSE(with_evidence("he did it").replica("acme", 1).evidence);
    CHECK_FALSE(with_evidence(two_votes(7, "key-h2-1")).replica("acme", 1).evidence);
}

TEST_CASE("a voter that knows it lost its newest state is replaced") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 3));
    PartitionObservation lost = seen(world, 1);
    lost.ready = true;
    lost.group->retired = true;
    world.report(lost);
    CHECK(world.replica("acme", 1).failing_since);
}

TEST_CASE("no word of a box makes a record that is none") {
    World world = begun_group();
    PartitionObservation one = seen(world, 1, "ballot 9 9 9\n");
    world.report(one);
    CHECK_FALSE(world.instance("acme").leader);
    lead::Record other = record_led_by(world, 1, 3);
    other.ballot.generation = Generation(7);
    hear_leader(world, other);
    CHECK_FALSE(world.instance("acme").leader);
}

TEST_CASE("assignments of a group say who is there, not who leads") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 1, 3));
    const auto node = world.replica("acme", 1).node;
    const auto wish = desired_since(world.state, node, {}, Revision());
    REQUIRE(wish.assignments.size() == 1);
    CHECK(wish.assignments[0].role == ReplicaRole::Standby);
    CHECK_FALSE(wish.assignments[0].leader);
    REQUIRE(wish.assignments[0].group);
    CHECK_FALSE(wish.assignments[0].group->first.text.empty());
}

TEST_CASE("a stop is proposed for the newest record, and not again once it is written") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 1));
    CHECK_FALSE(proposal(world));
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    REQUIRE(proposal(world));
    CHECK(proposal(world)->desired == DesiredState::Stopped);
    CHECK(proposal(world)->made_for == "1 1 1");
    lead::Record stopped = record_led_by(world, 0, 1, 2);
    stopped.desired = DesiredState::Stopped;
    hear_leader(world, stopped, false);
    CHECK_FALSE(proposal(world));
}

TEST_CASE("a promotion names whom the group should hand over to, and ends when that one serves") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 1));
    for (const int index : {1, 2}) world.report(test::following(world, index, 1));
    world.run(
        PromoteInstance{InstanceName("acme"), ReplicaIndex{1}, false, OperationId("op-p"), {}});
    CHECK(world.instance("acme").fence.epoch == Epoch(1));  // nothing is interrupted by asking
    REQUIRE(proposal(world));
    CHECK(proposal(world)->prefer == ReplicaIndex{1});
    hear_leader(world, record_led_by(world, 1, 2));
    CHECK_FALSE(world.instance("acme").promotion);
    CHECK_FALSE(proposal(world));
}

TEST_CASE("a voter that lost its memory has no seat: its copy fails, however well it runs") {
    World world = begun_group();
    hear_leader(world, record_led_by(world, 0, 1));
    PartitionObservation lost = seen(world, 2);
    lost.ready = true;
    lost.group->incarnation = incarnation(9);
    world.report(lost);
    const auto since = world.replica("acme", 2).failing_since;
    REQUIRE(since);
    world.now = world.now + Duration(60'000);
    world.report(lost);
    CHECK(world.replica("acme", 2).failing_since == since);
    CHECK(*world.replica("acme", 2).incarnation == incarnation(2));
}

TEST_CASE("while members change nothing else is proposed") {
    World world = begun_group();
    lead::Record joint = record_led_by(world, 0, 1);
    joint.old_members = joint.members;
    joint.members.pop_back();
    joint.in_sync = {{0}, {1}};
    hear_leader(world, joint);
    world.run(StopInstance{InstanceName("acme"), OperationId("op-stop")});
    CHECK_FALSE(proposal(world));
}
