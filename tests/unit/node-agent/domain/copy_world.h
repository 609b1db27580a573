// One copy's world, with its group's order.
#pragma once

#include <string>
#include <vector>

#include "node-agent/domain/copy_step.h"
#include "node-agent/domain/step_parts.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"

namespace foyer::agent {

namespace lead = foyer::leadership;
using test::assignment;
using test::fence;

inline constexpr MonoTime start{10'000};

struct CopyWorld {
    Assignment wish;
    CopyOrder order;
    LocalState local;
    Session session;
    CopyRules rules;
    Now now{start, {1'000'000}};
    std::vector<lead::Input> told;

    explicit CopyWorld(int index) : wish(assignment(index)), local{.partition = wish.partition} {
        wish.group = GroupWish{};
        local.ordered_at = wish.ordered_at;
        order.serial = 5;
        order.fence = fence(1);
    }
    Assignment obeyed() const { return obeying(wish, order); }
    Step next() const { return copy_step(obeyed(), order, local, session, now); }
    CopyWorld& does(StepKind expected) {
        const Step step = next();
        REQUIRE(std::string(to_text(step.kind)) == std::string(to_text(expected)));
        const Assignment desired = obeyed();
        local = after_copy_step(after_step(before_step(local, step, &desired), step, &desired),
                                step, order);
        session = copy_session_after(session_after(session, step, &desired), step, order);
        if (step.kind == StepKind::Probe) session.next_probe = now.mono + Duration(5000);
        return tell(step.kind == StepKind::Probe);
    }
    CopyWorld& tell(bool probed) {
        if (probed) tell(Probed::Position);
        return tell(probed ? Probed::Health : Probed::Nothing);
    }
    CopyWorld& tell(Probed probed) {
        for (auto& fact : copy_facts(obeyed(), order, local, session, probed, rules, now.mono))
            told.push_back(fact);
        return *this;
    }
    bool waits(const std::string& reason) const {
        return next().kind == StepKind::Wait && next().reason.find(reason) != std::string::npos;
    }
    template <class Fact>
    int count() const {
        int found = 0;
        for (const auto& fact : told) found += fact.is<Fact>() ? 1 : 0;
        return found;
    }
    CopyWorld& stands_at(std::uint64_t epoch, std::int64_t bytes, bool receiving) {
        session.position = Position{Epoch(epoch), bytes, receiving};
        return *this;
    }
};

inline CopyWorld following() {
    CopyWorld world(1);
    world.local.initialized = true;
    world.local.shape = shape_of(world.wish);
    world.order.leader = ReplicaIndex{0};
    world.does(StepKind::EnsureImage).does(StepKind::Prepare).does(StepKind::Start);
    world.does(StepKind::Probe);
    return world;
}

// Its lead is over: it is killed, and cut off for whoever comes next.
inline void fence_off(CopyWorld& world) {
    ++world.order.kill;
    ++world.order.cut;
    ++world.order.serial;
    world.order.role = ReplicaRole::Standby;
    world.order.leader.reset();
    world.does(StepKind::Fence);
}

inline CopyWorld leading() {
    CopyWorld world = following();
    world.order.role = ReplicaRole::Primary;
    world.order.leader = ReplicaIndex{1};
    world.order.fence = fence(2);
    world.order.quorum = lead::DatabaseQuorum{{ReplicaIndex{0}}, 2};
    world.order.quorum_number = 1;
    ++world.order.serial;
    world.does(StepKind::Prepare).does(StepKind::Promote);
    return world;
}

}  // namespace foyer::agent
