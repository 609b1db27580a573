#include "master/domain/refusing.h"

#include "master/domain/desired.h"
#include "master/domain/explain.h"
#include "master/domain/repair.h"
#include "tests/support/catch.h"
#include "tests/support/invariants.h"
#include "tests/support/obedient_boxes.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::ObedientBoxes;
using foyer::test::World;

namespace {

HostRefusals of_country(const std::string& country, bool now = false) {
    HostRefusals refusals;
    refusals.what.countries.insert(CountryCode(country));
    refusals.now = now;
    return refusals;
}

HostRefusals of_kind(ReleaseKind kind) {
    HostRefusals refusals;
    refusals.what.kinds.insert(kind);
    return refusals;
}

void say(World& world, const NodeId& node, const HostRefusals& refusals) {
    ReportNode report;
    report.node = node;
    report.refuses = refusals;
    world.run(report);
}

void live_in(World& world, const std::string& country) {
    const Account owner = world.state.accounts().at(world.order("x").owner);
    world.run(UpdateAccount{owner.name, owner.roles, owner.quota, CountryCode(country)});
}

// Five homes, an order of a tenant from France, served by three of them.
struct Cloud {
    World world{World::five_homes()};
    ObedientBoxes boxes{world, 1};

    Cloud() {
        live_in(world, "FR");
        world.run(world.order("acme"));
        REQUIRE(boxes.settle(50));
        boxes.rounds(3);
    }
    NodeId leading() const {
        return world.replica("acme", world.instance("acme").leader->number).node;
    }
    std::string trouble() const {
        return boxes.loss.value_or("") + (boxes.problems.empty() ? "" : boxes.problems.front());
    }
};

}  // namespace

TEST_CASE("what a host refuses is told once, and again when it is something else") {
    World world(World::five_homes());
    const NodeId box("h1-1");
    say(world, box, of_country("RU"));
    REQUIRE(world.state.nodes().at(box).refuses);
    CHECK(*world.state.nodes().at(box).refuses == of_country("RU"));
    CHECK(world.events("node_refuses") == 1);
    const Revision before = world.state.revision();
    say(world, box, of_country("RU"));
    CHECK(world.state.revision() == before);
    say(world, box, HostRefusals{});
    CHECK_FALSE(world.state.nodes().at(box).refuses);
    CHECK(world.events("node_refuses") == 2);
}

TEST_CASE("nothing that a host refuses is placed on his box, all else is") {
    World world(World::five_homes());
    live_in(world, "RU");
    for (const char* box : {"h1-1", "h3-1"}) say(world, NodeId(box), of_country("RU"));
    world.run(world.order("acme"));
    CHECK(world.state.replicas_on(NodeId("h1-1")).empty());
    CHECK(world.state.replicas_on(NodeId("h3-1")).empty());
    say(world, NodeId("h5-1"), of_kind(ReleaseKind::Other));
    OrderInstance other = world.order("other");
    other.reader = Reader::Operator;
    const auto refused = world.attempt(other);
    REQUIRE_FALSE(refused.ok());
    const Error& why = refused.failure();
    CHECK(std::ranges::find(why.details, ErrorDetail{"excluded_refused_by_host",
                                                     "h1-1,h3-1,h5-1"}) != why.details.end());
    CHECK(why.message.find("3 boxes refuse this kind of release or this tenant's country") !=
          std::string::npos);
    live_in(world, "FR");
    CHECK(world.attempt(world.order("other")).ok());
}

TEST_CASE("a customer learns how many boxes refuse his order, not which") {
    World world(World::five_homes());
    for (const char* box : {"h1-1", "h2-1", "h3-1"})
        say(world, NodeId(box), of_kind(ReleaseKind::Other));
    OrderInstance order = world.order("acme");
    order.reader = Reader::Customer;
    const auto refused = world.attempt(order);
    REQUIRE_FALSE(refused.ok());
    CHECK(std::ranges::find(refused.failure().details,
                            ErrorDetail{"excluded_refused_by_host", "3"}) !=
          refused.failure().details.end());
    CHECK(refused.failure().message.find("h1-1") == std::string::npos);
}

TEST_CASE("an explanation counts the boxes that refuse") {
    World world(World::five_homes());
    say(world, NodeId("h2-1"), of_kind(ReleaseKind::Other));
    Demand demand;
    demand.each = {Millicores(500), gibibytes(1), gibibytes(1)};
    const auto explained = explain(world.state, demand);
    REQUIRE(explained.ok());
    CHECK(explained.value().not_chosen.at(NotChosen::RefusedByHost) == 1);
}

TEST_CASE("a copy that is refused leaves once its replacement is there") {
    Cloud cloud;
    const NodeId first = cloud.leading();
    say(cloud.world, first, of_country("FR"));
    CHECK(cloud.world.events("copy_leaves") == 1);
    const auto why = repair_status(cloud.world.state, cloud.world.instance("acme"));
    REQUIRE(why);
    CHECK(why->text.find("its host refuses it") != std::string::npos);
    cloud.boxes.rounds(6 * 40);
    CHECK(cloud.world.state.replicas_on(first).empty());
    CHECK(cloud.world.state.endangered().empty());
    CHECK(cloud.world.instance("acme").policy.replicas ==
          static_cast<int>(cloud.world.state.replicas_of(InstanceName("acme")).size()));
    CHECK(cloud.trouble() == "");
    cloud.boxes.check_invariants();
}

TEST_CASE("a host who refuses others moves nothing") {
    Cloud cloud;
    const NodeId first = cloud.leading();
    say(cloud.world, first, of_country("RU"));
    CHECK(cloud.world.events("copy_leaves") == 0);
    cloud.boxes.rounds(60);
    CHECK(cloud.leading() == first);
    CHECK(cloud.world.state.endangered().empty());
}

TEST_CASE("a tenant who moves to another country leaves the boxes that refuse it") {
    Cloud cloud;
    const NodeId first = cloud.leading();
    say(cloud.world, first, of_country("RU"));
    const auto told = [&] {
        const auto delta = desired_since(cloud.world.state, first, {}, {});
        REQUIRE(delta.assignments.size() == 1);
        return delta.assignments.front();
    };
    CHECK(told().tenant_country == CountryCode("FR"));
    const Revision before = told().revision;
    live_in(cloud.world, "RU");
    CHECK(told().tenant_country == CountryCode("RU"));
    CHECK(told().revision > before);
    CHECK_FALSE(cloud.world.state.endangered().empty());
    cloud.boxes.rounds(6 * 40);
    CHECK(cloud.world.state.replicas_on(first).empty());
    CHECK(cloud.trouble() == "");
}

TEST_CASE("a copy that its box never began is ordered elsewhere at once") {
    World world(World::five_homes());
    live_in(world, "FR");
    world.run(world.order("acme"));
    const NodeId refusing = world.replica("acme", 1).node;
    say(world, refusing, of_country("FR"));
    ObedientBoxes boxes(world, 1);
    REQUIRE(boxes.settle(200));
    boxes.rounds(6);
    CHECK(world.state.replicas_on(refusing).empty());
    CHECK(world.instance("acme").served);
    CHECK(boxes.loss.value_or("") == "");
}

TEST_CASE("where nobody else can take a copy it stays, and that is said") {
    World world(World::three_homes());
    ObedientBoxes boxes(world, 1);
    world.run(world.order("acme"));
    REQUIRE(boxes.settle(50));
    const NodeId holder = world.replica("acme", 2).node;
    say(world, holder, of_kind(ReleaseKind::Other));
    boxes.rounds(60);
    CHECK(world.state.replicas_on(holder).size() == 1);
    CHECK(world.events("repair_waits") >= 1);
    say(world, holder, HostRefusals{});
    boxes.rounds(60);
    CHECK(world.state.endangered().empty());
    CHECK(world.state.replicas_on(holder).size() == 1);
}

TEST_CASE("a country of an account is an assigned code, or none") {
    World world(World::five_homes());
    CHECK_FALSE(
        world
            .attempt(CreateAccount{AccountId("uk"), {AccountRole::Customer}, {}, CountryCode("UK")})
            .ok());
    world.run(CreateAccount{AccountId("gb"), {AccountRole::Customer}, {}, CountryCode("GB")});
    CHECK(world.state.accounts().at(AccountId("gb")).country == CountryCode("GB"));
    world.run(UpdateAccount{AccountId("gb"), {AccountRole::Customer}, {}});
    CHECK(world.state.accounts().at(AccountId("gb")).country.empty());
}
