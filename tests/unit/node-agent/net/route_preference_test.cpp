#include "node-agent/net/route_preference.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

const NodeId first("edge-1");
const NodeId second("edge-2");
constexpr MonoTime start{100'000};

RoutePreference two_edges() {
    RoutePreference made(Duration(1'900));
    made.set_edges({{first, 1}, {second, 2}});
    return made;
}

}  // namespace

TEST_CASE("without edges there is no choice") {
    CHECK_FALSE(RoutePreference(Duration(1)).choose(start));
}

TEST_CASE("before anybody answered the box's own order decides") {
    CHECK(two_edges().choose(start) == first);
}

TEST_CASE("a live edge is kept, also when a better ranked one comes back") {
    RoutePreference made = two_edges();
    made.choose(start);
    made.heard(second, start);
    CHECK(made.choose(start + Duration(10)) == second);
    made.heard(first, start + Duration(20));
    CHECK(made.choose(start + Duration(30)) == second);
}

TEST_CASE("a silent edge is left after two silent seconds, and not before") {
    RoutePreference made = two_edges();
    made.heard(first, start);
    made.heard(second, start);
    CHECK(made.choose(start) == first);
    made.heard(second, start + Duration(1'000));
    CHECK(made.choose(start + Duration(1'000)) == first);
    made.heard(second, start + Duration(2'000));
    CHECK(made.choose(start + Duration(2'000)) == second);
}

TEST_CASE("an edge that fell silent is told once a silence, one that never answered not at all") {
    RoutePreference made = two_edges();
    const Duration silence(3'000);
    made.heard(first, start);
    CHECK(made.fell_silent(start + Duration(2'999), silence).empty());
    CHECK(made.fell_silent(start + Duration(3'000), silence) == std::vector<NodeId>{first});
    CHECK(made.fell_silent(start + Duration(9'000), silence).empty());
    made.heard(first, start + Duration(10'000));
    CHECK(made.fell_silent(start + Duration(13'000), silence) == std::vector<NodeId>{first});
}

TEST_CASE("when all are silent nothing changes") {
    RoutePreference made = two_edges();
    made.heard(second, start);
    CHECK(made.choose(start) == second);
    CHECK(made.choose(start + Duration(60'000)) == second);
}

TEST_CASE("an edge that is no neighbour any more is not used") {
    RoutePreference made = two_edges();
    made.heard(first, start);
    CHECK(made.choose(start) == first);
    made.set_edges({{second, 2}});
    CHECK(made.choose(start) == second);
}

TEST_CASE("after a restart the edge in use stays in use while it answers") {
    RoutePreference made = two_edges();
    made.adopt(second);
    made.heard(first, start);
    made.heard(second, start);
    CHECK(made.choose(start) == second);
}
