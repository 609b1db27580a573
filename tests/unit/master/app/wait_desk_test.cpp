#include "master/app/wait_desk.h"

#include <future>

#include "tests/support/catch.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::master;

namespace {

bool never(const State&) { return false; }
bool always(const State&) { return true; }

struct Heard {
    std::promise<Woken> promise;
    std::future<Woken> future = promise.get_future();
    WaitDesk::Wake wake() {
        return [this](Woken why) { promise.set_value(why); };
    }
};

}  // namespace

TEST_CASE("a publication wakes those whose question is answered, and nobody else") {
    const SystemClock clock;
    WaitDesk desk(clock, 10);
    const State state{ClusterSettings{}};
    Heard changed;
    Heard held;
    const MonoTime later = clock.mono() + Duration(600'000);
    REQUIRE(desk.wait("a", later, always, changed.wake()).ok());
    REQUIRE(desk.wait("b", later, never, held.wake()).ok());
    desk.published(state);
    CHECK(changed.future.get() == Woken::Changed);
    CHECK(desk.waiting() == 1);
    desk.stop();
    CHECK(held.future.get() == Woken::Closed);
}

TEST_CASE("a publication that concerns some keys asks only those who wait under them") {
    const SystemClock clock;
    WaitDesk desk(clock, 10);
    const State state{ClusterSettings{}};
    Heard concerned;
    Heard held;
    const MonoTime later = clock.mono() + Duration(600'000);
    REQUIRE(desk.wait("a", later, always, concerned.wake()).ok());
    REQUIRE(desk.wait("b", later, [](const State&) -> bool { std::abort(); }, held.wake()).ok());
    REQUIRE(desk.wait("c", later, never, [](Woken) {}).ok());
    desk.published(state, {"nobody", "a", "c"});
    CHECK(concerned.future.get() == Woken::Changed);
    CHECK(desk.waiting() == 2);
    desk.stop();
    CHECK(held.future.get() == Woken::Closed);
}

TEST_CASE("a newer wait under the same key ends the older one") {
    const SystemClock clock;
    WaitDesk desk(clock, 1);
    Heard older;
    Heard newer;
    const MonoTime later = clock.mono() + Duration(600'000);
    REQUIRE(desk.wait("node/lille-1", later, never, older.wake()).ok());
    REQUIRE(desk.wait("node/lille-1", later, never, newer.wake()).ok());
    CHECK(older.future.get() == Woken::Replaced);
    CHECK(desk.waiting() == 1);
    const auto refused = desk.wait("node/lille-2", later, never, [](Woken) {});
    REQUIRE(!refused.ok());
    CHECK(refused.failure().code == ErrorCode::ResourceExhausted);
    desk.stop();
    CHECK(newer.future.get() == Woken::Closed);
}

TEST_CASE("time runs out, earliest first") {
    const SystemClock clock;
    WaitDesk desk(clock, 10);
    Heard late;
    Heard soon;
    REQUIRE(desk.wait("", clock.mono() + Duration(600'000), never, late.wake()).ok());
    REQUIRE(desk.wait("", clock.mono() + Duration(20), never, soon.wake()).ok());
    CHECK(soon.future.get() == Woken::Expired);
    CHECK(desk.waiting() == 1);
    desk.stop();
    CHECK(late.future.get() == Woken::Closed);
}

TEST_CASE("a change between the look and the wait is not missed") {
    const SystemClock clock;
    WaitDesk desk(clock, 10);
    Heard heard;
    const auto ticket = desk.wait("", clock.mono() + Duration(600'000), always, heard.wake());
    REQUIRE(ticket.ok());
    desk.recheck(ticket.value(), State{ClusterSettings{}});
    CHECK(heard.future.get() == Woken::Changed);
    desk.recheck(ticket.value(), State{ClusterSettings{}});  // gone already: nothing
}

TEST_CASE("a cancelled wait is woken once, and a closed desk takes none") {
    const SystemClock clock;
    WaitDesk desk(clock, 10);
    Heard heard;
    const auto ticket = desk.wait("", clock.mono() + Duration(600'000), never, heard.wake());
    REQUIRE(ticket.ok());
    desk.cancel(ticket.value());
    desk.cancel(ticket.value());
    CHECK(heard.future.get() == Woken::Closed);
    desk.stop();
    CHECK(!desk.wait("", clock.mono(), never, [](Woken) {}).ok());
    bool ran = false;
    desk.post([&] { ran = true; });
    CHECK(ran);
}
