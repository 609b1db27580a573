#include "master/login/bounded_worker.h"

#include <atomic>
#include <future>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("work is done in order, off the caller's thread") {
    BoundedWorker worker({.waiting_max = 10, .per_source_max = 10});
    std::string order;
    std::promise<std::thread::id> where;
    REQUIRE(worker.post("a", [&] { order += "1"; }).ok());
    REQUIRE(worker
                .post("b",
                      [&] {
                          order += "2";
                          where.set_value(std::this_thread::get_id());
                      })
                .ok());
    CHECK(where.get_future().get() != std::this_thread::get_id());
    CHECK(order == "12");
}

TEST_CASE("nobody fills it alone, and it is not filled without end") {
    std::promise<void> open;
    std::promise<void> begun;
    BoundedWorker worker({.waiting_max = 5, .per_source_max = 2});
    const auto gate = open.get_future().share();
    REQUIRE(worker
                .post("first",
                      [&begun, gate] {
                          begun.set_value();
                          gate.wait();
                      })
                .ok());
    begun.get_future().wait();
    const auto nothing = [] {};
    CHECK(worker.post("a", nothing).ok());
    CHECK(worker.post("a", nothing).ok());
    const Status full = worker.post("a", nothing);
    REQUIRE_FALSE(full.ok());
    CHECK(full.failure().details.front().value == "login_busy");
    CHECK(worker.post("b", nothing).ok());
    CHECK(worker.post("c", nothing).ok());
    CHECK(worker.post("d", nothing).ok());
    CHECK_FALSE(worker.post("e", nothing).ok());
    open.set_value();
}
