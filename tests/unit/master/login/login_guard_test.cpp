#include "master/login/login_guard.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr LoginRates rates{};

struct Door {
    LoginGuard guard{rates};
    MonoTime now{1'000'000};
    bool admits(const std::string& source, const std::string& login,
                const std::string& device = "") {
        return guard.admit({source, login, device}, now).ok();
    }
    // How many of `times` tries are let in.
    int tries(int times, const std::string& source, const std::string& login) {
        int admitted = 0;
        for (int i = 0; i < times; ++i) admitted += admits(source, login) ? 1 : 0;
        return admitted;
    }
};

}  // namespace

TEST_CASE("who guesses at one login waits soon, and is told how long") {
    Door door;
    CHECK(door.tries(100, "198.51.100.7", "acme/anna") == rates.burst_here);
    const Status refused = door.guard.admit({"198.51.100.7", "acme/anna", ""}, door.now);
    CHECK(refused.failure().details.front().value == "login_slowed");
    door.now = door.now + rates.each_here;
    CHECK(door.tries(100, "198.51.100.7", "acme/anna") == 1);
}

TEST_CASE("what strangers try keeps nobody out") {
    Door door;
    // From the same address, and from a thousand others.
    door.tries(1'000, "198.51.100.7", "acme/anna");
    for (int i = 0; i < 1'000; ++i) door.admits("src" + std::to_string(i), "acme/anna");
    CHECK_FALSE(door.admits("203.0.113.1", "acme/anna"));     // somewhere new: slowed
    CHECK(door.admits("198.51.100.7", "acme/anna", "hers"));  // her own device: not
    CHECK(door.admits("203.0.113.1", "acme/bert"));           // and nobody else's login
}

TEST_CASE("a device that is known is slowed by itself") {
    Door door;
    int admitted = 0;
    for (int i = 0; i < 100; ++i) admitted += door.admits("x", "acme/anna", "hers") ? 1 : 0;
    CHECK(admitted == rates.burst_here);
    CHECK(door.admits("x", "acme/anna", "her other one"));
}

TEST_CASE("who sprays one password over many logins waits, too") {
    Door door;
    int admitted = 0;
    for (int i = 0; i < 1'000; ++i)
        admitted += door.admits("198.51.100.7", "acme/m" + std::to_string(i)) ? 1 : 0;
    CHECK(admitted == rates.burst_per_source);
}

TEST_CASE("where the login is not known yet, only the source counts") {
    Door door;
    CHECK(door.tries(1'000, "198.51.100.7", "") == rates.burst_per_source);
    CHECK(door.admits("203.0.113.1", ""));
}

TEST_CASE("what is remembered is bounded") {
    LoginRates small = rates;
    small.remembered_max = 50;
    LoginGuard guard(small);
    int admitted = 0;
    for (int i = 0; i < 1'000; ++i)
        admitted +=
            guard.admit({"s" + std::to_string(i), "l" + std::to_string(i), ""}, MonoTime{1'000'000})
                    .ok()
                ? 1
                : 0;
    CHECK(admitted == 50);
    CHECK(guard.admit({"s", "l", "device"}, MonoTime{1'000'000}).ok());
}
