// What was answered and done is remembered for its time, and no longer.
#include "common/base/text.h"
#include "master/domain/decide.h"
#include "tests/support/catch.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::World;

namespace {

constexpr Duration shown{600'000};
constexpr Duration day{24 * 3'600'000};

void record(World& world, const std::string& id, ReplyKind kind, WallTime at) {
    world.state.apply({Put<RequestRecord>{{AccountId("acme-org"),
                                           RequestId(id),
                                           "h1",
                                           kind,
                                           kind == ReplyKind::Wiped ? "" : "answer",
                                           at,
                                           {}}}},
                      world.state.revision().next());
}

Result<std::optional<EarlierRequest>> repeat(const World& world, const std::string& id,
                                             const std::string& hash = "h1",
                                             const std::string& account = "acme-org") {
    return earlier_request(world.state, {AccountId(account), RequestId(id)}, hash, world.now,
                           shown);
}

const RequestRecord* find(const World& world, const std::string& id) {
    const auto found = world.state.requests().find({AccountId("acme-org"), RequestId(id)});
    return found == world.state.requests().end() ? nullptr : &found->second;
}

ForgetOld older_than(WallTime before) { return {before, before, before}; }

}  // namespace

TEST_CASE("a request id answers its own request only") {
    World world;
    record(world, "r1", ReplyKind::Plain, world.now);
    CHECK(repeat(world, "r1").value()->reply == "answer");
    CHECK(repeat(world, "r1", "h2").failure().code == ErrorCode::Aborted);
    CHECK_FALSE(repeat(world, "r1", "h1", "house").value());
    world.now = world.now + day * 29;
    CHECK(repeat(world, "r1").value()->reply == "answer");
}

TEST_CASE("an answer with a secret is given again for its short time, then refused") {
    World world;
    record(world, "r1", ReplyKind::HoldsSecret, world.now);
    world.now = world.now + shown;
    CHECK(repeat(world, "r1").value()->reply == "answer");
    world.now = world.now + Duration(1);
    const auto late = repeat(world, "r1");
    REQUIRE_FALSE(late.ok());
    CHECK(late.failure().code == ErrorCode::FailedPrecondition);
    CHECK(late.failure().details.front() == ErrorDetail{"rule", "secret_wiped"});
    CHECK_THAT(late.failure().message, Catch::Contains("new request id"));
}

TEST_CASE("the secret is wiped from the record, which goes on knowing that the request was done") {
    World world;
    record(world, "old", ReplyKind::HoldsSecret, world.now);
    record(world, "new", ReplyKind::HoldsSecret, world.now + Duration(1));
    record(world, "plain", ReplyKind::Plain, world.now);
    world.run(ForgetOld{world.now + -day, world.now + Duration(1), world.now + -day});
    REQUIRE(find(world, "old") != nullptr);
    CHECK(find(world, "old")->reply_kind == ReplyKind::Wiped);
    CHECK(find(world, "old")->reply.empty());
    CHECK(find(world, "new")->reply == "answer");
    CHECK(find(world, "plain")->reply == "answer");
    CHECK(repeat(world, "old").failure().code == ErrorCode::FailedPrecondition);
    CHECK(repeat(world, "old", "h2").failure().code == ErrorCode::Aborted);
    // Once is enough.
    const ForgetOld again{world.now + -day, world.now + Duration(1), world.now + -day};
    CHECK(world.attempt(again).value().changes.empty());
}

TEST_CASE("request records go after their days, secret or not") {
    World world;
    record(world, "plain", ReplyKind::Plain, world.now);
    record(world, "secret", ReplyKind::HoldsSecret, world.now);
    record(world, "wiped", ReplyKind::Wiped, world.now);
    CHECK(world.attempt(ForgetOld{world.now, world.now, world.now}).value().changes.empty());
    world.run(older_than(world.now + Duration(1)));
    CHECK(world.state.requests().empty());
    CHECK(world.state.aged_requests().empty());
    CHECK(world.state.secret_replies().empty());
}

TEST_CASE("a clean-up is bounded and says that there is more") {
    World world;
    constexpr int records = 2'500;
    for (int i = 0; i < records; ++i)
        record(world, "r" + std::to_string(i), ReplyKind::Plain, world.now);
    const ForgetOld all = older_than(world.now + Duration(1));
    int rounds = 1;
    while (world.run(all).more) {
        CHECK(world.history.back().second.size() <= 1'000);
        ++rounds;
    }
    CHECK(rounds == 3);
    CHECK(world.state.requests().empty());
}

TEST_CASE("operations go some time after their end, those that go on stay") {
    World world;
    world.serve("done");
    world.run(world.order("going"));
    const WallTime ended = *world.operation("op-done").finished_at;
    CHECK(world.attempt(older_than(ended)).value().changes.empty());
    world.run(older_than(ended + Duration(1)));
    CHECK_FALSE(world.state.operations().contains(OperationId("op-done")));
    CHECK(world.operation("op-going").state == OperationState::Running);
    world.run(older_than(ended + day * 3'650));
    CHECK(world.state.operations().contains(OperationId("op-going")));
    CHECK(world.state.ended_operations().empty());
}

TEST_CASE("an operation that its instance still points to stays") {
    World world;
    world.serve("acme");
    Instance instance = world.instance("acme");
    instance.operation = OperationId("op-acme");
    world.state.apply({Put<Instance>{instance}}, world.state.revision().next());
    const ForgetOld all = older_than(world.now + day);
    CHECK(world.attempt(all).value().changes.empty());
    instance.operation.reset();
    world.state.apply({Put<Instance>{instance}}, world.state.revision().next());
    world.run(all);
    CHECK(world.state.operations().empty());
}
