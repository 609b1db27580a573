#include "node-agent/domain/first_answer.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr MonoTime start{50'000};
constexpr WallTime noon{1'772'368'200'000};
const FirstAnswerRules rules;

EdgeRoute route() {
    EdgeRoute one;
    one.instance = InstanceName("acme");
    one.fence = {Generation(1), Epoch(4)};
    one.ordered_at = noon;
    one.heard_at = start;
    return one;
}

}  // namespace

TEST_CASE("the first answer counted after the route was taken is the new leader's") {
    AnswerWatch watch = routed(route(), rules, start + Duration(200));
    watch = counted(watch, 17, rules, start + Duration(210));  // of the leader before
    CHECK_FALSE(watch.answered_at);
    CHECK_FALSE(is_time_to_look(watch, start + Duration(300)));
    REQUIRE(is_time_to_look(watch, start + Duration(310)));
    watch = counted(watch, 17, rules, start + Duration(310));
    watch = counted(watch, 18, rules, start + Duration(410));
    REQUIRE(watch.answered_at);
    CHECK_FALSE(watch.next_look);
    const RoutingReport told =
        routing_report(route(), watch, {start + Duration(1'000), noon + Duration(1'000)});
    CHECK(told.heard_at == noon);
    CHECK(told.routed == Duration(200));
    CHECK(told.answered == Duration(410));
    CHECK(told.fence == route().fence);
}

TEST_CASE("a proxy that was started again counts anew") {
    AnswerWatch watch = routed(route(), rules, start);
    watch = counted(watch, 17, rules, start + Duration(10));
    watch = counted(watch, 0, rules, start + Duration(110));
    CHECK_FALSE(watch.answered_at);
    watch = counted(watch, 1, rules, start + Duration(210));
    CHECK(watch.answered_at == start + Duration(210));
}

TEST_CASE("whoever is not asked is not answered, and is looked at ever more rarely, then never") {
    AnswerWatch watch = routed(route(), rules, start);
    int looks = 0;
    for (MonoTime now = start; now < start + Duration(1'200'000); now = now + Duration(50)) {
        if (!is_time_to_look(watch, now)) continue;
        ++looks;
        watch = looks % 7 == 0 ? put_off(watch, rules, now) : counted(watch, 17, rules, now);
    }
    CHECK_FALSE(watch.next_look);
    CHECK_FALSE(watch.answered_at);
    CHECK(looks > 800);
    CHECK(looks < 900);
}

TEST_CASE("the next look of several is the soonest") {
    std::map<std::string, AnswerWatch> watches;
    CHECK_FALSE(next_look(watches));
    watches["a"] = routed(route(), rules, start + Duration(40));
    watches["b"] = routed(route(), rules, start);
    watches["c"] = AnswerWatch{};
    CHECK(next_look(watches) == start + Duration(100));
}
