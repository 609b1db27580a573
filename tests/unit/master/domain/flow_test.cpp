#include "master/domain/flow.h"

#include "tests/support/catch.h"

using foyer::master::MinCostFlow;

TEST_CASE("units take the cheapest ways, and later ones undo what was in their way") {
    // Two ways of cost 1 + 1 and 0 + 5 that cross by an arc of cost 0.
    MinCostFlow graph(4);
    const int first = graph.arc(0, 1, 1, 0);
    const int second = graph.arc(0, 2, 1, 1);
    const int cross = graph.arc(1, 2, 1, 0);
    graph.arc(1, 3, 1, 5);
    graph.arc(2, 3, 1, 1);
    CHECK(graph.send(0, 3, 1) == 1);
    CHECK(graph.sent_on(cross) == 1);
    CHECK(graph.send(0, 3, 5) == 1);
    CHECK(graph.sent_on(first) == 1);
    CHECK(graph.sent_on(second) == 1);
    CHECK(graph.sent_on(cross) == 0);
    CHECK(graph.reached(0) == std::vector<char>{1, 0, 0, 0});
    const auto potentials = graph.potentials();
    CHECK(potentials[3] - potentials[0] <= 6);
}
