#include "master/app/event_counts.h"

#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;

namespace {

std::string page(const EventCounts& counts) {
    MetricsText text;
    counts.write(text);
    return std::move(text).take();
}

State with_event(State state, const std::string& kind) {
    const Revision next = state.revision().next();
    state.apply({Put<Event>{{state.last_event() + 1, next, test::noon, kind, EventAbout::Instance,
                             "acme", AccountId("anna"), ""}}},
                next);
    return state;
}

}  // namespace

TEST_CASE("events are counted from the first publication on, each once") {
    EventCounts counts;
    CHECK(page(counts).find("foyer_events_total{kind=\"node_silent\"} 0\n") != std::string::npos);

    State before(ClusterSettings{});
    before = with_event(before, "node_silent");  // of an earlier life
    const State one = with_event(before, "node_silent");
    counts.published(one, before);
    CHECK(page(counts).find("foyer_events_total{kind=\"node_silent\"} 1\n") != std::string::npos);
    counts.published(one, before);
    CHECK(page(counts).find("foyer_events_total{kind=\"node_silent\"} 1\n") != std::string::npos);

    // Two at once, as after a reload; and a kind that nobody has named before.
    const State three = with_event(with_event(one, "node_silent"), "node_returned");
    counts.published(three, one);
    CHECK(page(counts).find("foyer_events_total{kind=\"node_silent\"} 2\n") != std::string::npos);
    CHECK(page(counts).find("foyer_events_total{kind=\"node_returned\"} 1\n") != std::string::npos);
}
