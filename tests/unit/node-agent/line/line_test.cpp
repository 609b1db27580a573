// A gauge and a meter over real sockets of the loopback. How fast that is, nobody judges.
#include <poll.h>
#include <sys/socket.h>
#include <thread>

#include "node-agent/line/line_gauge.h"
#include "node-agent/line/line_meter.h"
#include "node-agent/line/line_protocol.h"
#include "node-agent/line/line_socket.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr MeterRules quick{.span = Duration(1'300), .ping_pause = Duration(20), .pings = 4};

struct World {
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    int port = 0;
    std::unique_ptr<LineGauge> gauge;

    explicit World(GaugeLimits limits = {}) {
        for (int tries = 0; !gauge && tries < 50; ++tries) {
            port = 20'000 + static_cast<int>(rng.below(30'000));
            auto opened = LineGauge::open("127.0.0.1", port, clock, rng, log, limits);
            if (opened.ok()) gauge = std::move(opened).value();
        }
        REQUIRE(gauge);
    }
    std::string at() const { return "127.0.0.1:" + std::to_string(port); }
    os::UniqueFd call() const {
        auto socket = connect_to(find_host("127.0.0.1", port).value(), Duration(5'000));
        REQUIRE(socket.ok());
        return std::move(socket).value();
    }
    // What comes within five seconds; nothing: the other end hung up, or says nothing.
    static std::string hear(int socket) {
        pollfd ready{socket, POLLIN, 0};
        char bytes[64];
        if (::poll(&ready, 1, 5'000) <= 0) return "silence";
        const ssize_t got = ::recv(socket, bytes, sizeof bytes, 0);
        return got <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(got));
    }
};

void say(int socket, std::string_view text) {
    REQUIRE(::send(socket, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
}

// An edge that takes a download for one that goes on, although it is over: so many uploads are
// "busy" before one is taken.
class SlowToSee {
public:
    SlowToSee(int port, int busy)
        : listener_(listen_at(SOCK_STREAM, "127.0.0.1", port).value()),
          thread_([this, busy] { run(busy); }) {}
    ~SlowToSee() { ::shutdown(listener_.get(), SHUT_RDWR); }

private:
    os::UniqueFd next() const {
        pollfd ready{listener_.get(), POLLIN, 0};
        ::poll(&ready, 1, 10'000);
        os::UniqueFd caller(::accept(listener_.get(), nullptr, nullptr));
        if (caller.valid()) World::hear(caller.get());  // the greeting
        return caller;
    }
    void run(int busy) const {
        {
            const os::UniqueFd down = next();
            while (::send(down.get(), "data", 4, MSG_NOSIGNAL) == 4) {
            }
        }
        while (busy-- > 0) {
            const os::UniqueFd up = next();
            ::send(up.get(), too_many.data(), too_many.size(), MSG_NOSIGNAL);
        }
        const os::UniqueFd up = next();
        if (!up.valid()) return;
        while (!World::hear(up.get()).empty()) {
        }
        ::send(up.get(), "1000 8\n", 7, MSG_NOSIGNAL);
    }

    os::UniqueFd listener_;
    std::jthread thread_;
};

}  // namespace

TEST_CASE("a line is measured in both directions") {
    World world;
    const auto line = measure_line(world.at(), world.clock, world.rng, quick);
    REQUIRE(line.ok());
    CHECK(line.value().download.count() > 0);
    CHECK(line.value().upload.count() > 0);
    CHECK(line.value().idle);
    CHECK(line.value().full);
    CHECK(line.value().nat == NatKind::None);
    CHECK(line.value().seen_as == "127.0.0.1");
    CHECK(world.sink.holds("line_measured"));
}

TEST_CASE("one address measures once at a time, and whoever is too many is told so") {
    World world;
    const os::UniqueFd first = world.call();
    say(first.get(), ask_down);
    REQUIRE_FALSE(World::hear(first.get()).empty());
    const auto second = measure_line(world.at(), world.clock, world.rng, quick);
    REQUIRE_FALSE(second.ok());
    CHECK(second.failure().code == ErrorCode::ResourceExhausted);
    World full({.sessions_max = 0});
    CHECK(World::hear(full.call().get()) == too_many);
}

TEST_CASE("an edge that has not seen yet that the download is over is asked again for the upload") {
    World world;
    world.gauge.reset();
    const SlowToSee edge(world.port, 2);
    const auto line = measure_line(world.at(), world.clock, world.rng, quick);
    REQUIRE(line.ok());
    CHECK(line.value().upload == KbitPerSecond(1'000));
}

TEST_CASE("what is sent to all in an hour has an end, and so has what one address is sent") {
    const auto second_is_refused = [](GaugeLimits limits) {
        World world(limits);
        say(world.call().get(), "nonsense\n");  // costs nothing
        for (int tries = 0; tries < 100; ++tries) {
            const os::UniqueFd first = world.call();
            say(first.get(), ask_down);
            if (World::hear(first.get()) != too_many) break;  // the one before was still there
        }
        std::string heard;
        for (int tries = 0; tries < 100 && heard != too_many; ++tries) {
            const os::UniqueFd again = world.call();
            say(again.get(), ask_down);
            heard = World::hear(again.get());
        }
        return heard == too_many;
    };
    CHECK(second_is_refused({.sessions_per_minute = 1}));
    CHECK(second_is_refused({.sessions_per_address = 1}));
    CHECK(second_is_refused({.bytes_per_hour = 1}));
}

TEST_CASE("a gauge that is closed answers nobody, and hangs up on who is there") {
    World world;
    const os::UniqueFd before = world.call();
    say(before.get(), ask_down);
    REQUIRE_FALSE(World::hear(before.get()).empty());
    world.gauge->open_to_all(false);
    std::string heard = "something";
    while (!heard.empty() && heard != "silence") heard = World::hear(before.get());
    CHECK(heard.empty());
    CHECK(World::hear(world.call().get()) == too_many);
    CHECK_FALSE(measure_line(world.at(), world.clock, world.rng, quick).ok());
    world.gauge->open_to_all(true);
    CHECK(measure_line(world.at(), world.clock, world.rng, quick).ok());
}

TEST_CASE("who greets wrongly, slowly or not at all is dropped; who stays too long, too") {
    World world({.sessions_max = 4, .greeting_max = Duration(200), .session_max = Duration(400)});
    const os::UniqueFd wrong = world.call();
    say(wrong.get(), "GET / HTTP/1.1\r\nHost: x\r\n");
    CHECK(World::hear(wrong.get()).empty());
    const os::UniqueFd silent = world.call();
    CHECK(World::hear(silent.get()).empty());
    const os::UniqueFd up = world.call();
    say(up.get(), ask_up);
    CHECK(World::hear(up.get()) == "0 0\n");
    CHECK(World::hear(up.get()).empty());
}

TEST_CASE("where nothing answers, or something else, that is said") {
    World world;
    const auto code = [&](const std::string& edge) {
        return measure_line(edge, world.clock, world.rng, quick).failure().code;
    };
    CHECK(code("127.0.0.1") == ErrorCode::InvalidArgument);
    CHECK(code("no.such.name.invalid:7447") == ErrorCode::NotFound);
    world.gauge.reset();
    CHECK_FALSE(measure_line(world.at(), world.clock, world.rng, quick).ok());
}
