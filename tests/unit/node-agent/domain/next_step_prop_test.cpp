// A random life of one partition: orders, failures, crashes of the agent between any two writes,
// crashes of the service, power cuts, lost journals are not part of it. After every act the
// invariants of next_step.h are checked; when the faults stop it must converge.
#include "node-agent/domain/next_step.h"

#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

// What is really so on the box, behind the agent's back.
struct Box {
    bool image = false;
    bool volume_holds_copy = false;
    std::optional<Assignment> replica_json;  // as last prepared; gone with the power
    bool running = false;
    bool leads = false;             // the running service acts as primary
    bool wrote_as_primary = false;  // since the last init, join, rejoin
};

class Life {
public:
    explicit Life(std::uint64_t seed) : rng_(seed) {}

    void live(int steps) {
        order();
        for (int i = 0; i < steps; ++i) {
            if (chance(12)) order();
            if (chance(25)) crash_agent();
            if (chance(30) && box_.running) box_.running = false;
            if (chance(120)) cut_power();
            step(/*faults=*/true);
        }
        calm_down();
    }

private:
    bool chance(std::uint64_t one_in) { return rng_.below(one_in) == 0; }

    void order() {
        if (desired_ && chance(15)) {
            desired_.reset();
            memory_.removal = chance(2) ? Removal::Ordered : Removal::Forgotten;
            memory_.removed_at = now_.wall;
            disk_ = memory_;
            return;
        }
        if (!desired_ && memory_.removal == Removal::Ordered && !chance(3)) return;
        if (chance(12)) {  // deleted and ordered anew, where nobody told this box
            ordered_at_ = ordered_at_ + Duration(60'000);
            epoch_ = 1;
            leader_of_.clear();
            ever_copied_ = false;
        }
        Assignment next = test::assignment(1, epoch_, ++revision_);
        next.ordered_at = ordered_at_;
        epoch_ += rng_.below(2);
        next.fence = test::fence(epoch_);
        next.founder = true;
        const bool leads = box_.volume_holds_copy || !ever_copied_ ? chance(2) : false;
        next.role = leads ? ReplicaRole::Primary : ReplicaRole::Standby;
        // One epoch has one leader, as the master promises.
        if (const auto fixed = leader_of_.find(epoch_); fixed != leader_of_.end())
            next.role = fixed->second;
        leader_of_[epoch_] = next.role;
        if (next.role == ReplicaRole::Primary) {
            next.leader = ReplicaIndex{1};
        } else if (chance(4)) {
            next.leader.reset();
        } else {
            next.leader = ReplicaIndex{0};
        }
        if (chance(6)) next.desired = DesiredState::Stopped;
        if (chance(6)) next.parameters_json = R"({"n":)" + std::to_string(revision_) + "}";
        if (chance(10) && desired_)
            next.fence = test::fence(epoch_ > 1 ? epoch_ - 1 : 1);  // a stale order must be ignored
        if (memory_.removal == Removal::Forgotten) memory_.removal = disk_.removal = Removal::None;
        desired_ = next;
    }

    const Assignment* wish() const { return desired_ ? &*desired_ : nullptr; }

    void crash_agent() {
        memory_ = disk_;
        session_ = Session{};
    }

    void cut_power() {
        crash_agent();
        box_.running = false;
        box_.replica_json.reset();
    }

    // False: the step failed, or the agent died in the middle of it.
    bool step(bool faults) {
        now_.mono = now_.mono + Duration(1000);
        now_.wall = now_.wall + Duration(1000);
        session_.service = box_.running
                               ? ServiceState::Running
                               : (box_.replica_json ? ServiceState::Ended : ServiceState::Absent);
        if (!box_.running && session_.service == ServiceState::Absent)
            session_.prepared = Revision();
        const Step next = next_step(wish(), memory_, session_, rules_, now_);
        check_before(next);
        if (next.kind == StepKind::Wait) return true;
        memory_ = before_step(memory_, next, wish());
        disk_ = memory_;
        if (faults && chance(15)) return crash_agent(), false;
        if (faults && chance(6)) return false;
        effect(next);
        if (faults && chance(15)) return crash_agent(), false;
        session_ = session_after(session_, next, wish());
        memory_ = after_step(memory_, next, wish());
        disk_ = memory_;
        check_after();
        return true;
    }

    void check_before(const Step& next) {
        const bool acts_on_wish = next.kind != StepKind::Wait && next.kind != StepKind::Probe &&
                                  next.kind != StepKind::Erase && next.kind != StepKind::Stop;
        if (acts_on_wish) {
            REQUIRE(wish() != nullptr);
            REQUIRE_FALSE(wish()->fence < memory_.fence);  // 1
            REQUIRE_FALSE(is_of_another_order());          // 6
        }
        // 2: whoever leads against the newest wish is killed before anything else happens to it.
        const bool must_fence = wish() != nullptr && memory_.removal != Removal::Ordered &&
                                !is_of_another_order() && !(wish()->fence < memory_.fence) &&
                                wish()->role == ReplicaRole::Standby && box_.running && box_.leads;
        if (must_fence) REQUIRE(next.kind == StepKind::Fence);
        if (next.kind == StepKind::Start && wish()->role == ReplicaRole::Standby)
            REQUIRE_FALSE(box_.wrote_as_primary);
        // 3
        if (next.kind == StepKind::Start || next.kind == StepKind::RunInit ||
            next.kind == StepKind::RunJoin || next.kind == StepKind::Rejoin ||
            next.kind == StepKind::Reload || next.kind == StepKind::Promote) {
            REQUIRE(box_.replica_json.has_value());
            REQUIRE(box_.replica_json->revision == wish()->revision);
        }
        if (next.kind == StepKind::RunInit || next.kind == StepKind::RunJoin)
            REQUIRE_FALSE(memory_.initialized);
        if (next.kind == StepKind::Promote || next.kind == StepKind::Reload) REQUIRE(box_.running);
        if (next.kind == StepKind::Erase && !is_of_another_order())
            REQUIRE(memory_.removal != Removal::None);  // 4
        if (next.kind == StepKind::Erase && memory_.removal == Removal::Forgotten) {
            REQUIRE(now_.wall - memory_.removed_at >= rules_.forgotten_hold);
        }
    }

    bool is_of_another_order() const {
        return wish() != nullptr && is_other_order(wish()->ordered_at, memory_.ordered_at);
    }

    void check_after() {
        REQUIRE_FALSE(memory_.applied < last_applied_);
        last_applied_ = memory_.applied;
        // The journal never forgets that a copy may have led.
        if (box_.volume_holds_copy && box_.wrote_as_primary) REQUIRE(disk_.led == true);
    }

    void effect(const Step& next) {
        switch (next.kind) {
            case StepKind::EnsureImage: box_.image = true; break;
            case StepKind::Prepare:
                REQUIRE(box_.image);
                box_.replica_json = *wish();
                break;
            case StepKind::RunInit:
            case StepKind::RunJoin:
            case StepKind::Rejoin:
                REQUIRE_FALSE(box_.running);
                box_.volume_holds_copy = ever_copied_ = true;
                REQUIRE((!volume_of_ || *volume_of_ == wish()->ordered_at));
                volume_of_ = wish()->ordered_at;
                box_.wrote_as_primary = next.kind == StepKind::RunInit;
                break;
            case StepKind::Start:
                REQUIRE_FALSE(box_.running);
                REQUIRE((!volume_of_ || *volume_of_ == wish()->ordered_at));
                box_.running = true;
                box_.leads = box_.replica_json->role == ReplicaRole::Primary;
                box_.wrote_as_primary |= box_.leads;
                break;
            case StepKind::Promote: box_.leads = box_.wrote_as_primary = true; break;
            case StepKind::Fence:
            case StepKind::Stop: box_.running = box_.leads = false; break;
            case StepKind::Erase:
                box_ = Box{.image = box_.image};
                last_applied_ = {};
                volume_of_.reset();
                ever_copied_ = false;
                break;
            case StepKind::Reload:
            case StepKind::Probe: break;
            case StepKind::Wait: break;
        }
        if (next.kind == StepKind::Probe) session_.next_probe = now_.mono + Duration(5000);
    }

    // No more faults, and a last order that can be kept: 5.
    void calm_down() {
        memory_.removal = disk_.removal =
            memory_.removal == Removal::Forgotten ? Removal::None : memory_.removal;
        Assignment last = test::assignment(1, ++epoch_, ++revision_);
        last.ordered_at = ordered_at_;
        last.founder = true;
        last.leader = ReplicaIndex{0};
        if (chance(2) || !box_.volume_holds_copy) {
            last.role = ReplicaRole::Primary;
            last.leader = ReplicaIndex{1};
        }
        desired_ = last;
        for (int i = 0; i < 40; ++i) step(/*faults=*/false);
        REQUIRE(box_.running);
        REQUIRE(box_.leads == (last.role == ReplicaRole::Primary));
        REQUIRE(memory_.applied == last.fence);
        REQUIRE(memory_.applied_revision == last.revision);
        REQUIRE(box_.replica_json == last);
    }

    SeededRng rng_;
    WallTime ordered_at_{1'700'000'000'000};
    std::optional<WallTime> volume_of_;  // the order whose data the volume holds
    StepRules rules_{.erase_hold = Duration(3000), .forgotten_hold = Duration(20'000)};
    Now now_{{1'000'000}, {1'000'000'000}};
    std::optional<Assignment> desired_;
    std::map<std::uint64_t, ReplicaRole> leader_of_;
    std::uint64_t epoch_ = 1;
    std::uint64_t revision_ = 0;
    bool ever_copied_ = false;
    Fence last_applied_;
    LocalState memory_{.partition = PartitionId("acme-1")};
    LocalState disk_ = memory_;
    Session session_;
    Box box_;
};

}  // namespace

TEST_CASE("no life of faults breaks a partition's promises, and it converges when they stop") {
    const std::uint64_t seed = test::test_seed();
    for (std::uint64_t life = 0; life < 3000; ++life) {
        INFO("TEST_SEED=" << seed << " life " << life);
        Life(seed * 1'000'003 + life).live(150);
    }
}
