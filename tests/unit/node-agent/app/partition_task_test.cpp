#include "node-agent/app/partition_task.h"

#include "node-agent/app/copy_desk.h"
#include "tests/support/assignments.h"
#include "tests/support/fake_box.h"
#include "tests/support/fake_clock.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
namespace lead = foyer::leadership;

namespace {

class Silence final : public LogSink {
public:
    void write(LogLevel /*level*/, std::string_view /*line*/) override {}
};

// A copy that follows in a group that elects, round by round.
class Follower {
public:
    Follower() : wish_(test::assignment(1)) {
        wish_.group = GroupWish{};
        order_.serial = 1;
        order_.fence = test::fence(1);
        order_.leader = ReplicaIndex{0};
        LocalState local;
        local.partition = wish_.partition;
        local.ordered_at = wish_.ordered_at;
        local.initialized = true;
        desk_ = std::make_shared<CopyDesk>(order_, GroupReport{},
                                           [this](lead::Input fact) { told_.push_back(fact); });
        task_.emplace(local, ports_, rules_);
        give();
        settle();
    }
    Assignment& wish() { return wish_; }
    CopyOrder& order() { return order_; }
    test::FakeBox& box() { return box_; }
    // New orders of master and group.
    void give(const Refused& refused = {}, bool paused = false) {
        desk_->put(order_, {});
        task_->take({.desired = std::make_shared<const Assignment>(wish_),
                     .desk = desk_,
                     .paused = paused,
                     .refused = refused});
    }
    void round() {
        task_->look();
        const Step step = task_->next();
        if (step.kind == StepKind::Wait) {
            task_->wait_with(step);
            return;
        }
        const Status begun = task_->begin(step);
        task_->finish(step, begun, {});
    }
    // Until nothing is to be done, nor asked.
    void settle() {
        for (int rounds = 0; task_->next().kind != StepKind::Wait; ++rounds) {
            REQUIRE(rounds < 20);
            round();
        }
    }
    // Of the last failure, while it lasts.
    std::string reason() const { return task_->session().reason; }
    template <class Fact>
    Fact last() const {
        for (auto one = told_.rbegin(); one != told_.rend(); ++one)
            if (one->is<Fact>()) return one->get<Fact>();
        FAIL("never told");
        return {};
    }
    void pass(std::int64_t ms) { clock_.advance(Duration(ms)); }
    template <class Fact>
    int count() const {
        int found = 0;
        for (const lead::Input& fact : told_) found += fact.is<Fact>() ? 1 : 0;
        return found;
    }
    std::vector<bool> told_pauses() const {
        std::vector<bool> found;
        for (const lead::Input& fact : told_)
            if (fact.is<lead::HostPauses>()) found.push_back(fact.get<lead::HostPauses>().paused);
        return found;
    }

private:
    Assignment wish_;
    CopyOrder order_;
    test::FakeBox box_;
    test::MemoryJournal journal_;
    test::FakeClock clock_;
    Silence sink_;
    Log log_{sink_, clock_, LogLevel::Error};
    SystemRng rng_;
    ObservationBook book_{clock_, {}};
    std::vector<lead::Input> told_;
    WorkerPorts ports_{box_, box_, test::fake_release, journal_, book_, clock_, rng_, log_};
    WorkerRules rules_;
    std::shared_ptr<CopyDesk> desk_;
    std::optional<PartitionTask> task_;
};

}  // namespace

TEST_CASE("a service is not woken for an order that differs in nothing that it reads") {
    Follower copy;
    REQUIRE(copy.box().count("start acme-1") == 1);
    const auto before = copy.box().deeds();

    copy.order().serial += 1;
    copy.order().quorum = lead::DatabaseQuorum{{{0}}, 2};  // as the assignment says anyway
    copy.order().quorum_number = 7;
    copy.wish().revision = Revision(2);
    copy.wish().group->proposal = GroupProposal{"1 1 1", ReplicaIndex{1}, {}, {}, {}};
    copy.give();
    copy.settle();
    CHECK(copy.box().deeds() == before);
    CHECK(copy.count<lead::QuorumShown>() == 1);  // and the group is told all the same
}

TEST_CASE("what a service reads is laid out and taken up, also when it changes back") {
    Follower copy;
    copy.order().serial += 1;
    copy.order().leader.reset();
    copy.give();
    copy.settle();
    CHECK(copy.box().count("reload acme-1") == 1);
    CHECK_FALSE(copy.box().partition("acme-1").running_as.leader);
    copy.order().serial += 1;
    copy.order().leader = ReplicaIndex{0};
    copy.give();
    copy.settle();
    CHECK(copy.box().count("reload acme-1") == 2);
    CHECK(copy.box().partition("acme-1").running_as.leader == ReplicaIndex{0});
}

TEST_CASE("a service that died takes up what changed meanwhile") {
    Follower copy;
    copy.box().crash("acme-1");
    copy.order().serial += 1;
    copy.give();
    copy.round();  // sees it
    copy.pass(60'000);
    copy.settle();
    CHECK(copy.box().count("start acme-1") == 2);
    CHECK(copy.box().count("prepare acme-1") == 2);
}

TEST_CASE("a promotion that fails is told to the group, one that is not due yet is not") {
    Follower copy;
    const auto try_once = [&](int status) {
        copy.box().hook_status("promote", status);
        copy.pass(60'000);
        copy.round();
        copy.round();
    };
    copy.order().role = ReplicaRole::Primary;
    copy.order().fence = test::fence(2);
    copy.order().serial += 1;
    copy.box().hook_status("promote", 75);
    copy.give();
    copy.settle();
    CHECK(copy.count<lead::PromotionFailed>() == 0);
    try_once(1);
    CHECK(copy.count<lead::PromotionFailed>() == 1);
    try_once(124);
    CHECK(copy.count<lead::PromotionFailed>() == 2);
    try_once(0);
    copy.settle();
    CHECK(copy.count<lead::PromotionFailed>() == 2);
    CHECK(copy.count<lead::Promoted>() > 0);
}

TEST_CASE("a promotion that only says it was done is one that failed") {
    Follower copy;
    copy.order().role = ReplicaRole::Primary;
    copy.order().fence = test::fence(2);
    copy.order().serial += 1;
    copy.box().say("position", R"({"role":"standby","epoch":1,"flushed_bytes":4096})");
    copy.give();
    copy.settle();
    copy.round();
    CHECK(copy.count<lead::PromotionFailed>() == 1);
    CHECK(copy.count<lead::Promoted>() == 0);
    CHECK(copy.reason() ==
          "promote: said it was done, but its log is still of generation 1, epoch 1");
    const int tries = copy.box().count("promote acme-1");
    copy.box().say("position", "");
    copy.pass(60'000);
    copy.settle();
    CHECK(copy.box().count("promote acme-1") == tries + 1);
    CHECK(copy.count<lead::Promoted>() > 0);
}

TEST_CASE("a position of an epoch that its group has not begun is not believed") {
    Follower copy;
    copy.box().say("position", R"({"role":"standby","epoch":9,"flushed_bytes":9999999})");
    copy.pass(60'000);
    const int told = copy.count<lead::PositionRead>();
    copy.settle();
    CHECK(copy.count<lead::PositionRead>() == told);
    CHECK(copy.reason() ==
          "position: says generation 1, epoch 9, which its group has not begun: "
          "not believed");
    copy.order().cut += 1;  // asked where its log ends, it cannot say, and streams no more
    copy.order().serial += 1;
    copy.order().leader.reset();
    copy.give();
    copy.settle();
    CHECK(copy.box().count("stop acme-1") == 1);
    REQUIRE(copy.count<lead::ReceiverStopped>() == 1);
    CHECK_FALSE(copy.last<lead::ReceiverStopped>().position);
    copy.box().say("position", "");
    copy.pass(60'000);
    copy.settle();
    CHECK(copy.count<lead::PositionRead>() > told);
    CHECK(copy.reason().empty());
}

TEST_CASE("health waits for a position that the group waits for, but not for ever") {
    Follower copy;
    copy.pass(60'000);
    copy.order().hurry = true;
    copy.give();
    const int health = copy.box().asked("health");
    const int position = copy.box().asked("position");
    for (int tenth = 0; tenth < 10; ++tenth) {
        copy.round();
        copy.pass(100);
    }
    CHECK(copy.box().asked("health") == health);
    CHECK(copy.box().asked("position") == position + 10);
    copy.round();
    CHECK(copy.box().asked("health") == health + 1);
}

TEST_CASE("the group of a copy that its host has stopped is told so once, and when that is over") {
    Follower copy;
    const Refused here{"takes no tenants of RU", false};
    const Refused now{"takes no tenants of RU", true};
    copy.give(here);  // served until another box has it
    CHECK(copy.told_pauses().empty());
    copy.give(now);
    ++copy.order().serial;
    copy.give(now);
    CHECK(copy.told_pauses() == std::vector<bool>{true});
    // A pause of the box is told by the agent to all members: this one is told again after it.
    copy.give(now, true);
    CHECK(copy.told_pauses().size() == 1);
    copy.give(now, false);
    CHECK(copy.told_pauses() == std::vector<bool>{true, true});
    copy.give();
    CHECK(copy.told_pauses() == std::vector<bool>{true, true, false});
    copy.give();
    CHECK(copy.told_pauses().size() == 3);
}
