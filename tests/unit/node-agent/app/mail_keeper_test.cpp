#include "node-agent/app/mail_keeper.h"

#include <atomic>
#include <deque>

#include "common/base/base64.h"
#include "common/os/stop_event.h"
#include "tests/support/catch.h"
#include "tests/support/eventually.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::eventually;

namespace {

// Asks what the test asks, as the program does.
class FakeRelay final : public MailRelay {
public:
    Status apply(const MailPlan&) override {
        if (fails) return error(ErrorCode::Unavailable, "exim did not start");
        applied += 1;
        return ok_status();
    }
    Status check() override { return ok_status(); }
    Status stop() override {
        stops += 1;
        return ok_status();
    }
    Queue queue() override { return {.messages = 3, .size = Bytes(10), .full = full}; }
    void answer(Duration, const std::function<std::string(const std::string&)>& answer) override {
        os::wait_unless_stopped(Duration(1));
        const std::scoped_lock lock(mutex_);
        if (question_.empty()) return;
        answer_ = answer(question_);
        question_.clear();
    }
    std::string ask(const std::string& question) {
        {
            const std::scoped_lock lock(mutex_);
            answer_.clear();
            question_ = question;
        }
        eventually([&] {
            const std::scoped_lock lock(mutex_);
            return !answer_.empty();
        });
        const std::scoped_lock lock(mutex_);
        return answer_;
    }
    std::atomic<bool> fails = false;
    std::atomic<bool> full = false;
    std::atomic<int> applied = 0;
    std::atomic<int> stops = 0;

private:
    std::mutex mutex_;
    std::string question_;
    std::string answer_;
};

class FakeCounts final : public MailCounts {
public:
    MailBook load() override { return kept; }
    Status keep(const MailBook& book) override {
        const std::scoped_lock lock(mutex);
        kept = book;
        return ok_status();
    }
    std::mutex mutex;
    MailBook kept;
};

NodeSettings edge() {
    NodeSettings settings;
    settings.edge = true;
    settings.zone = "cloud.example";
    settings.mail_relay =
        MailRelaySettings{"fd50::19", {"cloud.example", "foyer-1", "PEM"}, "MIIB"};
    return settings;
}

std::map<std::string, EdgeRoute> routes() {
    EdgeRoute route;
    route.hostname = "acme.cloud.example";
    route.instance = InstanceName("acme");
    route.mail = RouteMail{{"fd50::1"}, {}, 2};
    return {{route.hostname, route}};
}

std::string whole(int recipients) {
    const std::string from = to_base64("a@acme.cloud.example");
    return "data fd50::1 " + from + " " + std::to_string(recipients) + " " + from;
}

struct World {
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    FakeRelay relay;
    FakeCounts counts;
    std::optional<MailKeeper> keeper;

    explicit World(bool wanted = true) { begin(wanted); }
    void begin(bool wanted = true) {
        keeper.emplace(
            MailPorts{relay, counts, [](const std::string& text) { return std::optional(text); },
                      clock, rng, log},
            MailKeeperRules{
                .wanted = wanted, .backoff = {Duration(5), Duration(10)}, .tick = Duration(5)});
    }
};

}  // namespace

TEST_CASE("before the first order what runs is left alone, and whoever asks is put off") {
    World world;
    CHECK(world.relay.ask(whole(1)).starts_with("451 "));
    CHECK(world.relay.stops == 0);
    CHECK(world.relay.applied == 0);
}

TEST_CASE("what is accepted is counted, shown, and kept over a restart") {
    World world;
    world.keeper->order(edge(), routes());
    REQUIRE(eventually([&] { return world.relay.applied == 1; }));
    REQUIRE(eventually([&] { return world.relay.ask(whole(2)).starts_with("ok acme "); }));
    CHECK(world.relay.ask(whole(1)).starts_with("452 4.7.1 "));
    CHECK(eventually([&] {
        const MailState state = world.keeper->state();
        const auto acme = state.book.counts.find(InstanceName("acme"));
        return acme != state.book.counts.end() && acme->second == MailCount{2, 1} &&
               state.per_day_max.at(InstanceName("acme")) == 2 && state.waiting == 3 &&
               state.relay == "fd50::19";
    }));
    world.keeper.reset();
    CHECK(world.counts.kept.counts.at(InstanceName("acme")).accepted == 2);
    world.begin();
    world.keeper->order(edge(), routes());
    CHECK(eventually([&] { return world.relay.ask(whole(1)).starts_with("452 "); }));
}

TEST_CASE("the log says that mail was taken or refused, not whose it is and what it says") {
    World world;
    world.keeper->order(edge(), routes());
    REQUIRE(eventually([&] { return world.relay.ask(whole(1)).starts_with("ok "); }));
    world.relay.ask(whole(5));
    bool told = false;
    for (const std::string& line : world.sink.lines()) {
        told = told || line.find("mail_accepted") != std::string::npos;
        CHECK(line.find('@') == std::string::npos);
        CHECK(line.find("PEM") == std::string::npos);
    }
    CHECK(told);
}

TEST_CASE("who is refused again and again fills no log") {
    World world;
    world.keeper->order(edge(), routes());
    REQUIRE(eventually([&] { return world.relay.applied == 1; }));
    const std::string foreign = "mail fd50::1 " + to_base64("a@evil.example");
    REQUIRE(eventually([&] { return world.relay.ask(foreign).starts_with("550 "); }));
    for (int again = 0; again < 20; ++again) world.relay.ask(foreign);
    int told = 0;
    for (const std::string& line : world.sink.lines())
        told += line.find("mail_refused") != std::string::npos ? 1 : 0;
    CHECK(told == 1);
}

TEST_CASE("a full queue is told to whoever asks") {
    World world;
    world.relay.full = true;
    world.keeper->order(edge(), routes());
    REQUIRE(eventually([&] { return world.relay.applied == 1; }));
    CHECK(eventually([&] { return world.relay.ask(whole(1)).starts_with("452 4.3.1 "); }));
}

TEST_CASE("a box that is no edge, or where nobody turned mail on, ends it once") {
    World world;
    world.keeper->order({}, {});
    REQUIRE(eventually([&] { return world.relay.stops == 1; }));
    os::wait_unless_stopped(Duration(50));
    CHECK(world.relay.stops == 1);
    CHECK(world.keeper->state().relay.empty());
    World off(false);
    off.keeper->order(edge(), routes());
    CHECK(eventually([&] { return off.relay.stops == 1; }));
    CHECK(off.relay.applied == 0);
}

TEST_CASE("what does not start is tried again, and shown") {
    World world;
    world.relay.fails = true;
    world.keeper->order(edge(), routes());
    REQUIRE(eventually([&] { return world.keeper->state().problem == "exim did not start"; }));
    CHECK(world.relay.ask(whole(1)).starts_with("451 "));
    world.relay.fails = false;
    CHECK(eventually([&] { return world.keeper->state().problem.empty(); }));
    CHECK(world.relay.applied == 1);
}
