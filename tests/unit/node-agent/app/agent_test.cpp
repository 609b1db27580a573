#include "node-agent/app/agent.h"

#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_box.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;
using foyer::test::eventually;

namespace {

AgentRules quick() {
    AgentRules rules;
    rules.worker.backoff = {Duration(5), Duration(40)};
    rules.worker.not_yet_wait_max = Duration(20);
    rules.worker.look_period = Duration(10);
    rules.worker.unready_probe_period = Duration(10);
    rules.worker.fence_retry = Duration(5);
    rules.worker.steps.rejoin_after = Duration(50);
    rules.box.tick = Duration(10);
    rules.box.disk_check = Duration(10);
    rules.box.backoff = {Duration(5), Duration(20)};
    rules.partitions_max = 3;
    return rules;
}

struct World {
    test::FakeBox box;
    test::MemoryJournal journal;
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    std::unique_ptr<Agent> agent;
    std::uint64_t revision = 0;

    ~World() { agent.reset(); }

    void boot() { boot(journal.recovered()); }
    void boot_without_journal() {
        Recovered nothing;
        nothing.desired_lost = true;
        boot(std::move(nothing));
        revision = 0;
    }
    void boot(Recovered recovered) {
        agent.reset();
        const AgentPorts ports{box,     box,   box, box, box, test::fake_release,
                               journal, clock, rng, log};
        agent = std::make_unique<Agent>(ports, quick(), std::move(recovered));
        REQUIRE(agent->start().ok());
    }
    SyncAnswer answer(std::vector<Assignment> assignments) {
        SyncAnswer made;
        made.delta.lineage = LineageId("l1");
        made.delta.base = Revision(revision);
        made.delta.revision = Revision(++revision);
        for (Assignment& item : assignments) item.revision = made.delta.revision;
        made.delta.assignments = std::move(assignments);
        return made;
    }
    void assign(std::vector<Assignment> assignments) {
        REQUIRE(agent->digest(answer(std::move(assignments))).ok());
    }
    // Copy 0 leads, copy 1 follows.
    void found_two() {
        assign({assignment(0), assignment(1)});
        REQUIRE(eventually([&] {
            return runs("acme-0", ReplicaRole::Primary, 1) &&
                   runs("acme-1", ReplicaRole::Standby, 1);
        }));
    }
    void remove(const char* partition) {
        auto made = answer({});
        made.delta.removed_assignments = {PartitionId(partition)};
        REQUIRE(agent->digest(made).ok());
    }
    PartitionObservation seen(const std::string& partition) const {
        for (const auto& item : agent->overview().partitions) {
            if (item.partition.str() == partition) return item;
        }
        return {};
    }
    bool runs(const std::string& partition, ReplicaRole role, std::uint64_t epoch) const {
        const auto item = seen(partition);
        return item.phase == PartitionPhase::Running && item.role == role &&
               item.fence == test::fence(epoch) && item.position;
    }
};

Assignment led_by(int leader, int index, std::uint64_t epoch) {
    Assignment made = assignment(index, epoch);
    made.role = leader == index ? ReplicaRole::Primary : ReplicaRole::Standby;
    made.leader = ReplicaIndex{leader};
    if (leader < 0) made.leader.reset();
    return made;
}

}  // namespace

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

TEST_CASE("without a journal, what lies here for another order of the name is still not taken") {
    World world;
    world.boot();
    world.found_two();
    world.agent.reset();
    world.boot_without_journal();
    world.revision = 0;
    Assignment again = assignment(1, 1, 9);
    again.ordered_at = WallTime{1'700'000'000'001};
    world.assign({again});
    CHECK(eventually([&] { return world.runs("acme-1", ReplicaRole::Standby, 1); }));
    const auto deeds = world.box.deeds();
    const auto erased = std::ranges::find(deeds, "erase acme-1");
    REQUIRE(erased != deeds.end());
    CHECK(std::find(erased, deeds.end(), "prepare acme-1") != deeds.end());
}

TEST_CASE(
    "a removed partition is stopped, erased and named to the master; its name may come again") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    REQUIRE(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.remove("acme-0");
    CHECK(eventually([&] { return world.box.names().empty(); }));
    CHECK(eventually([&] { return !world.agent->report().erased.empty(); }));
    CHECK(world.journal.recovered().partitions.empty());
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(world.box.count("init acme-0") == 2);
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

TEST_CASE("a removal is not forgotten by an agent that dies before the partition's journal knows") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    const LocalState before = world.journal.recovered().partitions.at(PartitionId("acme-0"));
    world.box.fail("stop acme-0", 1'000);
    world.remove("acme-0");
    world.agent.reset();
    world.journal.hold_back(before);
    world.box.fail("stop acme-0", 0);
    world.boot();
    CHECK(eventually([&] { return world.box.names().empty(); }));
}

TEST_CASE("what no wish knows and a full answer does not name is kept for the long hold") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.agent.reset();
    world.journal.lose_desired();
    world.revision = 0;
    world.boot();
    REQUIRE(world.agent->digest(world.answer({})).ok());
    CHECK(eventually([&] {
        return world.journal.recovered().partitions.at(PartitionId("acme-0")).removal ==
               Removal::Forgotten;
    }));
    CHECK(world.box.partition("acme-0").running);
}

TEST_CASE("the first full report names what is on the box, before anybody has looked at it") {
    World world;
    world.boot();
    world.assign({assignment(0)});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    world.boot();
    const SyncReport first = world.agent->report();
    CHECK(first.observations_full);
    REQUIRE(first.observations.size() == 1);
    CHECK(first.observations[0].partition == PartitionId("acme-0"));
}

TEST_CASE("what is left of a deleted instance goes before its namesake comes") {
    World world;
    world.boot();
    world.assign({assignment(0, 5)});
    REQUIRE(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 5); }));
    Assignment anew = assignment(0, 1);
    anew.ordered_at = anew.ordered_at + Duration(60'000);
    SECTION("told while it runs") {}
    SECTION("told to an agent that lost its wish") {
        world.agent.reset();
        world.journal.lose_desired();
        world.revision = 0;
        world.boot();
    }
    world.assign({anew});
    CHECK(eventually([&] { return world.runs("acme-0", ReplicaRole::Primary, 1); }));
    CHECK(world.box.count("erase acme-0") == 1);
    CHECK(world.box.count("init acme-0") == 2);
    CHECK(world.seen("acme-0").ordered_at == anew.ordered_at);
    CHECK(world.journal.recovered().partitions.at(PartitionId("acme-0")).ordered_at ==
          anew.ordered_at);
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
