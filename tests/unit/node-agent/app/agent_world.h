// One box with its agent, by hand: fake runtime, journal in memory, real threads.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node-agent/app/agent.h"
#include "tests/support/assignments.h"
#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_box.h"

namespace foyer::test {

inline agent::AgentRules quick() {
    agent::AgentRules rules;
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

struct AgentWorld {
    FakeBox box;
    MemoryJournal journal;
    SystemClock clock;
    SystemRng rng;
    CapturingSink sink;
    Log log{sink, clock};
    std::unique_ptr<agent::Agent> agent;
    std::uint64_t revision = 0;

    ~AgentWorld() { agent.reset(); }

    void boot() { boot(journal.recovered()); }
    void boot_without_journal() {
        agent::Recovered nothing;
        nothing.desired_lost = true;
        boot(std::move(nothing));
        revision = 0;
    }
    void boot(agent::Recovered recovered) {
        agent.reset();
        const agent::AgentPorts ports{box,          box,     box,   box, box,
                                      fake_release, journal, clock, rng, log};
        agent = std::make_unique<agent::Agent>(ports, quick(), std::move(recovered));
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
               item.fence == fence(epoch) && item.position;
    }
};

inline Assignment led_by(int leader, int index, std::uint64_t epoch) {
    Assignment made = assignment(index, epoch);
    made.role = leader == index ? ReplicaRole::Primary : ReplicaRole::Standby;
    made.leader = ReplicaIndex{leader};
    if (leader < 0) made.leader.reset();
    return made;
}

}  // namespace foyer::test
