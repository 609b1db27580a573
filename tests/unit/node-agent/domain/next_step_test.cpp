#include "node-agent/domain/next_step.h"

#include "node-agent/domain/observe.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using foyer::test::assignment;

namespace {

constexpr MonoTime start{10'000};

// One partition's world with a decision to make.
struct World {
    std::optional<Assignment> desired;
    LocalState local{.partition = PartitionId("acme-0")};
    Session session;
    StepRules rules;
    Now now{start, {1'000'000}};

    const Assignment* wish() const { return desired ? &*desired : nullptr; }
    Step next() const { return next_step(wish(), local, session, rules, now); }
    StepKind kind() const { return next().kind; }
    World& does(StepKind expected) {
        const Step step = next();
        REQUIRE(std::string(to_text(step.kind)) == std::string(to_text(expected)));
        local = after_step(before_step(local, step, wish()), step, wish());
        session = session_after(session, step, wish());
        if (step.kind == StepKind::Probe) session.next_probe = now.mono + Duration(5000);
        return *this;
    }
    bool waits(const std::string& reason = "") const {
        return kind() == StepKind::Wait && next().reason.find(reason) != std::string::npos;
    }
};

World founder() {
    World world;
    world.desired = assignment(0);
    return world;
}

World standby() {
    World world;
    world.desired = assignment(1);
    world.local.partition = PartitionId("acme-1");
    return world;
}

World running(World world) {
    for (int i = 0; i < 10 && !(world.kind() == StepKind::Wait); ++i) world.does(world.kind());
    REQUIRE(world.session.service == ServiceState::Running);
    return world;
}

}  // namespace

TEST_CASE("the founder fetches, prepares, initialises, starts") {
    auto world = founder();
    world.does(StepKind::EnsureImage)
        .does(StepKind::Prepare)
        .does(StepKind::RunInit)
        .does(StepKind::Start)
        .does(StepKind::Probe);
    CHECK(world.waits());
    CHECK(world.local.promoted == test::fence(1));
    CHECK(world.local.led == true);
}

TEST_CASE("the others make ready, wait while nobody leads, and join") {
    auto world = standby();
    world.desired->leader.reset();
    world.does(StepKind::EnsureImage).does(StepKind::Prepare);
    CHECK(world.waits("nobody leads"));
    world.desired->leader = ReplicaIndex{0};
    world.does(StepKind::RunJoin).does(StepKind::Start).does(StepKind::Probe);
    CHECK(world.local.led == false);
}

TEST_CASE("a copy without data is never made to lead by joining nobody") {
    auto world = standby();
    world.desired->role = ReplicaRole::Primary;
    world.desired->leader = ReplicaIndex{1};
    CHECK(world.waits("holds no data"));
}

TEST_CASE("a standby told to lead is prepared, then promoted, and the intention is written first") {
    auto world = running(standby());
    world.desired = assignment(1, 2, 5);
    world.desired->role = ReplicaRole::Primary;
    world.desired->leader = ReplicaIndex{1};
    CHECK(before_step(world.local, world.next(), world.wish()).led == true);
    world.does(StepKind::Prepare).does(StepKind::Promote).does(StepKind::Probe);
    CHECK(world.local.promoted == test::fence(2));
    CHECK(world.waits());
}

TEST_CASE(
    "a primary that lost the lead is killed at once, whatever its backoff, then rejoins and "
    "starts") {
    auto world = running(founder());
    world.session.not_before = start + Duration(60'000);
    world.session.failures = 9;
    world.desired = assignment(0, 2, 5);
    world.desired->role = ReplicaRole::Standby;
    world.desired->leader = ReplicaIndex{1};
    world.does(StepKind::Fence);
    CHECK(world.local.applied == test::fence(2));
    CHECK(world.kind() == StepKind::Wait);
    world.session.not_before = {};
    world.does(StepKind::Prepare)
        .does(StepKind::Rejoin)
        .does(StepKind::Start)
        .does(StepKind::Probe);
    CHECK(world.local.led == false);
}

TEST_CASE(
    "a former primary stays stopped while nobody leads, and may lead again without rejoining") {
    auto world = running(founder());
    world.desired = assignment(0, 2, 5);
    world.desired->role = ReplicaRole::Standby;
    world.desired->leader.reset();
    world.does(StepKind::Fence);
    CHECK(world.waits("nobody leads"));
    world.desired = assignment(0, 3, 6);
    world.does(StepKind::Prepare)
        .does(StepKind::Start)
        .does(StepKind::Promote)
        .does(StepKind::Probe);
    CHECK(world.local.promoted == test::fence(3));
}

TEST_CASE("a standby follows another leader, or nobody, by a reload") {
    auto world = running(standby());
    world.desired = assignment(1, 2, 5);
    world.desired->leader.reset();
    world.does(StepKind::Prepare).does(StepKind::Reload).does(StepKind::Probe);
    CHECK(world.local.applied == test::fence(2));
    world.desired = assignment(1, 3, 6);
    world.desired->leader = ReplicaIndex{2};
    world.does(StepKind::Prepare).does(StepKind::Reload).does(StepKind::Probe);
}

TEST_CASE("other parameters or sizes restart the service; members do not") {
    auto world = running(standby());
    world.desired->revision = Revision(5);
    world.desired->parameters_json = R"({"company":"x"})";
    world.does(StepKind::Prepare)
        .does(StepKind::Stop)
        .does(StepKind::Prepare)
        .does(StepKind::Start)
        .does(StepKind::Probe);
    world.desired->revision = Revision(6);
    world.desired->members.pop_back();
    world.does(StepKind::Prepare).does(StepKind::Reload);
}

TEST_CASE("a diverged standby rejoins, but only when there is someone to rejoin") {
    auto world = running(standby());
    world.local.diverged = true;
    world.desired->leader.reset();
    CHECK(world.kind() != StepKind::Stop);
    world.desired->leader = ReplicaIndex{0};
    world.does(StepKind::Stop).does(StepKind::Prepare).does(StepKind::Rejoin).does(StepKind::Start);
    CHECK_FALSE(world.local.diverged);
}

TEST_CASE("an older order is not obeyed") {
    auto world = running(founder());
    world.local.fence = test::fence(5);
    world.desired = assignment(0, 4, 9);
    world.desired->role = ReplicaRole::Standby;
    CHECK(world.waits("older"));
    CHECK(world.next().until > start + Duration(1'000'000'000));
}

TEST_CASE("after a restart of the agent a healthy partition is only probed") {
    auto world = running(founder());
    world.session = Session{};
    world.session.service = ServiceState::Running;
    world.session.secrets = SecretsState::WithMaster;
    world.does(StepKind::Probe);
    CHECK(world.waits());
}

TEST_CASE("after a power cut nothing starts before the secrets are back") {
    auto world = running(founder());
    world.session = Session{};
    world.session.secrets = SecretsState::WithMaster;
    CHECK(world.waits("secrets"));
    world.session.secrets = SecretsState::Known;
    world.does(StepKind::EnsureImage)
        .does(StepKind::Prepare)
        .does(StepKind::Start)
        .does(StepKind::Probe);
}

TEST_CASE("a running service without a journal is asked before it is touched") {
    auto world = standby();
    world.local.led.reset();
    world.session.service = ServiceState::Running;
    CHECK(world.kind() == StepKind::Probe);
    world.local = adopted(world.local, *world.desired, false, std::nullopt);
    CHECK(world.local.initialized);
    world.does(StepKind::EnsureImage).does(StepKind::Prepare).does(StepKind::Reload);
}

TEST_CASE("a leader whose journal is lost is started and asked, one without data is not") {
    auto world = running(founder());
    world.desired->founder = false;  // long initialized
    world.local = LocalState{.partition = world.desired->partition};
    world.session = Session{};
    CHECK(world.waits("holds no data"));
    world.local.led.reset();
    world.does(StepKind::EnsureImage).does(StepKind::Prepare).does(StepKind::Start);
    CHECK(world.local.initialized);
    CHECK(world.local.led == true);
    // Also when the agent dies while it starts.
    LocalState unknown{.partition = world.desired->partition};
    unknown.led.reset();
    const LocalState noted = before_step(unknown, {StepKind::Start, {}, {}}, &*world.desired);
    CHECK(noted.initialized);
    CHECK(noted.led == true);
}

TEST_CASE("told to stop it stops, and stays") {
    auto world = running(founder());
    world.desired->desired = DesiredState::Stopped;
    world.does(StepKind::Stop);
    CHECK(world.waits());
}

TEST_CASE("an ordered removal stops and erases after the hold") {
    auto world = running(founder());
    world.desired.reset();
    world.local.removal = Removal::Ordered;
    world.local.removed_at = world.now.wall;
    world.rules.erase_hold = Duration(1000);
    world.does(StepKind::Stop);
    CHECK(world.next().until == start + Duration(1000));
    world.now.wall = world.now.wall + Duration(1000);
    world.does(StepKind::Erase);
    CHECK(world.local == LocalState{.partition = PartitionId("acme-0")});
}

TEST_CASE("a clock that jumped back does not make a hold longer than it is") {
    auto world = founder();
    world.desired.reset();
    world.local.removal = Removal::Ordered;
    world.local.removed_at = world.now.wall + Duration(1'000'000'000);
    world.rules.erase_hold = Duration(1000);
    CHECK(world.next().until == start + Duration(1000));
}

TEST_CASE("what a restored master forgot runs on untouched for the long hold") {
    auto world = running(founder());
    world.desired.reset();
    world.local.removal = Removal::Forgotten;
    world.local.removed_at = world.now.wall;
    CHECK(world.waits("kept"));
    world.now.wall = world.now.wall + world.rules.forgotten_hold;
    world.does(StepKind::Stop).does(StepKind::Erase);
}

TEST_CASE("an unwanted partition that nobody removed is left alone") {
    auto world = running(founder());
    world.desired.reset();
    CHECK(world.kind() == StepKind::Wait);
}

TEST_CASE("a removal is finished before the same name lives here again") {
    auto world = running(founder());
    world.local.removal = Removal::Ordered;
    world.local.removed_at = world.now.wall;
    world.does(StepKind::Stop)
        .does(StepKind::Erase)
        .does(StepKind::EnsureImage)
        .does(StepKind::Prepare)
        .does(StepKind::RunInit);
}

TEST_CASE("a witness has nothing to run") {
    auto world = standby();
    world.desired->kind = ReplicaKind::Witness;
    world.desired->role = ReplicaRole::Witness;
    CHECK(world.waits());
}

namespace {

// The box still holds a former "acme", as its leader at a high fence.
World reordered() {
    auto world = founder();
    world.desired = assignment(0, 7);
    world = running(std::move(world));
    world.desired = assignment(0, 1, 9);
    world.desired->ordered_at = world.desired->ordered_at + Duration(60'000);
    return world;
}

}  // namespace

TEST_CASE("what is of another order is stopped and erased, and the new one begins from nothing") {
    auto world = reordered();
    world.does(StepKind::Stop);
    CHECK(world.local.ordered_at != world.desired->ordered_at);
    world.does(StepKind::Erase);
    CHECK(world.local == LocalState{.partition = PartitionId("acme-0")});
    world.does(StepKind::EnsureImage);
    CHECK(world.local.ordered_at == world.desired->ordered_at);
    world.does(StepKind::Prepare).does(StepKind::RunInit).does(StepKind::Start);
    CHECK(world.local.fence == test::fence(1));
}

TEST_CASE("what a restored master forgot does not outlive another order of its name") {
    auto world = reordered();
    world.local.removal = Removal::Forgotten;
    world.local.removed_at = world.now.wall;
    world.local = given_up(world.local, world.wish(), world.now.wall);
    CHECK(world.local.removal == Removal::Ordered);
    world.does(StepKind::Stop).does(StepKind::Erase);
}

TEST_CASE("what is not known to be of another order is kept, and is of this one from then on") {
    auto world = running(founder());
    const WallTime known = world.desired->ordered_at;
    world.local.ordered_at = {};
    world.session.next_probe = {};
    world.does(StepKind::Probe);
    CHECK(world.local.ordered_at == known);
    CHECK(world.local.initialized);
    // An older master does not say it, and may mean another order.
    world.desired->ordered_at = {};
    world.session.next_probe = {};
    world.does(StepKind::Probe);
    CHECK(world.local.ordered_at == WallTime{});
}

TEST_CASE("another order of the same name supersedes what is being done") {
    const Assignment before = assignment(1);
    Assignment now = before;
    CHECK_FALSE(supersedes(&now, &before));
    now.ordered_at = now.ordered_at + Duration(1);
    CHECK(supersedes(&now, &before));
    now.ordered_at = {};
    CHECK_FALSE(supersedes(&now, &before));
}

TEST_CASE("of what is of another order nothing is said that could be taken for the new one") {
    const auto world = reordered();
    const PartitionObservation seen =
        observe(world.wish(), world.local, world.session, {StepKind::Stop, {}, {}}, "");
    CHECK(seen.ordered_at == world.local.ordered_at);
    CHECK(seen.fence == Fence{});
    CHECK(seen.phase == PartitionPhase::Stopping);
    CHECK_FALSE(seen.initialized);
    CHECK_FALSE(seen.position);
}

TEST_CASE("on a paused box everything stops, and goes on where it was afterwards") {
    for (World world : {running(founder()), running(standby())}) {
        const auto led = world.local.led;
        world.session.paused = true;
        world.session.not_before = {};
        world.does(StepKind::Stop);
        CHECK(world.waits("its host has paused this box"));
        CHECK(observe(world.wish(), world.local, world.session, world.next(), "").phase ==
              PartitionPhase::Stopped);
        world.session.paused = false;
        CHECK(world.local.led == led);
        world = running(world);
    }
    World unknown = running(standby());
    unknown.local.led.reset();
    unknown.session.paused = true;
    CHECK(unknown.kind() == StepKind::Stop);  // whatever it is
}

TEST_CASE("on a paused box nothing runs that nobody wants any more, either") {
    World kept = running(standby());
    kept.desired.reset();
    kept.local.removal = Removal::Forgotten;
    kept.local.removed_at = kept.now.wall;
    CHECK(kept.kind() == StepKind::Wait);  // it runs on for days: it may be wanted again
    kept.session.paused = true;
    kept.does(StepKind::Stop);
    World stale = running(standby());
    stale.local.fence = test::fence(9);
    REQUIRE(stale.waits("older than one already obeyed"));
    stale.session.paused = true;
    stale.does(StepKind::Stop);
}

TEST_CASE("of a copy that the host refuses nothing is begun; what is here goes on") {
    for (World world : {founder(), standby()}) {
        world.session.refused = {"takes no tenants of RU", false};
        CHECK(world.waits("refused_by_host: its host takes no tenants of RU"));
        const auto seen = observe(world.wish(), world.local, world.session, world.next(), "");
        CHECK(seen.phase == PartitionPhase::Failed);
        CHECK(seen.reason == "refused_by_host: its host takes no tenants of RU");
        world.session.refused = {};
        world = running(world);
        world.session.refused = {"takes no tenants of RU", false};
        CHECK(world.waits());
        // A power cut later, too.
        world.session = Session{.refused = {"takes no tenants of RU", false}};
        running(world);
    }
}

TEST_CASE("what the host refuses now stops, and goes on once he allows it") {
    World world = running(founder());
    world.session.refused = {"takes no releases of the kind mail", true};
    world.does(StepKind::Stop);
    CHECK(world.waits("refused_by_host"));
    CHECK(observe(world.wish(), world.local, world.session, world.next(), "").phase ==
          PartitionPhase::Failed);
    // A pause says more: nothing of anybody runs.
    world.session.paused = true;
    CHECK(world.waits("its host has paused this box"));
    world.session.paused = false;
    world.session.refused = {};
    world = running(world);
    CHECK(world.session.service == ServiceState::Running);
}

TEST_CASE("what is here of another order is no reason to begin one that is refused") {
    World world = running(founder());
    world.local.ordered_at = WallTime{1};
    world.desired->ordered_at = WallTime{2};
    world.session.refused = {"takes no tenants of RU", false};
    world.does(StepKind::Stop).does(StepKind::Erase);
    world.local = LocalState{.partition = world.local.partition};
    world.session = Session{.refused = {"takes no tenants of RU", false}};
    CHECK(world.waits("refused_by_host"));
}
