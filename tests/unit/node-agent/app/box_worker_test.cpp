#include "node-agent/app/box_worker.h"

#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_box.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::eventually;

namespace {

// An edge with one name whose group elects.
struct Edge {
    test::FakeBox box;
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    std::mutex mutex;
    std::vector<RoutingReport> told;
    std::unique_ptr<BoxWorker> worker;

    Edge() {
        BoxRules rules;
        rules.tick = Duration(10);
        rules.first_answer.look = Duration(5);
        worker = std::make_unique<BoxWorker>(
            BoxPorts{box, box, box, box, [] { return std::nullopt; }, clock, rng, log,
                     [this](const RoutingReport& seen) {
                         const std::scoped_lock lock(mutex);
                         told.push_back(seen);
                     }},
            rules);
        BoxKeeper::Wish wish;
        wish.settings.edge = true;
        wish.routes["acme.x"] = route(0);
        worker->order(wish);
    }
    ~Edge() { worker.reset(); }

    static EdgeRoute route(std::uint64_t epoch) {
        EdgeRoute one;
        one.hostname = "acme.x";
        one.instance = InstanceName("acme");
        one.fence = {Generation(1), Epoch(epoch)};
        one.backend = "[fd50::1]:8000";
        one.voters = {{ReplicaIndex{0}, "fd50::1"}};
        return one;
    }
    void prove(std::uint64_t epoch, std::optional<MonoTime> heard_at) {
        EdgeRoute proven = route(epoch);
        proven.heard_at = heard_at;
        worker->prove({{"acme.x", proven}});
    }
    std::vector<RoutingReport> reports() {
        const std::scoped_lock lock(mutex);
        return told;
    }
};

}  // namespace

TEST_CASE("an edge tells when it followed a leader that took over, and of its first answer") {
    Edge edge;
    edge.prove(3, std::nullopt);  // it leads already: no takeover
    CHECK(eventually([&] { return edge.box.count("routes") >= 1; }));
    edge.box.answer_client();
    const MonoTime heard = edge.clock.mono();
    edge.prove(4, heard);
    REQUIRE(eventually([&] { return edge.reports().size() == 1; }));
    CHECK(edge.reports()[0].fence == Fence{Generation(1), Epoch(4)});
    CHECK(edge.reports()[0].instance == InstanceName("acme"));
    CHECK(edge.reports()[0].routed >= Duration(0));
    CHECK_FALSE(edge.reports()[0].answered);
    edge.box.answer_client();
    REQUIRE(eventually([&] { return edge.reports().size() == 2; }));
    const RoutingReport last = edge.reports()[1];
    REQUIRE(last.answered);
    CHECK(*last.answered >= last.routed);
    CHECK(last.heard_at <= edge.clock.wall());
    // Further answers, and the same route proven again, are no news.
    edge.box.answer_client();
    edge.prove(4, heard);
    edge.prove(5, edge.clock.mono());
    CHECK(eventually([&] { return edge.reports().size() == 3; }));
    CHECK(edge.reports()[2].fence.epoch == Epoch(5));
}
