// A box that leaves for good, its receipt first.
#include <filesystem>

#include "tests/unit/node-agent/link/link_world.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;
using foyer::test::eventually;
using World = LinkWorld;

TEST_CASE("a box leaves once it is empty, with a receipt that anyone can check") {
    World world;
    world.enrolled();
    world.boot();
    world.master.want({assignment(0)});
    REQUIRE(eventually([&] { return world.hears_running("acme-0"); }));
    world.master.keep_leaving(1);
    world.leave();
    REQUIRE(eventually([&] {
        const auto reports = world.master.reports();
        return !reports.empty() && std::ranges::any_of(reports, [](const SyncReport& report) {
            return report.host && report.host->wish == HostWish::Leaving;
        });
    }));
    CHECK(world.master.farewells() == 0);  // it holds a copy
    CHECK_FALSE(load_receipt(world.receipt_file()).ok());
    world.master.want({});
    REQUIRE(eventually([&] { return world.departure->has_left(); }));
    CHECK(world.master.farewells() == 3);  // not yet; the receipt; the last word
    const auto kept = load_receipt(world.receipt_file());
    REQUIRE(kept.ok());
    CHECK(kept.value().left);
    const auto page = receipt_page(kept.value());
    REQUIRE(page.ok());
    CHECK(page.value().find("lille-1 of the cloud foyer.example") != std::string::npos);
    const auto asked = world.master.reports().size();
    world.boot();  // it stays gone, and asks nobody
    CHECK(world.departure->has_left());
    world.halt();
    CHECK(world.master.reports().size() == asked);
}

TEST_CASE("a box whose last word was answered, and whose answer was lost, has left all the same") {
    World world;
    world.enrolled();
    world.boot();
    world.master.lose_farewell();
    world.leave();
    CHECK(eventually([&] { return world.departure->has_left(); }));
    CHECK(load_receipt(world.receipt_file()).value().left);
}

TEST_CASE("a host who resumes keeps his box") {
    World world;
    world.enrolled();
    world.boot();
    world.master.keep_leaving(1'000);
    world.leave();
    REQUIRE(eventually([&] { return world.sink.holds("not_let_go_yet"); }));
    REQUIRE(eventually([&] {  // not while a try is under way
        return world.departure->unless_leaving([&] { return world.agent->obey_host({}); }).ok();
    }));
    world.master.keep_leaving(0);
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
    CHECK_FALSE(world.departure->has_left());
    world.master.remove_node("lille-1");  // by its operator: that is no farewell
    world.link->poke();
    CHECK(eventually(
        [&] { return world.link->state().problem.find("was it removed") != std::string::npos; }));
    CHECK_FALSE(world.departure->has_left());
}

TEST_CASE("a receipt of another box is not taken, and nothing is given up for it") {
    World world;
    world.enrolled();
    world.boot();
    world.master.mistake_receipts();
    world.leave();
    CHECK(eventually([&] { return world.sink.holds("receipt is of another box"); }));
    CHECK_FALSE(world.departure->has_left());
    CHECK_FALSE(load_receipt(world.receipt_file()).ok());
    REQUIRE(world.departure->unless_leaving([&] { return world.agent->obey_host({}); }).ok());
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
}

// As after `clear` and another token: what an earlier box of this folder was given is another's.
TEST_CASE("a receipt of an earlier life of the box counts for nothing") {
    World world;
    world.enrolled();
    world.boot();
    world.leave();
    REQUIRE(eventually([&] { return world.departure->has_left(); }));
    world.halt();
    REQUIRE(std::filesystem::remove_all(world.disk.path() + "/identity") > 0);
    REQUIRE(enrol({.token = world.master.token("lille-2"),
                   .capacity = {Millicores(1), {}, {}, {}},
                   .agent_version = "t"},
                  world.folder, world.clock, world.rng)
                .ok());
    REQUIRE(world.journal.keep(HostOrder{}).ok());  // as enrolment does (forget_host_order)
    world.boot();
    CHECK_FALSE(world.departure->has_left());
    world.master.want({assignment(0)});
    CHECK(eventually([&] { return world.hears_running("acme-0"); }));
}
