#include "node-agent/domain/route_proof.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

constexpr MonoTime start{50'000};
const RouteRules rules;

lead::Record record(std::uint64_t epoch, int leader) {
    lead::Record one = lead::test::record_of_three();
    one.ballot.epoch = Epoch(epoch);
    one.leader = ReplicaIndex{leader};
    for (lead::MemberEntry& entry : one.members)
        entry.key = lead::NodeKey("key" + std::to_string(entry.index.number));
    return one;
}

RouteWatch::Answer answer(int who, std::uint64_t nonce, const lead::Record& held) {
    lead::ReadAnswer said;
    said.nonce = nonce;
    said.fence = lead::fence_of(held.ballot);
    said.holder = held.leader;
    said.record = held;
    return {"key" + std::to_string(who), said};
}

EdgeRoute route() {
    EdgeRoute one;
    one.hostname = "acme";
    one.fence = {Generation(1), Epoch(9)};
    one.backend = "[fd50::9]:8000";
    one.web_port = 8000;
    for (int index = 0; index < 3; ++index)
        one.voters.push_back({{index}, "fd50::" + std::to_string(index + 1)});
    return one;
}

RouteWatch watch_of(std::initializer_list<int> who, const lead::Record& held) {
    RouteWatch watch = asked({}, 7, rules, start);
    for (const int index : who) watch = heard(watch, {index}, answer(index, 7, held), rules, start);
    return watch;
}

}  // namespace

TEST_CASE("a quorum that names the same leader is proof; one voter is not") {
    CHECK_FALSE(watch_of({0}, record(3, 0)).proof);
    const RouteWatch watch = watch_of({0, 2}, record(3, 0));
    REQUIRE(watch.proof);
    CHECK(watch.proof->leader == ReplicaIndex{0});
    const EdgeRoute proven = proven_route(route(), watch, rules, start);
    CHECK(proven.backend == "[fd50::1]:8000");
    CHECK(proven.fence.epoch == Epoch(3));
}

TEST_CASE("the master's hearsay is followed by nobody") {
    CHECK(proven_route(route(), {}, rules, start).backend.empty());
    EdgeRoute led_by_master = route();
    led_by_master.voters.clear();
    CHECK(proven_route(led_by_master, {}, rules, start).backend == "[fd50::9]:8000");
}

TEST_CASE("a proof grows old, and keeps its fence") {
    const RouteWatch watch = watch_of({0, 1}, record(3, 0));
    const EdgeRoute old = proven_route(route(), watch, rules, start + rules.proof_lasts);
    CHECK(old.backend.empty());
    CHECK(old.fence.epoch == Epoch(3));
}

TEST_CASE("answers to another question, from another box, or of another fence count for nothing") {
    RouteWatch watch = asked({}, 7, rules, start);
    watch = heard(watch, {0}, answer(0, 7, record(3, 0)), rules, start);
    watch = heard(watch, {1}, answer(1, 6, record(3, 0)), rules, start);
    CHECK_FALSE(watch.proof);
    auto forged = answer(1, 7, record(3, 0));
    forged.node_key = "key0";
    watch = heard(watch, {1}, forged, rules, start);
    CHECK_FALSE(watch.proof);
    auto ahead = answer(1, 7, record(3, 0));  // it voted in a later epoch
    ahead.said.fence.epoch = Epoch(4);
    watch = heard(watch, {1}, ahead, rules, start);
    CHECK_FALSE(watch.proof);
}

TEST_CASE("a proof never goes back to an older fence") {
    RouteWatch watch = watch_of({0, 1}, record(5, 1));
    watch = asked(watch, 8, rules, start);
    for (const int index : {0, 2})
        watch = heard(watch, {index}, answer(index, 8, record(4, 0)), rules, start);
    CHECK(watch.proof->fence.epoch == Epoch(5));
}

TEST_CASE("news make it ask at once, but not without pause") {
    RouteWatch watch = watch_of({0, 1}, record(5, 1));
    CHECK_FALSE(is_time_to_ask(watch, start + Duration(9'000)));
    watch = hurried(watch, {Generation(1), Epoch(3)}, rules, start + Duration(10));
    CHECK_FALSE(is_time_to_ask(watch, start + Duration(20)));
    CHECK(is_time_to_ask(watch, start + rules.news_pause));
}

TEST_CASE("when a leader that takes over was first heard of is kept with its route") {
    RouteWatch watch = watch_of({0, 1}, record(3, 0));
    CHECK_FALSE(proven_route(route(), watch, rules, start).heard_at);  // nobody was known before
    const MonoTime news = start + Duration(5'000);
    watch = hurried(watch, {Generation(1), Epoch(5)}, rules, news);
    CHECK_FALSE(proven_route(route(), watch, rules, news).heard_at);  // hearsay so far
    watch = hurried(watch, {Generation(1), Epoch(5)}, rules, news + Duration(500));
    watch = asked(watch, 8, rules, news + Duration(600));
    for (const int index : {1, 2})
        watch = heard(watch, {index}, answer(index, 8, record(5, 1)), rules, news + Duration(650));
    CHECK(proven_route(route(), watch, rules, news + Duration(700)).heard_at == news);
    // One that nobody announced is first heard of by asking.
    watch = asked(watch, 9, rules, news + Duration(9'000));
    for (const int index : {1, 2})
        watch =
            heard(watch, {index}, answer(index, 9, record(6, 2)), rules, news + Duration(9'050));
    CHECK(proven_route(route(), watch, rules, news + Duration(9'100)).heard_at ==
          news + Duration(9'050));
}
