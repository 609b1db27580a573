#include "master/domain/digests.h"

#include "common/base/random.h"
#include "master/domain/state.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::noon;

namespace {

const AccountId anna{"anna"};
const ContactId first{"c1"};

// Virtual time, events, rows, and a mail server that is told how to answer.
struct Office {
    DigestSettings settings;
    State state{ClusterSettings{}};
    Digests digests;
    WallTime now = noon;
    MonoTime mono{1'000'000};
    std::vector<Event> events;
    bool held = false;

    explicit Office(DigestSettings chosen = {}) : settings(chosen), digests(chosen) {
        put(Account{anna, {AccountRole::Customer, AccountRole::Operator}, {}, noon, {}});
        add(first);
    }
    template <class Row>
    void put(Row row) {
        state.apply({Put<Row>{std::move(row)}}, state.revision().next());
        digests.follow(state);
    }
    void add(const ContactId& id) {
        Contact row;
        row.id = id;
        row.account = anna;
        row.address = id.str() + "@example.org";
        row.confirmed_at = noon;
        row.last = static_cast<std::int64_t>(events.size());
        put(row);
    }
    void pass(Duration span) { now = now + span, mono = mono + span; }
    void happen(const std::string& kind, const std::string& subject = "acme") {
        events.push_back({static_cast<std::int64_t>(events.size()) + 1, Revision(1), now, kind,
                          EventAbout::Instance, subject, anna, "why"});
    }
    void hear() {
        const auto last = static_cast<std::int64_t>(events.size());
        const auto after = digests.wanted(last);
        if (!after) return;
        digests.heard({events.begin() + *after, events.end()}, last);
    }
    void keep(const std::vector<MailProgress>& news) {
        for (const MailProgress& one : news) {
            Contact row = state.contacts().at(one.id);
            row.last = one.last;
            row.mails = one.mails;
            row.under_way = one.under_way > one.last ? one.under_way : 0;
            row.failing_since = one.failing_since;
            row.failure = one.failure;
            row.refused = one.refused;
            if (one.code_mailed) row.code = {};
            if (row.refused >= mails_refused_max) row.off_at = now;
            put(row);
        }
    }
    // What is sent now.
    std::vector<MailOut> mails() {
        hear();
        std::vector<MailOut> all;
        for (int i = 0; i < 2; ++i) {  // written down, then sent
            Digests::Turn turn = digests.turn(now, mono, held);
            keep(turn.note);
            for (const MailTicket& ticket : turn.noting) digests.noted(ticket, true);
            all.insert(all.end(), turn.send.begin(), turn.send.end());
        }
        return all;
    }
    MailOut mail() {
        const auto all = mails();
        REQUIRE(all.size() == 1);
        return all.front();
    }
    void take(const MailOut& mail) {
        digests.taken(mail.ticket, now, mono);
        keep(digests.progress(true));
    }
    // The master ends and starts again; only rows and events are left.
    void restart() {
        digests = Digests(settings);
        digests.follow(state);
    }
    // All mails of the next span, each taken at once.
    std::vector<MailOut> through(Duration span, Duration step = Duration(1'000)) {
        std::vector<MailOut> all;
        for (Duration passed{0}; passed < span; passed += step) {
            pass(step);
            for (const MailOut& mail : mails()) {
                take(mail);
                all.push_back(mail);
            }
        }
        return all;
    }
};

std::vector<std::string> kinds_of(const MailOut& mail) {
    std::vector<std::string> kinds;
    for (const Notice& notice : mail.notices) kinds.push_back(notice.kind);
    return kinds;
}

constexpr Duration second{1'000};
constexpr Duration minute{60'000};

}  // namespace

TEST_CASE("notices that come shortly after one another are one mail") {
    Office office;
    office.happen("leader_elected");
    CHECK(office.through(30 * second).empty());
    office.happen("serving");
    CHECK(office.through(59 * second).empty());
    const auto all = office.through(5 * second);
    REQUIRE(all.size() == 1);
    CHECK(kinds_of(all.front()) == std::vector<std::string>{"leader_elected", "serving"});
    CHECK(all.front().number == 1);
    CHECK(office.through(20 * minute).empty());
}

TEST_CASE("none waits longer than hold_max, something urgent no longer than the window") {
    Office office;
    std::vector<MailOut> all;
    for (int i = 0; i < 40 && all.empty(); ++i) {
        office.happen("copy_failed", "i" + std::to_string(i));
        all = office.through(30 * second);
    }
    REQUIRE(all.size() == 1);
    CHECK(all.front().notices.size() == 30);  // 15 minutes of them
    office.through(20 * minute);
    office.happen("node_lost", "b1");
    office.through(30 * second);
    office.happen("copy_failed", "i99");
    const auto urgent = office.through(31 * second);
    REQUIRE(urgent.size() == 1);
    CHECK(urgent.front().notices.size() == 2);
}

TEST_CASE("a box that comes and goes is few mails") {
    Office office;
    std::vector<MailOut> all;
    for (int i = 0; i < 30; ++i) {  // an hour of it
        office.happen(i % 2 == 0 ? "node_missing" : "node_found", "b1");
        for (const MailOut& mail : office.through(2 * minute)) all.push_back(mail);
    }
    CHECK(all.size() <= 6);
    std::size_t told = 0;
    for (const MailOut& mail : all) told += mail.notices.size();
    for (const MailOut& mail : office.through(20 * minute)) told += mail.notices.size();
    CHECK(told == 30);
}

TEST_CASE("the rule alone: property over random arrivals") {
    const std::uint64_t seed = test::test_seed();
    INFO("TEST_SEED=" << seed);
    SeededRng rng{seed};
    const std::vector<std::string> kinds{"leader_elected", "serving",    "node_lost",
                                         "node_missing",   "node_found", "quota_near",
                                         "token_created"};
    for (int life = 0; life < 50; ++life) {
        Office office;
        std::vector<MailOut> all;
        std::size_t wanted = 0;
        std::map<std::int64_t, WallTime> mailed;
        for (int step = 0; step < 60; ++step) {
            const std::string& kind = kinds[rng.below(kinds.size())];
            office.happen(kind, "s" + std::to_string(rng.below(3)));
            wanted += kind == "token_created" ? 0U : 1U;
            if (rng.below(8) == 0) office.restart();
            const Duration span(static_cast<std::int64_t>(rng.below(200)) * 1'000);
            for (Duration passed{0}; passed < span; passed += 5 * second) {
                for (const MailOut& mail : office.through(5 * second, 5 * second)) {
                    for (const Notice& notice : mail.notices) {
                        // Each once, none before it happened, none later than the longest hold.
                        REQUIRE(mailed.emplace(notice.sequence, office.now).second);
                        REQUIRE(office.now >= notice.at);
                        REQUIRE(office.now - notice.at <= office.settings.hold_max + 5 * second);
                    }
                    all.push_back(mail);
                }
            }
        }
        for (const MailOut& mail : office.through(20 * minute, 5 * second))
            for (const Notice& notice : mail.notices) mailed.emplace(notice.sequence, office.now);
        REQUIRE(mailed.size() == wanted);
    }
}

TEST_CASE("a mail that fails comes again as it was, what happens meanwhile in the next one") {
    Office office;
    office.happen("node_lost", "b1");
    office.pass(minute);
    const MailOut mail = office.mail();
    office.digests.failed(mail.ticket, MailFailure::Later, "451 later", office.mono, office.now, 0);
    office.keep(office.digests.progress(false));
    CHECK(office.state.contacts().at(first).failure == "451 later");
    office.happen("node_returned", "b1");
    CHECK(office.mails().empty());
    office.pass(minute);
    const MailOut again = office.mail();
    CHECK(again.number == mail.number);
    CHECK(again.notices == mail.notices);
    office.take(again);
    CHECK(office.state.contacts().at(first).failure.empty());
    office.pass(minute);
    CHECK(kinds_of(office.mail()) == std::vector<std::string>{"node_returned"});
}

TEST_CASE("after a crash the mail under way goes again under its number, and nothing is lost") {
    Office office;
    office.happen("node_lost", "b1");
    office.pass(minute);
    const MailOut mail = office.mail();  // sent, and the master dies before it hears the answer
    office.happen("node_lost", "b2");
    office.restart();
    office.held = true;  // what was under way is not new
    const MailOut again = office.mail();
    CHECK(again.number == mail.number);
    CHECK(again.notices == mail.notices);
    office.take(again);
    CHECK(office.mails().empty());
    office.held = false;
    office.pass(minute);
    CHECK(office.mail().notices.front().subject == "b2");
}

TEST_CASE("while it is held nothing new goes, then all together") {
    Office office;
    office.held = true;
    office.happen("node_lost", "b1");
    CHECK(office.through(10 * minute).empty());
    office.happen("node_returned", "b1");
    office.held = false;
    const auto all = office.through(second);
    REQUIRE(all.size() == 1);
    CHECK(all.front().notices.size() == 2);
}

TEST_CASE("what could not be written down is not sent") {
    Office office;
    office.happen("node_lost", "b1");
    office.pass(minute);
    office.hear();
    Digests::Turn turn = office.digests.turn(office.now, office.mono, false);
    REQUIRE(turn.noting.size() == 1);
    office.digests.noted(turn.noting.front(), false);
    turn = office.digests.turn(office.now, office.mono, false);
    CHECK(turn.send.empty());
    CHECK(turn.noting.size() == 1);  // tried again
}

TEST_CASE("a contact that is refused for good is left alone after three times") {
    Office office;
    office.happen("node_lost", "b1");
    office.pass(minute);
    for (int i = 0; i < mails_refused_max; ++i) {
        const MailOut mail = office.mail();
        office.digests.failed(mail.ticket, MailFailure::Refused, "550 no such user", office.mono,
                              office.now, 0);
        office.keep(office.digests.progress(false));
        office.pass(60 * minute);
    }
    CHECK(office.state.contacts().at(first).off_at);
    CHECK(office.mails().empty());
}

TEST_CASE("one contact has so many notices waiting, the worst are kept") {
    Office office;
    office.held = true;
    office.happen("node_lost", "b1");
    for (int i = 0; i < 500; ++i) office.happen("copy_ordered", "i" + std::to_string(i));
    office.hear();
    CHECK(office.digests.pending() == 501);
    office.held = false;
    office.pass(20 * minute);
    const MailOut mail = office.mail();
    CHECK(mail.notices.size() == office.settings.pending_max);
    CHECK(mail.left_out == 301);
    CHECK(mail.notices.front().kind == "node_lost");
}

TEST_CASE("only so many mails an hour; what waits goes the worst first, grouped") {
    DigestSettings settings;
    settings.per_hour = 2;
    Office office(settings);
    office.add(ContactId("c2"));
    office.happen("node_lost", "b1");
    CHECK(office.through(2 * minute).size() == 2);
    office.happen("node_lost", "b2");
    office.happen("node_lost", "b3");
    CHECK(office.through(50 * minute).empty());
    const auto all = office.through(20 * minute);
    REQUIRE(all.size() == 2);
    CHECK(all.front().notices.size() == 2);
}

TEST_CASE("a code is mailed at once, also while it is held, and not when it is too old") {
    Office office;
    office.held = true;
    Contact row;
    row.id = ContactId("c9");
    row.account = anna;
    row.address = "c9@example.org";
    row.code_hash = "hash";
    row.code = Sealed("sealed");
    row.code_expires_at = noon + contact_code_valid;
    row.codes_made = 1;
    office.put(row);
    const MailOut mail = office.mail();
    CHECK(mail.code == Sealed("sealed"));
    office.digests.failed(mail.ticket, MailFailure::Later, "451", office.mono, office.now, 0);
    office.pass(minute);
    office.take(office.mail());
    CHECK(office.state.contacts().at(row.id).code.empty());
    CHECK(office.mails().empty());
    row.codes_made = 2;
    office.put(row);
    office.pass(contact_code_valid + second);
    CHECK(office.mails().empty());
}

TEST_CASE("a clock that was set back holds no mail") {
    Office office;
    office.happen("node_lost", "b1");
    office.hear();
    office.now = office.now + -60 * minute;
    CHECK(office.mails().size() == 1);
}
