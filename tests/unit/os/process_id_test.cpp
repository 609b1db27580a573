#include "common/os/process_id.h"

#include <csignal>
#include <unistd.h>

#include "common/os/child_process.h"
#include "tests/support/catch.h"

using namespace foyer;

TEST_CASE("the start time is read after the last bracket of the name") {
    const auto stat =
        os::parse_stat("42 (a) b) (c) S 7 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 2 3");
    REQUIRE(stat);
    CHECK(stat->state == 'S');
    CHECK(stat->parent == 7);
    CHECK(stat->start_ticks == 987654);
    CHECK_FALSE(os::parse_stat("42 (a"));
    CHECK_FALSE(os::parse_stat("42 (a) S 7"));
}

TEST_CASE("a process is itself, and its number at another time is somebody else") {
    const auto own = os::identify(::getpid());
    REQUIRE(own.ok());
    CHECK(os::is_alive(own.value()));
    CHECK(os::process_id_from(os::to_text(own.value())) == own.value());
    os::ProcessId other = own.value();
    ++other.start_ticks;
    CHECK_FALSE(os::is_alive(other));
    other = own.value();
    other.boot_id = "another";
    CHECK_FALSE(os::is_alive(other));
    CHECK_FALSE(os::process_id_from("boot -1 2"));
    CHECK_FALSE(os::process_id_from(""));
}

TEST_CASE("a detached program lives until it is signalled, and its end is seen") {
    const auto id =
        os::spawn_detached({.argv = {"/bin/sh", "-c", "exec sleep 1000"}, .log_file = "/dev/null"});
    REQUIRE(id.ok());
    CHECK(os::is_alive(id.value()));
    CHECK(os::wait_gone(id.value(), Duration(10)).failure().code == ErrorCode::DeadlineExceeded);
    CHECK(os::signal_process(id.value(), SIGKILL).ok());
    CHECK(os::wait_gone(id.value(), Duration(60'000)).ok());
    CHECK_FALSE(os::is_alive(id.value()));
    CHECK(os::signal_process(id.value(), SIGKILL).ok());
}
