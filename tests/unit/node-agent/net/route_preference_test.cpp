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

TEST_CASE("an edge that is silent alone may have lost its memory: it is told, ever more slowly") {
    RoutePreference made = two_edges();
    const Duration silence(3'000);
    made.heard(first, start);
    std::vector<std::int64_t> told;
    for (std::int64_t at = 0; at <= 60'000; at += 500) {
        const MonoTime now = start + Duration(at);
        made.heard(second, now);
        for (const NodeId& edge : made.forgetful(now, silence)) {
            CHECK(edge == first);
            told.push_back(at);
        }
    }
    CHECK(told == std::vector<std::int64_t>{3'000, 4'000, 5'000, 6'500, 8'500, 11'000, 14'000,
                                            17'500, 22'000, 27'500, 34'500, 43'500, 54'500});
    made.heard(first, start + Duration(61'000));
    made.heard(second, start + Duration(64'000));
    CHECK(made.forgetful(start + Duration(64'000), silence) == std::vector<NodeId>{first});
}

TEST_CASE("where all are silent it is the line, and nobody is forgotten; an only edge is") {
    RoutePreference made = two_edges();
    made.heard(first, start);
    made.heard(second, start);
    for (const std::int64_t at : {3'000, 5'000, 60'000})
        CHECK(made.forgetful(start + Duration(at), Duration(3'000)).empty());
    RoutePreference only(Duration(1'900));
    only.set_edges({{first, 1}});
    CHECK(only.forgetful(start + Duration(9'000), Duration(3'000)).empty());  // never answered
    only.heard(first, start);
    CHECK(only.forgetful(start + Duration(3'000), Duration(3'000)) == std::vector<NodeId>{first});
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
