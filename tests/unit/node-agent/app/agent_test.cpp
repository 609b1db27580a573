#include "node-agent/app/agent.h"

#include "tests/unit/node-agent/app/agent_world.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;
using foyer::test::eventually;
using foyer::test::led_by;
using foyer::test::quick;
using World = foyer::test::AgentWorld;

TEST_CASE("an ordered partition comes up, and so does its neighbour while it is stuck") {
    World world;
    world.boot();
    world.box.block("init acme-0");
    world.assign({assignment(0), assignment(1)});
    CHECK(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
    CHECK(eventually([&] { return world.seen("acme-0").step == "init: restoring"; }));
    CHECK(world.seen("acme-0").phase == PartitionPhase::Preparing);
    world.box.release("init acme-0");
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
}

TEST_CASE("failing steps are tried again and then forgotten") {
    World world;
    world.boot();
    world.box.fail("image", 2, error(ErrorCode::ResourceExhausted, "disk full"));
    world.box.fail("start acme-0", 2);
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(world.seen("acme-0").reason.empty());
    CHECK(world.sink.holds("disk full"));
}

TEST_CASE("a hook that says 'not yet' is asked again without being called a failure") {
    World world;
    world.boot();
    world.box.hook_status("join", 75);
    world.assign({assignment(1)});
    CHECK(eventually(
        [&] { return world.seen("acme-1").reason.find("not yet") != std::string::npos; }));
    CHECK(world.seen("acme-1").phase == PartitionPhase::Preparing);
    world.box.hook_status("join", 0);
    CHECK(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
}

TEST_CASE("a promotion by hand: nobody leads, then the standby does, and the old primary rejoins") {
    World world;
    world.boot();
    world.found_two();
    world.assign({led_by(-1, 0, 2), led_by(-1, 1, 2)});
    CHECK(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 2); }));
    CHECK(eventually([&] {
        return !world.box.partition("acme-0").running &&
               world.seen("acme-0").fence == test::fence(2);
    }));
    CHECK(world.box.count("kill acme-0") == 1);
    CHECK(world.box.count("stop acme-0") == 0);
    world.assign({led_by(1, 0, 3), led_by(1, 1, 3)});
    CHECK(eventually([&] {
        return world.runs("acme-1", ReplicaRole::Primary, 3) &&
               world.runs("acme-0", ReplicaRole::Standby, 3);
    }));
    CHECK(world.box.count("promote acme-1") == 1);
    CHECK(world.box.count("rejoin acme-0") == 1);
}

TEST_CASE("a fence interrupts a long step and is tried until it works") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    REQUIRE(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.box.block("promote acme-0");
    world.assign({led_by(0, 0, 2)});
    REQUIRE(eventually([&] { return world.box.count("promote acme-0") == 1; }));
    world.box.fail("kill acme-0", 3);
    world.assign({led_by(1, 0, 3)});
    CHECK(eventually([&] { return world.box.count("kill acme-0") == 4; }));
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Standby, 3); }));
}

TEST_CASE("a service that dies is started again") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    REQUIRE(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.box.crash("acme-0");
    CHECK(eventually([&] {
        return world.box.count("start acme-0") == 2 &&
               world.runs("acme-0", ReplicaRole::Primary, 1);
    }));
    CHECK(world.sink.holds("service ended with status 1"));
    CHECK(world.box.count("init acme-0") == 1);
}

TEST_CASE("the agent's death touches nothing that runs") {
    World world;
    world.boot();
    world.found_two();
    const auto before = world.box.deeds().size();
    world.boot();
    CHECK(eventually([&] {
        return world.runs("acme-0", ReplicaRole::Primary, 1) &&
               world.runs("acme-1", ReplicaRole::Standby, 1);
    }));
    const auto deeds = world.box.deeds();
    for (std::size_t i = before; i < deeds.size(); ++i) CHECK(deeds[i] == "overlay");
    CHECK(world.agent->report().applied_revision == Revision(world.revision));
}

TEST_CASE("a lost journal asks for everything, and asks what runs what it is") {
    World world;
    world.boot();
    world.found_two();
    world.agent.reset();
    const auto before = world.box.deeds().size();
    world.boot_without_journal();
    const auto report = world.agent->report();
    CHECK(report.applied_lineage.empty());
    CHECK(report.observations_full);
    world.revision = 0;
    world.assign({assignment(0), assignment(1)});
    CHECK(eventually([&] {
        return world.runs("acme-0", ReplicaRole::Primary, 1) &&
               world.runs("acme-1", ReplicaRole::Standby, 1);
    }));
    const auto deeds = world.box.deeds();
    for (std::size_t i = before; i < deeds.size(); ++i) {
        CAPTURE(deeds[i]);
        CHECK(deeds[i].find("kill") == std::string::npos);
        CHECK(deeds[i].find("stop") == std::string::npos);
        CHECK(deeds[i].find("start") == std::string::npos);
    }
}

TEST_CASE("a difference that does not fit changes nothing and asks for everything") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    auto strange = world.answer({assignment(1)});
    strange.delta.base = Revision(99);
    CHECK(world.agent->digest(strange).failure().code == ErrorCode::Aborted);
    CHECK(world.agent->report().applied_revision == Revision(0));
    auto full = world.answer({assignment(0), assignment(1)});
    full.delta.base = Revision(0);
    CHECK(world.agent->digest(full).ok());
    CHECK(world.agent->report().applied_revision == full.delta.revision);
}

TEST_CASE("more partitions than the box holds are refused with a reason") {
    World world;
    world.boot();
    world.assign({assignment(0), assignment(1), assignment(2), assignment(3)});
    CHECK(eventually(
        [&] { return world.seen("acme-3").reason.find("at most 3") != std::string::npos; }));
    CHECK(world.seen("acme-3").phase == PartitionPhase::Failed);
}

TEST_CASE("a copy that says it diverged is stopped, rejoined and started") {
    World world;
    world.boot();
    world.assign({assignment(1)});
    REQUIRE(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
    world.box.health(R"({"healthy":true,"ready":false,"diverged":true,"detail":"forked"})");
    CHECK(eventually([&] { return world.box.count("rejoin acme-1") >= 1; }));
    world.box.health(R"({"healthy":true,"ready":true})");
    CHECK(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
}

TEST_CASE("a box that cannot write its orders down says so, and takes them when it can") {
    World world;
    world.boot();
    world.assign({assignment(1)});
    REQUIRE(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
    world.journal.refuse(error(ErrorCode::ResourceExhausted, "disk full"));
    const auto order = world.answer({assignment(0), assignment(1), assignment(2)});
    CHECK(world.agent->digest(order).failure().code == ErrorCode::ResourceExhausted);
    CHECK(world.agent->report().applied_revision == order.delta.base);
    CHECK(world.seen("acme-0").phase == PartitionPhase::Failed);
    CHECK(world.seen("acme-0").reason.find("disk full") != std::string::npos);
    CHECK(world.runs("acme-1", ReplicaRole::Standby, 1));
    CHECK(world.box.count("prepare acme-0") == 0);

    // Meanwhile copy 2 was deleted: it never was here, and the master must hear that it is gone.
    world.journal.refuse(std::nullopt);
    auto later = order;
    later.delta.assignments.pop_back();
    REQUIRE(later.delta.assignments.size() == 2);
    later.delta.removed_assignments = {PartitionId("acme-2")};
    REQUIRE(world.agent->digest(later).ok());
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(world.agent->report().erased == std::vector<PartitionId>{PartitionId("acme-2")});
    CHECK(world.seen("acme-2").partition.empty());
}

TEST_CASE("free disk is told once, when it changes much, and to a master that forgot") {
    World world;
    world.boot();
    const auto told = [&](std::int64_t bytes) {
        return eventually([&] {
            const bool said = world.agent->report().disk_free_bytes == bytes;
            REQUIRE(world.agent->digest(world.answer({})).ok());
            return said;
        });
    };
    CHECK(told(gibibytes(50).count()));
    CHECK(world.agent->report().disk_free_bytes == 0);
    world.box.leave_disk(Bytes(0));
    CHECK(told(1));
    CHECK(world.agent->report().disk_free_bytes == 0);
    auto forgetful = world.answer({});
    forgetful.observations_wanted = true;
    REQUIRE(world.agent->digest(forgetful).ok());
    CHECK(world.agent->report().disk_free_bytes == 1);
}

TEST_CASE(
    "a box that is an edge no more ends its proxy, once, and one that never was told does not") {
    World world;
    world.boot();
    const auto settle = [&](bool edge) {
        auto answer = world.answer({});
        answer.delta.settings = NodeSettings{};
        answer.delta.settings->overlay_prefix = "fd50:1::/64";
        answer.delta.settings->edge = edge;
        REQUIRE(world.agent->digest(answer).ok());
    };
    settle(true);
    CHECK(eventually([&] { return world.box.count("routes") == 1; }));
    CHECK(world.box.count("no edge") == 0);
    world.box.fail("no edge", 2);
    settle(false);
    CHECK(eventually([&] { return world.box.count("no edge") == 3; }));
    CHECK(eventually([&] { return world.agent->overview().box.proxy_problem.empty(); }));
    settle(true);
    CHECK(eventually([&] { return world.box.count("routes") == 2; }));
    settle(false);
    CHECK(eventually([&] { return world.box.count("no edge") == 4; }));
    world.boot();  // what an earlier agent left is ended, too
    CHECK(eventually([&] { return world.box.count("no edge") == 5; }));
    world.boot_without_journal();
    CHECK(eventually([&] { return world.agent->overview().box.disk_free_bytes.has_value(); }));
    CHECK(world.box.count("no edge") == 5);
}

TEST_CASE("a copy for which there is no room leaves nothing, and comes when there is") {
    World world;
    world.box.leave_disk(mebibytes(1));
    world.box.hook_status("join", 75);
    world.boot();
    world.assign({assignment(1)});
    CHECK(eventually([&] { return world.seen("acme-1").phase == PartitionPhase::Failed; }));
    CHECK(world.seen("acme-1").reason.find("disk full: join") == 0);
    CHECK(eventually([&] { return world.box.count("erase acme-1") > 1; }));
    world.box.leave_disk(gibibytes(1));
    world.box.hook_status("join", 0);
    CHECK(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
}

TEST_CASE("a founder for which there is no room leaves nothing, and begins when there is") {
    World world;
    world.box.leave_disk(mebibytes(1));
    world.box.hook_status("init", 1);
    world.boot();
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.seen("acme-0").phase == PartitionPhase::Failed; }));
    CHECK(world.seen("acme-0").reason.find("disk full: init") == 0);
    CHECK(eventually([&] { return world.box.count("erase acme-0") > 1; }));
    world.boot();  // the journal still knows that nothing was ever there
    const int before = world.box.count("erase acme-0");
    CHECK(eventually([&] { return world.box.count("erase acme-0") > before; }));
    world.box.leave_disk(gibibytes(1));
    world.box.hook_status("init", 0);
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
}

TEST_CASE("an init or join that fails without a journal erases nothing, however full the disk") {
    World world;
    world.boot();
    world.found_two();
    world.agent.reset();
    for (const char* partition : {"acme-0", "acme-1"}) world.box.crash(partition);
    world.box.leave_disk(mebibytes(1));
    for (const char* hook : {"init", "join"}) world.box.hook_status(hook, 1);
    const auto tries = [&] {
        return std::min(world.box.count("init acme-0"), world.box.count("join acme-1"));
    };
    world.boot_without_journal();
    world.assign({assignment(0), assignment(1)});
    CHECK(eventually([&] { return tries() > 3; }));
    world.boot();  // also when the journal that was begun afterwards is read again
    const int before = tries();
    CHECK(eventually([&] { return tries() > before + 1; }));
    CHECK(world.box.count("erase acme-0") == 0);
    CHECK(world.box.count("erase acme-1") == 0);
}

TEST_CASE("an agent of another version than the one that wrote the wish asks for everything once") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    CHECK(world.agent->report().applied_revision == Revision(1));
    world.agent.reset();
    Recovered older = world.journal.recovered();
    SECTION("of before it was noted") { older.agent_version = "0.9"; }
    SECTION("or the wish does not say which order it means") {
        older.desired.assignments.begin()->second.ordered_at = {};
    }
    world.boot(older);
    CHECK(world.agent->report().applied_revision == Revision());
    world.revision = 0;
    world.assign({assignment(0)});
    CHECK(world.agent->report().applied_revision == Revision(1));
    world.boot();
    CHECK(world.agent->report().applied_revision == Revision(1));
}

TEST_CASE("moments of takeovers outlive the agent that saw them, and are told to the master") {
    World world;
    Recovered before = world.journal.recovered();
    LeadershipReport seen;
    seen.partition = PartitionId("acme-0");
    seen.fence = {Generation(1), Epoch(4)};
    seen.end = LeadershipEnd{LeadershipEndReason::Ill, WallTime{5}, Duration(6)};
    before.takeovers.leaderships = {seen};
    before.takeovers.routings = {{InstanceName("b"), {}, {Generation(1), Epoch(2)}, {}, {}, {}}};
    const KeptTakeovers kept = before.takeovers;
    world.boot(std::move(before));
    const auto report = world.agent->report();
    CHECK(report.leaderships == kept.leaderships);
    CHECK(report.routings == kept.routings);
    CHECK(report.observation_number != 0);
}

TEST_CASE("a host's pause stops everything, outlives the agent, and is told until it is known") {
    World world;
    world.boot();
    world.found_two();
    const auto acknowledge = [&] {
        SyncAnswer heard = world.answer({});
        heard.observations_acknowledged = world.agent->report().observation_number;
        REQUIRE(world.agent->digest(heard).ok());
    };
    REQUIRE(world.agent->report().host == HostOrder{});
    acknowledge();
    CHECK_FALSE(world.agent->report().host);  // it is known
    const HostOrder pause{HostWish::Paused, world.clock.wall() + Duration(3'600'000)};
    REQUIRE(world.agent->obey_host(pause).ok());
    const auto stopped = [&] {
        return world.seen("acme-0").phase == PartitionPhase::Stopped &&
               world.seen("acme-1").phase == PartitionPhase::Stopped;
    };
    CHECK(eventually(stopped));
    CHECK(world.agent->report().host == pause);
    world.assign({});  // an answer, but nothing was committed: the master's database is away
    CHECK(world.agent->report().host == pause);
    acknowledge();
    CHECK_FALSE(world.agent->report().host);
    CHECK(world.agent->overview().host == pause);
    CHECK_FALSE(world.agent->look_at_host_clock());
    // New work is taken up, and not begun.
    world.assign({led_by(0, 2, 1)});
    CHECK(eventually([&] { return world.seen("acme-2").phase == PartitionPhase::Stopped; }));
    world.boot();
    CHECK(eventually(stopped));
    CHECK(world.agent->report().host == pause);
    REQUIRE(world.agent->obey_host({}).ok());
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(world.journal.recovered().host == HostOrder{});
}

TEST_CASE("a pause ends by itself at its time; one that cannot be written down changes nothing") {
    World world;
    world.boot();
    world.found_two();
    REQUIRE(world.agent->obey_host({HostWish::Paused, world.clock.wall()}).ok());
    CHECK(world.agent->look_at_host_clock());
    CHECK(world.agent->overview().host == HostOrder{});
    CHECK_FALSE(world.agent->look_at_host_clock());
    world.journal.refuse(error(ErrorCode::ResourceExhausted, "the disk is full"));
    CHECK(world.agent->obey_host({HostWish::Paused, std::nullopt}).failure().message ==
          "the disk is full");
    CHECK(world.agent->overview().host == HostOrder{});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
}

TEST_CASE("a pause of limits stands beside the host's own: neither ends or hides the other") {
    World world;
    world.boot();
    world.found_two();
    const auto told = [&] { return world.agent->report().host; };
    const auto stopped = [&] { return world.seen("acme-0").phase == PartitionPhase::Stopped; };
    const WallTime soon = world.clock.wall() + Duration(3'600'000);
    const WallTime later = soon + Duration(3'600'000);
    const HostOrder limit{HostWish::Paused, soon};
    CHECK(world.agent->serves());
    world.agent->obey_limits(limit);
    CHECK(eventually(stopped));
    CHECK_FALSE(world.agent->serves());
    CHECK(told() == limit);
    CHECK(world.agent->overview().host == HostOrder{});
    CHECK(world.journal.recovered().host == HostOrder{});
    // The host's own, longer or without an end, is what the master hears then.
    REQUIRE(world.agent->obey_host({HostWish::Paused, later}).ok());
    CHECK(told() == HostOrder{HostWish::Paused, later});
    REQUIRE(world.agent->obey_host({HostWish::Paused, std::nullopt}).ok());
    CHECK(told() == HostOrder{HostWish::Paused, std::nullopt});
    world.agent->obey_limits(std::nullopt);
    CHECK(world.agent->overview().host == HostOrder{HostWish::Paused, std::nullopt});
    CHECK(stopped());
    world.agent->obey_limits(limit);
    REQUIRE(world.agent->obey_host({}).ok());
    CHECK(told() == limit);
    CHECK(stopped());
    // A box that is to be emptied goes on being so, and is quiet all the same.
    REQUIRE(world.agent->obey_host({HostWish::Draining, std::nullopt}).ok());
    CHECK(told() == HostOrder{HostWish::Draining, std::nullopt});
    CHECK(stopped());
    REQUIRE(world.agent->obey_host({}).ok());
    world.agent->obey_limits(std::nullopt);
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(told() == HostOrder{});
}

namespace {

HostRefusals of_country(const char* country, bool now = false) {
    HostRefusals refusals;
    refusals.what.countries.insert(CountryCode(country));
    refusals.now = now;
    return refusals;
}

Assignment of_tenant(const char* country, Assignment assigned) {
    assigned.tenant_country = CountryCode(country);
    return assigned;
}

}  // namespace

TEST_CASE("what a host refuses is not begun, whatever the master assigns, and that is told") {
    World world;
    world.boot();
    world.found_two();
    REQUIRE(world.agent->obey_refusals(of_country("RU")).ok());
    CHECK(world.agent->report().refuses == of_country("RU"));
    world.assign({of_tenant("RU", led_by(0, 2, 1))});
    const auto refused = [&] {
        const auto seen = world.seen("acme-2");
        return seen.phase == PartitionPhase::Failed &&
               seen.reason == "refused_by_host: its host takes no tenants of RU";
    };
    CHECK(eventually(refused));
    CHECK(world.agent->overview().refused ==
          std::map<PartitionId, std::string>{{PartitionId("acme-2"), "takes no tenants of RU"}});
    CHECK(world.runs("acme-0", ReplicaRole::Primary, 1));  // of a tenant whose country is not known
    world.boot();
    CHECK(world.agent->overview().refuses == of_country("RU"));
    CHECK(world.agent->report().refuses == of_country("RU"));
    CHECK(eventually(refused));
    REQUIRE(world.agent->obey_refusals({}).ok());
    CHECK(eventually([&] { return world.runs("acme-2", ReplicaRole::Standby, 1); }));
}

TEST_CASE("what is here when its host refuses it goes on, also after a power cut, unless now") {
    World world;
    world.boot();
    world.found_two();
    world.assign({of_tenant("RU", assignment(0)), of_tenant("FR", assignment(1))});
    REQUIRE(world.agent->obey_refusals(of_country("RU")).ok());
    CHECK(world.agent->overview().refused.size() == 1);
    world.boot();
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    REQUIRE(world.agent->obey_refusals(of_country("RU", true)).ok());
    CHECK(eventually([&] { return world.seen("acme-0").phase == PartitionPhase::Failed; }));
    CHECK(world.seen("acme-1").phase == PartitionPhase::Running);
    world.boot();
    CHECK(eventually([&] { return world.seen("acme-0").phase == PartitionPhase::Failed; }));
    REQUIRE(world.agent->obey_refusals({}).ok());
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
}

TEST_CASE("refusals that make no sense or cannot be written down change nothing") {
    World world;
    world.boot();
    REQUIRE(world.agent->obey_refusals(of_country("RU")).ok());
    CHECK_FALSE(world.agent->obey_refusals(of_country("UK")).ok());
    world.journal.refuse(error(ErrorCode::ResourceExhausted, "the disk is full"));
    CHECK(world.agent->obey_refusals({}).failure().message == "the disk is full");
    CHECK(world.agent->overview().refuses == of_country("RU"));
    CHECK(world.journal.recovered().refuses == of_country("RU"));
}
