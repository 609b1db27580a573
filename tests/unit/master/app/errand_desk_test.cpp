#include "master/app/errand_desk.h"

#include <future>
#include <thread>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

const NodeId lille("lille-1");
const NodeId gent("gent-1");
const PartitionId acme("acme-0");
const ReadLog newest{10, "", Duration(0)};

struct Desks {
    explicit Desks(ErrandLimits limits = {}) : errands(held, clock, rng, wake(), limits) {}
    ErrandDesk::Wake wake() {
        return [this](const NodeId& node) { woken.push_back(node); };
    }
    using Outcome = Result<ErrandOutcome>;
    std::future<Outcome> send(const NodeId& node, std::variant<ReadLog, RunProgram> what,
                              Duration span = Duration(600'000)) {
        const auto promise = std::make_shared<std::promise<Outcome>>();
        errands.send(node, acme, std::move(what), span,
                     [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
        return promise->get_future();
    }

    SystemClock clock;
    SeededRng rng{7};
    WaitDesk held{clock, 100};
    std::vector<NodeId> woken;
    ErrandDesk errands;
};

ErrorCode code_of(std::future<Desks::Outcome>& heard) { return heard.get().failure().code; }

}  // namespace

TEST_CASE("an errand goes to its box once, and what the box says goes to who asked") {
    Desks desks;
    auto heard = desks.send(lille, newest);
    CHECK(desks.woken == std::vector{lille});
    CHECK(desks.errands.waits_for(lille));
    CHECK_FALSE(desks.errands.waits_for(gent));
    CHECK(desks.errands.take(gent).empty());
    const auto given = desks.errands.take(lille);
    REQUIRE(given.size() == 1);
    CHECK(given.front().partition == acme);
    CHECK(std::get<ReadLog>(given.front().what) == newest);
    CHECK_FALSE(desks.errands.waits_for(lille));
    CHECK(desks.errands.take(lille).empty());
    CHECK(desks.errands.finish(gent, given.front().id, ErrandOutcome(LogPart{})).failure().code ==
          ErrorCode::NotFound);
    CHECK(
        desks.errands.finish(lille, given.front().id, ErrandOutcome(LogPart{.last = "1-2"})).ok());
    CHECK(std::get<LogPart>(heard.get().value()).last == "1-2");
    CHECK(desks.errands.finish(lille, given.front().id, ErrandOutcome(LogPart{})).failure().code ==
          ErrorCode::NotFound);
    CHECK(desks.errands.open() == 0);
}

TEST_CASE("what nobody took yet cannot be finished, and an answer has to fit the question") {
    Desks desks;
    auto heard = desks.send(lille, RunProgram{{"true"}, "", Duration(1'000)});
    CHECK_FALSE(desks.errands.finish(lille, ErrandId("er-guessed"), ErrandOutcome(LogPart{})).ok());
    const ErrandId id = desks.errands.take(lille).front().id;
    CHECK(desks.errands.finish(lille, id, ErrandOutcome(LogPart{})).ok());
    CHECK(code_of(heard) == ErrorCode::Internal);
}

TEST_CASE("a box that does not come, or says nothing, is not waited for for ever") {
    Desks desks({.margin = Duration(500)});
    auto heard = desks.send(lille, newest, Duration(600'000));
    const auto away = heard.get().failure();
    CHECK(away.code == ErrorCode::DeadlineExceeded);
    CHECK(away.details.front().value == "box_away");
    CHECK_FALSE(desks.errands.waits_for(lille));
    auto again = desks.send(lille, newest, Duration(0));
    CHECK(desks.errands.take(lille).size() == 1);
    CHECK(again.get().failure().details.front().value == "box_late");
}

TEST_CASE("no more than so many are open, with one box and with all") {
    Desks desks({.open_max = 3, .per_node_max = 2});
    auto first = desks.send(lille, newest);
    auto second = desks.send(lille, newest);
    auto third = desks.send(lille, newest);
    CHECK(code_of(third) == ErrorCode::ResourceExhausted);
    auto other = desks.send(gent, newest);
    auto last = desks.send(gent, newest);
    CHECK(code_of(last) == ErrorCode::ResourceExhausted);
    CHECK(desks.errands.open() == 3);
    desks.held.stop();
    CHECK(code_of(first) == ErrorCode::Unavailable);
}
