#include "master/domain/draft.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

TEST_CASE("a row is stamped with the revision that the decision will make") {
    const World world;
    Draft draft(world.state, world.now);
    CHECK(draft.empty());
    Host host{HostId("boris"), world.now, Revision(1)};
    draft.put(host);
    CHECK_FALSE(draft.empty());
    host.revision = world.state.revision().next();
    CHECK(draft.revision() == host.revision);
    CHECK(std::move(draft).done().changes == Changes{Put<Host>{host}});
}

TEST_CASE("events go on where the last decision ended, in order") {
    const World world;
    const std::int64_t last = world.state.last_event();
    Draft draft(world.state, world.now);
    const Account anna{AccountId("anna"), {AccountRole::Host}, {}, world.now, {}};
    draft.event("account_created", anna, "three copies");
    draft.event("account_changed", anna, "serves");
    const Changes changes = std::move(draft).done().changes;
    REQUIRE(changes.size() == 2);
    const Event& first = changes[0].get<Put<Event>>().row;
    CHECK(first == Event{last + 1, world.state.revision().next(), world.now, "account_created",
                         EventAbout::Account, "anna", AccountId("anna"), "three copies"});
    CHECK(changes[1].get<Put<Event>>().row.sequence == last + 2);
}

TEST_CASE("the order of puts and drops is kept, and the reply says what it was about") {
    const World world;
    Draft draft(world.state, world.now);
    draft.drop(DropNode{NodeId("lille-1")});
    draft.put(Host{HostId("boris"), world.now, {}});
    const Decision decision = std::move(draft).done("lille-1", OperationId("op-7"));
    REQUIRE(decision.changes.size() == 2);
    CHECK(decision.changes[0].get<DropNode>().name == NodeId("lille-1"));
    CHECK(decision.reply.subject == "lille-1");
    CHECK(decision.reply.operation == OperationId("op-7"));
}

TEST_CASE("a decision may have nothing to do") {
    const World world;
    const Decision decision = Draft(world.state, world.now).done("acme");
    CHECK(decision.changes.empty());
    CHECK_FALSE(decision.reply.operation.has_value());
}

TEST_CASE("a country is two capitals") {
    CHECK(check_country(CountryCode("FR")).ok());
    for (const char* text : {"", "F", "FRA", "fr", "F1", "\xc3\x89", "Fr"}) {
        CAPTURE(text);
        const Status status = check_country(CountryCode(text));
        REQUIRE_FALSE(status.ok());
        CHECK(status.failure().code == ErrorCode::InvalidArgument);
    }
}

TEST_CASE("a row that is not there is refused with the command that lists those that are") {
    const World world;
    const auto there = find_row(world.state.hosts(), HostId("anna"), "host", "foyer host ls");
    REQUIRE(there.ok());
    CHECK(there.value().name == HostId("anna"));
    const auto missing = find_row(world.state.hosts(), HostId("zoe"), "host", "foyer host ls");
    REQUIRE_FALSE(missing.ok());
    CHECK(missing.failure().code == ErrorCode::NotFound);
    CHECK(missing.failure().message ==
          "host 'zoe' does not exist; `foyer host ls` shows those"
          " that do");
}
