#include "node-agent/domain/route_proof.h"

#include "tests/unit/leadership/group.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

constexpr MonoTime start{50'000};
const RouteRules rules;
const InstanceName acme("acme");
const lead::Verifier verifier = lead::test::verifier();
const RouteCourt court{acme, verifier, rules};

lead::Record record(std::uint64_t epoch, int leader) {
    lead::Record one = lead::test::record_of_three();
    one.ballot.epoch = Epoch(epoch);
    one.leader = ReplicaIndex{leader};
    one.config_hash = lead::test::first_of_three().config_hash;
    return one;
}

RouteWatch begun_watch() { return begun({}, lead::test::first_of_three(), verifier); }

// Member 2 went, member 3 came, as members 0 and 1 accepted it.
lead::Link next_link(const lead::Link& before, bool joint) {
    lead::Link link = before;
    link.ballot = {Generation(1), Epoch(3), before.ballot.seq + 1};
    link.old_members = joint ? before.members : std::vector<lead::MemberEntry>{};
    if (joint) link.members[2] = lead::test::entry(3);
    link.config_hash = lead::hash_after(before.config_hash, link, verifier.hash);
    link.signatures.clear();
    for (const int index : {0, 1}) {
        const lead::MemberEntry entry = lead::test::entry(index);
        link.signatures[entry.index] =
            lead::test::seal(entry.key, lead::accept_bytes(acme, {entry.index, entry.incarnation},
                                                           link.ballot, link.config_hash));
    }
    return link;
}

struct Swap {
    lead::Link first = lead::link_of(lead::test::first_of_three());
    lead::Link joined = next_link(first, true);
    lead::Link ended = next_link(joined, false);
    lead::Record record(std::uint64_t epoch, int leader) const {
        lead::Record one = ::record(epoch, leader);
        one.members = ended.members;
        one.in_sync = {{0}, {1}};
        one.config_hash = ended.config_hash;
        return one;
    }
};

lead::Announce announcement(std::uint64_t epoch, int leader, std::initializer_list<int> voters) {
    lead::Announce news{{}, record(epoch, leader), {}};
    lead::Certificate& certificate = news.certificate;
    certificate.fence = {Generation(1), Epoch(epoch)};
    certificate.leader = {leader};
    certificate.config_hash = news.record.config_hash;
    for (const int index : voters) {
        const lead::MemberEntry entry = lead::test::entry(index);
        certificate.signatures[entry.index] = lead::test::seal(
            entry.key, lead::vote_bytes(acme, {entry.index, entry.incarnation}, certificate));
    }
    return news;
}

RouteWatch::Answer answer(int who, std::uint64_t nonce, const lead::Record& held) {
    lead::ReadAnswer said;
    said.nonce = nonce;
    said.fence = lead::fence_of(held.ballot);
    said.holder = held.leader;
    said.record = held;
    return {"key" + std::to_string(who), said};
}

EdgeRoute route() {
    EdgeRoute one;
    one.hostname = "acme";
    one.fence = {Generation(1), Epoch(9)};
    one.backend = "[fd50::9]:8000";
    one.web_port = 8000;
    for (int index = 0; index < 3; ++index)
        one.voters.push_back({{index}, "fd50::" + std::to_string(index + 1)});
    return one;
}

RouteWatch watch_of(std::initializer_list<int> who, const lead::Record& held) {
    RouteWatch watch = asked(begun_watch(), 7, rules, start);
    for (const int index : who) watch = heard(watch, {index}, answer(index, 7, held), court, start);
    return watch;
}

}  // namespace

TEST_CASE("a quorum that names the same leader is proof; one voter is not") {
    CHECK_FALSE(watch_of({0}, record(3, 0)).proof);
    const RouteWatch watch = watch_of({0, 2}, record(3, 0));
    REQUIRE(watch.proof);
    CHECK(watch.proof->leader == ReplicaIndex{0});
    const EdgeRoute proven = proven_route(route(), watch, rules, start);
    CHECK(proven.backend == "[fd50::1]:8000");
    CHECK(proven.fence.epoch == Epoch(3));
}

TEST_CASE("the master's hearsay is followed by nobody") {
    CHECK(proven_route(route(), {}, rules, start).backend.empty());
    EdgeRoute led_by_master = route();
    led_by_master.voters.clear();
    CHECK(proven_route(led_by_master, {}, rules, start).backend == "[fd50::9]:8000");
}

TEST_CASE("a proof grows old, and keeps its fence") {
    const RouteWatch watch = watch_of({0, 1}, record(3, 0));
    const EdgeRoute old = proven_route(route(), watch, rules, start + rules.proof_lasts);
    CHECK(old.backend.empty());
    CHECK(old.fence.epoch == Epoch(3));
}

TEST_CASE("answers to another question, from another box, or of another fence count for nothing") {
    RouteWatch watch = asked(begun_watch(), 7, rules, start);
    watch = heard(watch, {0}, answer(0, 7, record(3, 0)), court, start);
    watch = heard(watch, {1}, answer(1, 6, record(3, 0)), court, start);
    CHECK_FALSE(watch.proof);
    auto forged = answer(1, 7, record(3, 0));
    forged.node_key = "key0";
    watch = heard(watch, {1}, forged, court, start);
    CHECK_FALSE(watch.proof);
    auto ahead = answer(1, 7, record(3, 0));  // it voted in a later epoch
    ahead.said.fence.epoch = Epoch(4);
    watch = heard(watch, {1}, ahead, court, start);
    CHECK_FALSE(watch.proof);
}

TEST_CASE("a proof never goes back to an older fence") {
    RouteWatch watch = watch_of({0, 1}, record(5, 1));
    watch = asked(watch, 8, rules, start);
    for (const int index : {0, 2})
        watch = heard(watch, {index}, answer(index, 8, record(4, 0)), court, start);
    CHECK(watch.proof->fence.epoch == Epoch(5));
}

TEST_CASE("news make it ask at once, but not without pause") {
    RouteWatch watch = watch_of({0, 1}, record(5, 1));
    CHECK_FALSE(is_time_to_ask(watch, start + Duration(9'000)));
    watch = hurried(watch, {Generation(1), Epoch(3)}, rules, start + Duration(10));
    CHECK_FALSE(is_time_to_ask(watch, start + Duration(20)));
    CHECK(is_time_to_ask(watch, start + rules.news_pause));
}

TEST_CASE("when a leader that takes over was first heard of is kept with its route") {
    RouteWatch watch = watch_of({0, 1}, record(3, 0));
    CHECK_FALSE(proven_route(route(), watch, rules, start).heard_at);  // nobody was known before
    const MonoTime news = start + Duration(5'000);
    watch = hurried(watch, {Generation(1), Epoch(5)}, rules, news);
    CHECK_FALSE(proven_route(route(), watch, rules, news).heard_at);  // hearsay so far
    watch = hurried(watch, {Generation(1), Epoch(5)}, rules, news + Duration(500));
    watch = asked(watch, 8, rules, news + Duration(600));
    for (const int index : {1, 2})
        watch = heard(watch, {index}, answer(index, 8, record(5, 1)), court, news + Duration(650));
    CHECK(proven_route(route(), watch, rules, news + Duration(700)).heard_at == news);
    // One that nobody announced is first heard of by asking.
    watch = asked(watch, 9, rules, news + Duration(9'000));
    for (const int index : {1, 2})
        watch =
            heard(watch, {index}, answer(index, 9, record(6, 2)), court, news + Duration(9'050));
    CHECK(proven_route(route(), watch, rules, news + Duration(9'100)).heard_at ==
          news + Duration(9'050));
}

TEST_CASE("a box that makes up a group of its own is proof of nothing") {
    lead::Record own = record(900, 1);
    own.members = {lead::test::entry(1)};
    own.in_sync = {{1}};
    own.k = own.copies = own.floor = 1;
    RouteWatch watch = asked(begun_watch(), 7, rules, start);
    watch = heard(watch, {1}, answer(1, 7, own), court, start);
    CHECK_FALSE(watch.proof);
    own.config_hash = lead::config_hash({}, own, verifier.hash);
    watch = heard(watch, {1}, answer(1, 7, own), court, start);
    CHECK_FALSE(watch.proof);
    // Nor does it stand in the way of the others.
    for (const int index : {0, 2})
        watch = heard(watch, {index}, answer(index, 7, record(3, 0)), court, start);
    REQUIRE(watch.proof);
    CHECK(watch.proof->leader == ReplicaIndex{0});
}

TEST_CASE("new members are believed once their links are verified, in answers of anybody") {
    const Swap swap;
    RouteWatch watch = watch_of({0, 1}, record(3, 0));
    watch = asked(watch, 8, rules, start + Duration(10'000));
    auto told = answer(0, 8, swap.record(3, 0));
    watch = heard(watch, {0}, told, court, start + Duration(10'000));
    watch = heard(watch, {3}, answer(3, 8, swap.record(3, 0)), court, start + Duration(10'000));
    CHECK(watch.proof->asked_at == start);  // the old one stands
    CHECK(chain_tip(watch) == swap.first.config_hash);
    told.said.chain = {swap.joined};
    watch = heard(watch, {0}, told, court, start + Duration(10'010));
    CHECK(chain_tip(watch) == swap.joined.config_hash);
    CHECK(watch.next_ask <= start + Duration(10'060));  // there may be more
    told.said.chain = {swap.joined, swap.ended};
    watch = heard(watch, {0}, told, court, start + Duration(10'020));
    CHECK(watch.proof->asked_at == start + Duration(10'000));
    CHECK(chain_tip(watch) == swap.ended.config_hash);
}

TEST_CASE("a forged link is not followed") {
    Swap swap;
    swap.joined.signatures.erase(ReplicaIndex{1});
    RouteWatch watch = asked(begun_watch(), 8, rules, start);
    auto told = answer(0, 8, swap.record(3, 0));
    told.said.chain = {swap.joined, swap.ended};
    watch = heard(watch, {0}, told, court, start);
    CHECK(chain_tip(watch) == swap.first.config_hash);
}

TEST_CASE("a group begins with a valid first record, and never goes back to it") {
    const lead::Record first = lead::test::first_of_three();
    CHECK(std::holds_alternative<lead::Link>(begun_watch().members));
    lead::Record later = first;
    later.ballot.seq = 1;
    CHECK(std::holds_alternative<MembersUnknown>(begun({}, later, verifier).members));
    lead::Record changed = first;
    changed.members[0].key = lead::NodeKey("another");
    CHECK(std::holds_alternative<MembersUnknown>(begun({}, changed, verifier).members));
    lead::Record unsigned_one = first;
    unsigned_one.config_hash = {};
    CHECK(std::holds_alternative<MembersUnsigned>(begun({}, unsigned_one, verifier).members));
    CHECK(chain_tip(begun({}, unsigned_one, verifier)) == lead::Hash{});

    RouteWatch watch = begun_watch();
    watch.members = Swap().ended;
    CHECK(chain_tip(begun(watch, first, verifier)) == Swap().ended.config_hash);
    lead::Record second = first;
    second.ballot.generation = Generation(2);
    second.config_hash = lead::config_hash({}, second, verifier.hash);
    CHECK(chain_tip(begun(watch, second, verifier)) == second.config_hash);
}

TEST_CASE("before the master told a first record nobody is believed") {
    RouteWatch watch = asked({}, 7, rules, start);
    for (const int index : {0, 1})
        watch = heard(watch, {index}, answer(index, 7, record(3, 0)), court, start);
    CHECK_FALSE(watch.proof);
}

TEST_CASE("a verified announcement is asked about at once, a rumour later") {
    const RouteWatch watch = watch_of({0, 1}, record(3, 0));
    const MonoTime later = start + Duration(10);
    const RouteWatch news = announced(watch, announcement(4, 1, {1, 2}), court, later);
    CHECK(news.next_ask == start + rules.news_pause);
    CHECK(news.heard_fence.epoch == Epoch(4));
    for (const auto& rumour : {announcement(4, 1, {1}), announcement(4, 1, {})}) {
        const RouteWatch doubted = announced(watch, rumour, court, later);
        CHECK(doubted.next_ask == start + rules.rumour_pause);
        CHECK(doubted.heard_fence == Fence{});
    }
    lead::Announce other = announcement(4, 1, {1, 2});
    other.record.ballot.epoch = Epoch(5);  // the votes are of another election
    CHECK(announced(watch, other, court, later).heard_fence == Fence{});
}
