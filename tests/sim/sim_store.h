// The database of a simulated master: rows that survive it, a commit that can be slow, fail, or
// succeed without a word.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "master/app/store.h"
#include "tests/sim/room.h"

namespace foyer::sim {

enum class CommitFault { None, Refuse, Lose, LoseAfterWriting, CrashBefore, CrashAfter };

// What is on the disk of the database.
struct Disk {
    explicit Disk(const master::ClusterSettings& settings)
        : committed(settings, LineageId("lineage-1")) {}
    // Dumped and read back as another database: the same rows, and nobody's difference fits.
    void change_lineage();
    master::State committed;
    // A planted bug's: answered, and not written yet.
    std::vector<std::pair<Moment, master::Entry>> unwritten;
    bool down = false;
    std::uint64_t commits = 0;
    int lineages = 1;
    bool keeps_log = false;
    std::vector<master::Entry> log;  // everything that was ever written, to be replayed
};

// All rows as one list of changes, as a loaded database gives them.
master::Changes rows_of(const master::State& state);

class SimStore final : public master::Store {
public:
    using Fault = std::function<CommitFault()>;  // asked at each commit
    using Crash = std::function<void()>;         // the master is dead from now on
    using Committed = std::function<void(const std::vector<master::Entry>&)>;  // before publication

    SimStore(Room& room, Disk& disk, Fault fault, Crash crash, Committed committed)
        : room_(room),
          disk_(disk),
          fault_(std::move(fault)),
          crash_(std::move(crash)),
          committed_(std::move(committed)) {}

    Result<master::State> load(const master::ClusterSettings& settings) override;
    Status commit(const std::vector<master::Entry>& batch) override;
    Result<std::vector<master::Event>> instance_events(const InstanceName&, std::int64_t,
                                                       int) override {
        return std::vector<master::Event>();
    }
    Result<std::vector<master::Event>> events(const master::EventFilter&, std::int64_t,
                                              int) override {
        return std::vector<master::Event>();
    }
    Result<std::vector<AuditEntry>> audit(const master::AuditFilter&, std::int64_t, int) override {
        return std::vector<AuditEntry>();
    }
    Result<std::vector<master::Event>> node_life(const NodeId&, const master::Span&, int) override {
        return std::vector<master::Event>();
    }

private:
    void write(const std::vector<master::Entry>& batch);
    void write_late();

    Room& room_;
    Disk& disk_;
    Fault fault_;
    Crash crash_;
    Committed committed_;
};

}  // namespace foyer::sim
