#include "master/domain/events.h"

#include "master/domain/draft.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

Event of(const Changes& changes, std::size_t at) { return changes.at(at).get<Put<Event>>().row; }

}  // namespace

TEST_CASE("an event belongs to whom its subject belongs") {
    World world;
    Draft draft(world.state, world.now);
    Instance instance;
    instance.name = InstanceName("acme");
    instance.owner = AccountId("acme-sarl");
    draft.event("serving", instance, "");
    const Node& node = world.state.nodes().begin()->second;
    draft.event("node_silent", node, "");
    draft.event("eviction_held", "many");
    const Changes changes = std::move(draft).done().changes;
    CHECK(of(changes, 0).about == EventAbout::Instance);
    CHECK(of(changes, 0).owner == instance.owner);
    CHECK(of(changes, 1).about == EventAbout::Node);
    CHECK(of(changes, 1).subject == node.name.str());
    CHECK(of(changes, 1).owner.str() == world.state.sites().at(node.site).host.str());
    CHECK(of(changes, 2).about == EventAbout::Cloud);
    CHECK(of(changes, 2).subject.empty());
    CHECK(of(changes, 2).owner.empty());
}

TEST_CASE("an event fits when every part that is set fits") {
    const Event event{5,      Revision(8),       WallTime{1}, "serving", EventAbout::Instance,
                      "acme", AccountId("anna"), ""};
    const AccountId anna("anna");
    CHECK(fits({}, event));
    CHECK(fits({anna, EventAbout::Instance, "acme", "serving", Revision(7)}, event));
    CHECK_FALSE(fits({.owner = AccountId("boris")}, event));
    CHECK_FALSE(fits({.about = EventAbout::Node}, event));
    CHECK_FALSE(fits({.subject = "acm"}, event));
    CHECK_FALSE(fits({.kind = "ordered"}, event));
    CHECK_FALSE(fits({.above = Revision(8)}, event));
}

TEST_CASE("what is nobody's is heard by operators only") {
    const Event event{5, Revision(8), WallTime{1}, "eviction_held", EventAbout::Cloud, "", {}, ""};
    CHECK(fits({}, event));
    CHECK_FALSE(fits({.owner = AccountId()}, event));
    CHECK_FALSE(fits({.owner = AccountId("anna")}, event));
}
