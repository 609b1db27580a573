#include "master/domain/deliveries.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

Event event_of(std::int64_t sequence) {
    Event event;
    event.sequence = sequence;
    event.kind = "serving";
    return event;
}

// Virtual time, a list of events, and a receiver that is told how to answer.
struct Post {
    SnapshotMap<WebhookKey, Webhook> rows;
    Deliveries deliveries;
    MonoTime now{1'000};
    WallTime wall{1'000'000};
    std::int64_t events = 0;

    explicit Post(DeliveryLimits limits = {}) : deliveries(limits) {}

    WebhookKey add(const std::string& name) {
        Webhook row;
        row.account = AccountId("carl");
        row.name = WebhookName(name);
        row.url = "https://a.example/" + name;
        row.created_at = wall;
        rows.put(key_of_webhook(row), row);
        deliveries.follow(rows);
        return key_of_webhook(row);
    }
    void pass(Duration span) { now = now + span, wall = wall + span; }
    void happen(int count = 1) { events += count, deliveries.news(); }

    // What is sent now.
    std::vector<Letter> letters() {
        Deliveries::Turn turn = deliveries.turn(now);
        for (const Wanted& wanted : turn.look) {
            const bool there = wanted.after < events;
            const auto letter = deliveries.found(
                wanted.ticket, there ? std::optional(event_of(wanted.after + 1)) : std::nullopt,
                events);
            if (letter) turn.send.push_back(*letter);
        }
        return turn.send;
    }
    Letter letter() {
        const auto all = letters();
        REQUIRE(all.size() == 1);
        return all.front();
    }
    void fail(const Letter& letter) { deliveries.failed(letter.ticket, "500", now, wall, 0); }
    void keep(const WebhookKey& key) {
        for (const WebhookProgress& one : deliveries.progress(wall, true)) {
            Webhook row = rows.at(one.key);
            row.last = one.last, row.deliveries = one.deliveries;
            row.failing_since = one.failing_since, row.failure = one.failure;
            if (one.key == key) rows.put(key, row);
        }
    }
};

}  // namespace

TEST_CASE("events go out in order, one at a time, numbered") {
    Post post;
    post.add("shop");
    post.happen(3);
    for (std::int64_t number = 1; number <= 3; ++number) {
        const Letter letter = post.letter();
        CHECK(letter.event.sequence == number);
        CHECK(letter.number == number);
        CHECK(post.letters().empty());  // while it is under way
        post.deliveries.taken(letter.ticket);
    }
    CHECK(post.letters().empty());
    CHECK_FALSE(post.deliveries.next_due());
    post.happen();
    CHECK(post.letter().number == 4);
}

TEST_CASE("what is not taken comes again, later and later, and nothing overtakes it") {
    Post post;
    post.add("shop");
    post.happen(2);
    for (const std::int64_t s : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600}) {
        const Letter letter = post.letter();
        CHECK(letter.event.sequence == 1);
        CHECK(letter.number == 1);
        post.fail(letter);
        post.pass(Duration(s * 1000 - 1));
        CHECK(post.letters().empty());
        post.pass(Duration(1));
    }
    const Letter letter = post.letter();
    post.deliveries.taken(letter.ticket);
    CHECK(post.letter().event.sequence == 2);
}

TEST_CASE("those who failed together come back apart, never in less than half the time") {
    const DeliveryLimits limits;
    CHECK(retry_delay(limits, 1, 0) == Duration(1'000));
    CHECK(retry_delay(limits, 1, 500) == Duration(500));
    CHECK(retry_delay(limits, 1, 501) == Duration(1'000));
    CHECK(retry_delay(limits, 100, 0) == limits.retry_max);
    CHECK(retry_delay(limits, 100, ~0ULL) >= limits.retry_max / 2);
}

TEST_CASE("one that fails does not hold up the others, and everybody has his turn") {
    Post post({.at_once = 2});
    for (const char* name : {"a", "b", "c"}) post.add(name);
    post.happen(10);
    std::map<WebhookKey, int> turns;
    for (int i = 0; i < 30; ++i) {
        for (const Letter& letter : post.letters()) {
            ++turns[letter.ticket.key];
            if (letter.ticket.key.second.str() == "a") {
                post.fail(letter);
            } else {
                post.deliveries.taken(letter.ticket);
            }
        }
        post.pass(Duration(100));
    }
    CHECK(turns.size() == 3);
    for (const auto& [key, count] : turns)
        if (key.second.str() != "a") CHECK(count == 10);
}

TEST_CASE("no more calls than allowed are under way") {
    Post post({.at_once = 2});
    for (const char* name : {"a", "b", "c"}) post.add(name);
    post.happen();
    const auto first = post.letters();
    CHECK(first.size() == 2);
    CHECK(post.letters().empty());
    CHECK_FALSE(post.deliveries.next_due());  // nothing to hurry for
    post.deliveries.taken(first.front().ticket);
    CHECK(post.letters().size() == 1);
}

TEST_CASE("after a crash what was not written down comes again, with its number") {
    Post post;
    const WebhookKey key = post.add("shop");
    post.happen(5);
    for (int i = 0; i < 3; ++i) post.deliveries.taken(post.letter().ticket);
    post.keep(key);
    CHECK(post.deliveries.progress(post.wall, true).size() == 1);  // the row is read anew first
    post.deliveries.follow(post.rows);
    CHECK(post.deliveries.progress(post.wall, true).empty());
    post.deliveries.taken(post.letter().ticket);  // not written down
    post.deliveries = Deliveries();
    post.deliveries.follow(post.rows);
    const Letter again = post.letter();
    CHECK(again.event.sequence == 4);
    CHECK(again.number == 4);
}

TEST_CASE("one that is gone, off or made anew takes no answer of before") {
    Post post;
    const WebhookKey key = post.add("shop");
    post.happen(2);
    const Letter letter = post.letter();
    post.rows.erase(key);
    post.deliveries.follow(post.rows);
    post.deliveries.taken(letter.ticket);
    CHECK(post.deliveries.progress(post.wall, true).empty());
    post.pass(Duration(1));
    post.add("shop");
    const Letter fresh = post.letter();
    CHECK(fresh.event.sequence == 1);
    post.deliveries.taken(letter.ticket);  // of the former
    CHECK(post.letters().empty());
    Webhook off = post.rows.at(key);
    off.off_at = post.wall;
    post.rows.put(key, off);
    post.deliveries.follow(post.rows);
    post.deliveries.failed(fresh.ticket, "500", post.now, post.wall, 0);
    post.pass(Duration(10'000'000));
    CHECK(post.letters().empty());
    off.off_at.reset();
    post.rows.put(key, off);
    post.deliveries.follow(post.rows);
    CHECK(post.letter().event.sequence == 1);
}

TEST_CASE("a failure is written down, and again once patience is over") {
    Post post;
    const WebhookKey key = post.add("shop");
    post.happen();
    post.fail(post.letter());
    auto told = post.deliveries.progress(post.wall, false);
    REQUIRE(told.size() == 1);
    CHECK(told.front().failing_since == post.wall);
    CHECK(told.front().failure == "500");
    post.keep(key);
    post.deliveries.follow(post.rows);
    CHECK(post.deliveries.progress(post.wall, false).empty());
    post.pass(webhook_patience);
    CHECK(post.deliveries.progress(post.wall, false).size() == 1);
}

TEST_CASE("what does not fit is passed over, and written down now and then") {
    Post post({.idle_span = 10});
    post.add("shop");
    const auto pass_over = [&](std::int64_t last) {
        post.deliveries.news();
        const auto turn = post.deliveries.turn(post.now);
        REQUIRE(turn.look.size() == 1);
        CHECK_FALSE(post.deliveries.found(turn.look.front().ticket, std::nullopt, last));
    };
    pass_over(9);
    CHECK(post.deliveries.progress(post.wall, false).empty());
    pass_over(10);
    CHECK(post.deliveries.progress(post.wall, false).size() == 1);
}

TEST_CASE("what could not be looked for is looked for again; news in between are not lost") {
    Post post;
    post.add("shop");
    auto turn = post.deliveries.turn(post.now);
    REQUIRE(turn.look.size() == 1);
    post.deliveries.not_found(turn.look.front().ticket, post.now);
    CHECK(post.deliveries.turn(post.now).look.empty());
    post.pass(Duration(1'000));
    turn = post.deliveries.turn(post.now);
    REQUIRE(turn.look.size() == 1);
    post.happen();
    CHECK_FALSE(post.deliveries.found(turn.look.front().ticket, std::nullopt, 0));
    CHECK(post.letter().event.sequence == 1);
}
