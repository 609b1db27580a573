#include "master/app/event_history.h"

#include <future>

#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::eventually;
using foyer::test::MemoryStore;

namespace {

// A life of "acme" as the database has it; memory holds the newest State::recent_events_max events.
struct Desk {
    std::shared_ptr<MemoryStore::Shared> database = std::make_shared<MemoryStore::Shared>();
    test::FakeClock clock;
    SeededRng rng{1};
    std::int64_t sequence = 0;
    std::unique_ptr<Planner> planner;
    std::unique_ptr<EventHistory> history;

    void happens(const std::string& subject, const std::string& kind, int times = 1) {
        Entry entry{Revision(static_cast<std::uint64_t>(database->written.size()) + 1), {}};
        for (int i = 0; i < times; ++i)
            entry.changes.push_back(
                Put<Event>{{++sequence, entry.revision, clock.wall(), kind, EventAbout::Instance,
                            subject, AccountId("acme-sarl"), ""}});
        database->written.push_back(std::move(entry));
    }
    void ends(const std::string& account) {
        Entry entry{Revision(static_cast<std::uint64_t>(database->written.size()) + 1), {}};
        entry.changes.push_back(
            Put<Event>{{++sequence, entry.revision, clock.wall(), "account_deleted",
                        EventAbout::Account, account, AccountId(account), ""}});
        database->written.push_back(std::move(entry));
    }
    void forget() { happens("elsewhere", "tick", static_cast<int>(State::recent_events_max)); }

    void start(std::size_t waiting_max = 2) {
        planner = std::make_unique<Planner>(
            ClusterSettings{}, std::make_unique<MemoryStore>(database), clock, rng,
            PlannerLimits{.reload_delay_min = Duration(1), .reload_delay_max = Duration(2)},
            [](std::string_view, std::string_view) {});
        planner->start();
        REQUIRE(eventually([&] { return planner->phase() == PlannerPhase::Leading; }));
        history = std::make_unique<EventHistory>(*planner, waiting_max);
    }

    std::future<Result<EventPage>> ask(std::int64_t before, int size) {
        auto promise = std::make_shared<std::promise<Result<EventPage>>>();
        history->page(InstanceName("acme"), before, size,
                      [promise](Result<EventPage> page) { promise->set_value(std::move(page)); });
        return promise->get_future();
    }

    std::future<Result<EventsSince>> ask_since(EventFilter filter, std::int64_t after, int size) {
        auto promise = std::make_shared<std::promise<Result<EventsSince>>>();
        history->since(std::move(filter), after, size, [promise](Result<EventsSince> found) {
            promise->set_value(std::move(found));
        });
        return promise->get_future();
    }

    // As a client goes on: the sequences of what fits, from `after` on.
    std::vector<std::int64_t> all_since(const EventFilter& filter, std::int64_t after, int size) {
        std::vector<std::int64_t> found;
        while (true) {
            const auto page = ask_since(filter, after, size).get();
            REQUIRE(page.ok());
            for (const Event& event : page.value().events) found.push_back(event.sequence);
            REQUIRE(page.value().last >= after);
            REQUIRE((page.value().last > after || !page.value().more));
            after = page.value().last;
            if (!page.value().more) return found;
        }
    }

    // Page after page, as a client reads.
    std::vector<std::int64_t> all(int size) {
        std::vector<std::int64_t> found;
        std::int64_t before = 0;
        do {
            const auto page = ask(before, size).get();
            REQUIRE(page.ok());
            REQUIRE(page.value().events.size() <= static_cast<std::size_t>(size));
            for (const Event& event : page.value().events) found.push_back(event.sequence);
            REQUIRE((before == 0 || page.value().before < before));
            before = page.value().before;
        } while (before > 0);
        return found;
    }
};

std::vector<std::int64_t> down_from(std::int64_t newest, std::int64_t oldest) {
    std::vector<std::int64_t> sequences;
    for (std::int64_t at = newest; at >= oldest; --at) sequences.push_back(at);
    return sequences;
}

}  // namespace

TEST_CASE("what memory holds to its beginning never asks the database") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.happens("acme", "serving", 5);
    desk.start();
    for (const int size : {1, 2, 5, 6, 7, 100}) CHECK(desk.all(size) == down_from(6, 1));
    CHECK(desk.database->event_reads == 0);
}

TEST_CASE("a list goes on in the database, without a gap or a double, whatever the page") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.happens("acme", "serving", 20);
    desk.forget();
    desk.happens("acme", "copy_failed", 4);
    desk.start();
    std::vector<std::int64_t> expected = down_from(desk.sequence, desk.sequence - 3);
    for (const std::int64_t older : down_from(21, 1)) expected.push_back(older);
    for (const int size : {1, 3, 4, 5, 24, 25, 26, 500}) {
        INFO("page of " << size);
        CHECK(desk.all(size) == expected);
    }
    CHECK(desk.database->event_reads > 0);
}

TEST_CASE("an earlier instance of the same name is another's: not shown, not even for the asking") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.happens("acme", "serving", 3);
    desk.happens("acme", "deleted");
    SECTION("both in memory") {}
    SECTION("the earlier one in the database") { desk.forget(); }
    desk.happens("acme", "ordered");
    const std::int64_t begin = desk.sequence;
    desk.happens("acme", "serving", 2);
    SECTION("both in the database") { desk.forget(); }
    desk.start();
    CHECK(desk.all(100) == down_from(begin + 2, begin));
    // A page token is a number: whoever makes one up sees no more.
    for (const std::int64_t before : {begin, std::int64_t{3}, std::int64_t{1}})
        CHECK(desk.ask(before, 100).get().value().events.empty());
}

TEST_CASE("an earlier account of the same name is another's: nothing of it is heard") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.happens("acme", "serving", 3);
    desk.ends("acme-sarl");
    SECTION("both in memory") {}
    SECTION("the earlier one in the database") { desk.forget(); }
    desk.happens("acme", "ordered");
    const std::int64_t begin = desk.sequence;
    desk.happens("acme", "serving", 2);
    const bool remembered = GENERATE(true, false);
    if (!remembered) desk.forget();
    desk.start();
    const std::vector<std::int64_t> own{begin, begin + 1, begin + 2};
    // "forget" is told of the same owner's things, elsewhere.
    const EventFilter acme{.owner = AccountId("acme-sarl"), .subject = "acme"};
    for (const int size : {1, 2, 100}) CHECK(desk.all_since(acme, 0, size) == own);
    CHECK(desk.all_since(acme, 2, 100) == own);
    if (remembered) CHECK(desk.history->newest(acme, 100).events.size() == own.size());
    // An operator hears of all.
    CHECK(desk.all_since({.subject = "acme"}, 0, 100).size() == own.size() + 4);
}

TEST_CASE("a database that stands still holds neither who asks nor the planner; more is refused") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.forget();
    desk.start(2);
    {
        const std::scoped_lock lock(desk.database->mutex);
        desk.database->hold_event_reads = true;
    }
    auto first = desk.ask(0, 10);
    REQUIRE(eventually([&] {
        const std::scoped_lock lock(desk.database->mutex);
        return desk.database->event_reads == 1;
    }));
    auto second = desk.ask(0, 10);
    auto third = desk.ask(0, 10);
    const auto refused = desk.ask(0, 10).get();
    CHECK(refused.failure().code == ErrorCode::ResourceExhausted);
    CHECK(desk.planner->write({.command = CreateHost{HostId("anna")}}).ok());
    {
        const std::scoped_lock lock(desk.database->mutex);
        desk.database->hold_event_reads = false;
    }
    desk.database->reading.notify_all();
    CHECK(first.get().value().events.size() == 1);
    CHECK(second.get().ok());
    CHECK(third.get().ok());
}

TEST_CASE("a database that is away is told, and a stopped history answers everybody") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.forget();
    desk.start();
    {
        const std::scoped_lock lock(desk.database->mutex);
        desk.database->down = true;
    }
    CHECK(desk.ask(0, 10).get().failure().code == ErrorCode::Unavailable);
    desk.history->stop();
    CHECK(desk.ask(0, 10).get().failure().code == ErrorCode::Unavailable);
}

TEST_CASE("events go on from anywhere, in memory and before it, without a gap or a double") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.happens("acme", "serving", 7);
    desk.happens("other", "serving", 3);
    SECTION("all in memory") {}
    SECTION("the beginning in the database") { desk.forget(); }
    desk.happens("acme", "copy_failed", 2);
    desk.happens("other", "serving", 2);
    desk.start();
    const std::int64_t newest = desk.sequence;
    const EventFilter acme{.subject = "acme"};
    for (const int size : {1, 2, 3, 8, 9, 10, 500}) {
        INFO("page of " << size);
        CHECK(desk.all_since(acme, 0, size) ==
              std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, newest - 3, newest - 2});
        CHECK(desk.all_since(acme, 5, size) ==
              std::vector<std::int64_t>{6, 7, 8, newest - 3, newest - 2});
        CHECK(desk.all_since(acme, newest - 3, size) == std::vector<std::int64_t>{newest - 2});
        CHECK(desk.all_since(acme, newest, size).empty());
    }
    // Whoever has heard all is sent to where the cloud is, not to where his own things are.
    CHECK(desk.ask_since(acme, 0, 500).get().value().last == newest);
    // A revision that memory still holds needs no database, however far that reaches back.
    const auto reads = desk.database->event_reads;
    CHECK(desk.all_since({.subject = "acme", .above = Revision(desk.database->written.size() - 2)},
                         0, 9) == std::vector<std::int64_t>{newest - 3, newest - 2});
    CHECK(desk.database->event_reads == reads);
}

TEST_CASE("a place that no event has yet is waited at") {
    Desk desk;
    desk.happens("acme", "ordered");
    desk.start();
    const auto found = desk.ask_since({}, 99, 10).get();
    REQUIRE(found.ok());
    CHECK(found.value().events.empty());
    CHECK(found.value().last == 99);
}
