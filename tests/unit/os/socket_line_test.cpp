#include "common/os/socket_line.h"

#include <array>
#include <poll.h>
#include <sys/socket.h>

#include "common/os/unique_fd.h"
//
#include "tests/support/catch.h"

using namespace foyer;

namespace {

struct Pair {
    Pair() {
        std::array<int, 2> both{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both.data()) == 0);
        here.reset(both[0]);
        there.reset(both[1]);
    }
    void say(const std::string& text) const {
        REQUIRE(::send(there.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
                static_cast<ssize_t>(text.size()));
    }
    std::optional<std::string> hear(std::size_t bytes_max = 100) const {
        return os::read_line(here.get(), bytes_max, Duration(20));
    }
    os::UniqueFd here, there;
};

}  // namespace

TEST_CASE("a line is what comes before its end, in as many pieces as it likes") {
    const Pair pair;
    pair.say("who ");
    CHECK(os::ready(pair.here.get(), POLLIN, Duration(20)));
    pair.say("speaks\nand more");
    CHECK(pair.hear() == "who speaks");
}

TEST_CASE("a line that is late, broken off or too long is none") {
    Pair pair;
    CHECK_FALSE(os::ready(pair.here.get(), POLLIN, Duration(1)));
    SECTION("late") { pair.say("who"); }
    SECTION("broken off") {
        pair.say("who");
        pair.there.reset();
    }
    SECTION("too long") { pair.say(std::string(2'000, 'x') + "\n"); }
    CHECK_FALSE(pair.hear());
}
