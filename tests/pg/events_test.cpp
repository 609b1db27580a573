// Events as the database finds them: of an instance, by what they are about, of a box's life.
#include "master/store/pg_store.h"
#include "tests/pg/support/pg_server.h"
#include "tests/pg/support/sample.h"
#include "tests/pg/support/twin.h"
#include "tests/support/catch.h"

namespace foyer::test {

using master::Changes;
using master::Entry;
using master::Put;
using master::State;

TEST_CASE("memory holds the newest events, the database all") {
    Twin twin;
    Changes many;
    for (int i = 1; i <= 10; ++i) {
        many.push_back(Put<master::Event>{
            {i, Revision(1), WallTime{i}, "tick", master::EventAbout::Instance,
             i % 2 == 0 ? "even" : "odd", AccountId(i % 3 == 0 ? "anna" : "boris"), ""}});
    }
    twin.must_commit({{Revision(1), many}});
    master::StoreOptions options = store_options(twin.database);
    options.events_in_memory = 4;
    SystemRng rng;
    const auto loaded = master::PgStore(options, system_clock(), rng).load({});
    REQUIRE(loaded.ok());
    REQUIRE(loaded.value().recent_events().size() == 4);
    CHECK(loaded.value().recent_events().begin()->second.sequence == 7);
    CHECK(loaded.value().last_event() == 10);

    const auto sequences = [&](const std::string& subject, std::int64_t before, int count) {
        std::vector<std::int64_t> found;
        const auto events = twin.store->instance_events(InstanceName(subject), before, count);
        REQUIRE(events.ok());
        for (const master::Event& event : events.value()) found.push_back(event.sequence);
        return found;
    };
    CHECK(sequences("odd", 9, 2) == std::vector<std::int64_t>{7, 5});
    CHECK(sequences("'; DROP TABLE events; --", 0, 5).empty());
    // Of a name that was given twice, what is since the second time.
    REQUIRE(
        refusal(*open_connection(twin.database),
                "INSERT INTO events VALUES (11, 2, now(), 'ordered', 'odd', '', 'instance', ''),"
                " (12, 2, now(), 'tick', 'odd', '', 'instance', ''),"
                " (13, 2, now(), 'tick', 'odd', '', 'node', '')") == "");
    CHECK(sequences("odd", 0, 9) == std::vector<std::int64_t>{12, 11});
    CHECK(sequences("odd", 11, 9).empty());
    CHECK(sequences("even", 0, 9) == std::vector<std::int64_t>{10, 8, 6, 4, 2});
}

TEST_CASE("events are found by whose they are, what they are about and their kind") {
    using master::EventAbout;
    Twin twin;
    Changes many;
    const auto happens = [&](EventAbout about, const char* subject, const char* owner,
                             const char* kind) {
        const std::int64_t sequence = static_cast<std::int64_t>(many.size()) + 1;
        many.push_back(Put<master::Event>{{sequence, Revision(sequence > 5 ? 2 : 1), WallTime{1},
                                           kind, about, subject, AccountId(owner), ""}});
    };
    happens(EventAbout::Instance, "lille", "anna", "ordered");
    happens(EventAbout::Node, "lille", "boris", "node_silent");
    happens(EventAbout::Cloud, "", "", "eviction_held");
    happens(EventAbout::Instance, "paris", "anna", "ordered");
    happens(EventAbout::Instance, "lille", "anna", "serving");
    happens(EventAbout::Node, "rennes", "boris", "node_back");
    happens(EventAbout::Instance, "paris", "anna", "serving");
    twin.must_commit({{Revision(1), {many.begin(), many.begin() + 5}},
                      {Revision(2), {many.begin() + 5, many.end()}}});
    const auto found = [&](const master::EventFilter& filter, std::int64_t after, int count) {
        const auto events = twin.store->events(filter, after, count);
        REQUIRE(events.ok());
        std::vector<std::int64_t> sequences;
        for (const master::Event& event : events.value()) {
            CHECK(fits(filter, event));
            sequences.push_back(event.sequence);
        }
        return sequences;
    };
    using Sequences = std::vector<std::int64_t>;
    const AccountId anna("anna");
    CHECK(found({}, 0, 9) == Sequences{1, 2, 3, 4, 5, 6, 7});
    CHECK(found({}, 1, 2) == Sequences{2, 3});
    CHECK(found({.owner = anna}, 0, 9) == Sequences{1, 4, 5, 7});
    CHECK(found({.owner = anna}, 1, 1) == Sequences{4});
    CHECK(found({.subject = "lille"}, 0, 9) == Sequences{1, 2, 5});
    CHECK(found({.about = EventAbout::Node, .subject = "lille"}, 0, 9) == Sequences{2});
    CHECK(found({.owner = anna, .about = EventAbout::Node, .subject = "lille"}, 0, 9).empty());
    CHECK(found({.kind = "ordered"}, 0, 9) == Sequences{1, 4});
    CHECK(found({.above = Revision(1)}, 0, 9) == Sequences{6, 7});
    CHECK(found({.owner = anna, .above = Revision(1)}, 6, 9) == Sequences{7});
    CHECK(found({.above = Revision(2)}, 0, 9).empty());
    CHECK(found({.owner = AccountId("'; DROP TABLE events; --")}, 0, 9).empty());
    // An account of that name ended: what was before is no later one's.
    Changes later{Put<master::Event>{{8, Revision(3), WallTime{1}, "account_deleted",
                                      EventAbout::Account, "anna", anna, ""}},
                  Put<master::Event>{{9, Revision(3), WallTime{1}, "account_created",
                                      EventAbout::Account, "anna", anna, ""}}};
    twin.must_commit({{Revision(3), later}});
    CHECK(found({.owner = anna}, 0, 9) == Sequences{9});
    CHECK(found({.owner = anna, .subject = "lille"}, 0, 9).empty());
    CHECK(found({.owner = AccountId("boris")}, 0, 9) == Sequences{2, 6});
    CHECK(found({.subject = "anna"}, 0, 9) == Sequences{8, 9});
}

TEST_CASE("the life of a box is what concerns it, from the last turn before the span on") {
    Twin twin;
    Changes many;
    const auto happens = [&](int at, const std::string& kind, const std::string& subject) {
        many.push_back(Put<master::Event>{
            {static_cast<std::int64_t>(many.size()) + 1, Revision(1), WallTime{at}, kind,
             kind == master::ordered_event ? master::EventAbout::Instance
                                           : master::EventAbout::Node,
             subject, AccountId("anna"), ""}});
    };
    happens(10, "node_online", "box-1");
    happens(20, "node_silent", "box-1");
    happens(30, "node_back", "box-1");
    happens(35, "ordered", "box-1");  // an instance may have that name
    happens(40, "node_silent", "box-2");
    happens(50, "node_silent", "box-1");
    happens(60, "node_lost", "box-1");
    happens(70, "node_returned", "box-1");
    twin.must_commit({{Revision(1), many}});
    const auto kinds = [&](int from, int to, int count) {
        std::vector<std::string> found;
        const auto life =
            twin.store->node_life(NodeId("box-1"), {WallTime{from}, WallTime{to}}, count);
        REQUIRE(life.ok());
        for (const master::Event& event : life.value()) found.push_back(event.kind);
        return found;
    };
    using Kinds = std::vector<std::string>;
    CHECK(kinds(0, 5, 9).empty());
    CHECK(kinds(0, 25, 9) == Kinds{"node_online", "node_silent"});
    CHECK(kinds(25, 65, 9) == Kinds{"node_silent", "node_back", "node_silent", "node_lost"});
    CHECK(kinds(31, 50, 9) == Kinds{"node_back"});
    CHECK(kinds(80, 90, 9) == Kinds{"node_returned"});
    CHECK(kinds(0, 90, 2) == Kinds{"node_online", "node_silent"});
}

}  // namespace foyer::test
