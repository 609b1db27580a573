#include "master/domain/decide.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

TEST_CASE("a decision changes nothing by itself and is the same each time") {
    World world;
    const auto revision = world.state.revision();
    const auto once = world.attempt(world.order("acme"));
    const auto twice = world.attempt(world.order("acme"));
    CHECK(world.state.revision() == revision);
    CHECK(once.value() == twice.value());
}

TEST_CASE("names are DNS labels") {
    const World world;
    for (const char* name : {"", "Acme", "a_b", "-a", "a-", "1a", "a.b"}) {
        CHECK(world.attempt(world.order(name)).failure().code == ErrorCode::InvalidArgument);
    }
    CHECK(world.attempt(world.order(std::string(41, 'a'))).failure().code ==
          ErrorCode::InvalidArgument);
}

TEST_CASE("a taken name is refused") {
    World world;
    world.run(world.order("acme"));
    CHECK(world.attempt(world.order("acme")).failure().code == ErrorCode::AlreadyExists);
}

TEST_CASE("an order that cannot keep its promise is refused") {
    const World world;
    OrderInstance order = world.order("acme");
    order.replicas = 2;
    CHECK(world.attempt(order).failure().details.at(0).value == "policy.replicas");
    order.mode = ReplicationMode::Asynchronous;
    CHECK(world.attempt(order).ok());
    order.replicas = 9;
    CHECK(world.attempt(order).failure().code == ErrorCode::InvalidArgument);
    order.replicas = 3;
    order.min_countries = 4;
    CHECK(world.attempt(order).failure().details.at(0).value == "policy.min_countries");
    order.min_countries = 2;
    order.countries = {CountryCode("FR")};
    CHECK(world.attempt(order).failure().details.at(0).value == "policy.min_countries");
    order.countries = {CountryCode("France")};
    CHECK(world.attempt(order).failure().code == ErrorCode::InvalidArgument);
}

TEST_CASE("an unknown size tells which there are") {
    const World world;
    OrderInstance order = world.order("acme");
    order.size = SizeName("xxl");
    CHECK(world.attempt(order).failure().details.at(1).value == "s, m");
}

TEST_CASE("a release published between check and decision asks for a new order") {
    World world;
    Release release = world.state.releases().begin()->second;
    release.version = ReleaseVersion("2");
    release.release_json = "{2}";
    world.run(PublishRelease{release});
    CHECK(world.attempt(world.order("acme")).failure().code == ErrorCode::Aborted);
}

TEST_CASE("a release belongs to its first publisher, and a version is never rewritten") {
    World world;
    Release release = world.state.releases().begin()->second;
    CHECK(world.attempt(PublishRelease{release}).value().changes.empty());
    release.release_json = "{other}";
    CHECK(world.attempt(PublishRelease{release}).failure().code == ErrorCode::AlreadyExists);
    release.version = ReleaseVersion("2");
    release.publisher = AccountId("acme-org");
    CHECK(world.attempt(PublishRelease{release}).failure().code == ErrorCode::PermissionDenied);
}
