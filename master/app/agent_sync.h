// Sync without the wire: heartbeat, report and pull of one box.
//
//   heard (memory) ──► something to report? ──yes──► ReportNode, committed ──► answered at once,
//   acknowledged
//                            │ no                        └─ database away ──► answered, not
//                            acknowledged, with a longer delay ▼
//          changed for this box, or wanted at once? ──yes──► answered
//                            │ no
//                            ▼
//                 held at the desk until it changes or the hold ends
//
// A box therefore keeps its heartbeat and its wish while the database is away, and resends what was
// not acknowledged.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/sync.h"
#include "master/app/errand_desk.h"
#include "master/app/planner.h"
#include "master/app/presence.h"
#include "master/app/secret_seal.h"
#include "master/app/wait_desk.h"

namespace foyer::master {

struct SyncLimits {
    Duration hold{30'000};
    Duration next_delay{100};
    Duration away_delay{5'000};  // while the database is away
    std::size_t observations_max = 2'000;
    // A box is called from another network for so long before that is believed: a line that is cut
    // may have a substitute over the air for an hour.
    Duration line_settles{600'000};
};

// One call, to be cancelled when its caller is gone. Copies are the same call.
class HeldSync {
public:
    void cancel() const;

private:
    friend class AgentSync;
    struct Shared {
        std::atomic<Desk::Ticket> ticket{0};
        std::atomic<bool> cancelled{false};
    };
    explicit HeldSync(Desk& desk) : desk_(&desk), shared_(std::make_shared<Shared>()) {}
    Desk* desk_;
    std::shared_ptr<Shared> shared_;
};

// Wakes the held calls of boxes for which `state` says something that `before` did not: the work
// follows the boxes concerned, however many are held.
void wake_boxes(WaitDesk& desk, const State& state, const State& before);
// And of one box for which something else waits.
void wake_box(WaitDesk& desk, const State& state, const NodeId& node);

// Signs the first record of an assignment's group; base64url.
using RecordSigner = std::function<Result<std::string>(
    const InstanceName& instance, WallTime ordered_at, const std::string& first_record)>;

class AgentSync {
public:
    using Done = std::function<void(Result<SyncAnswer>)>;

    // Borrows everything. wake_boxes() is called by whoever wires the planner.
    AgentSync(Planner& planner, Presence& presence, Desk& desk, const SecretSeal& seal,
              const Clock& clock, Rng& rng, SyncLimits limits, RecordSigner sign = {},
              Errands* errands = nullptr);

    // `line`: the network of the address it calls from; absent: not known.
    // `done` runs once, on any thread. Aborted: a newer call of the same box. Unauthenticated: the
    // box was deleted meanwhile.
    HeldSync sync(const NodeId& node, SyncReport report, Done done,
                  const std::optional<AutonomousSystem>& line = std::nullopt);

private:
    struct Applied {
        LineageId lineage;
        Revision revision;
    };
    enum class Pace { Normal, Away };

    bool has_news(const NodeId& node, const SyncReport& report) const;
    std::optional<AutonomousSystem> line_news(const NodeId& node, const Node& row) const;
    void report(const NodeId& node, SyncReport report, Done done);
    void hold(const NodeId& node, const Applied& applied, const HeldSync& call, Done done);
    bool changed(const State& state, const NodeId& node, const Applied& applied) const;
    Result<SyncAnswer> answer(const NodeId& node, const Applied& applied, Pace pace) const;
    Status open_key(DkimKey& key) const;
    Status open_secrets(NodeDelta& delta) const;
    Status sign_records(NodeDelta& delta) const;
    Duration with_jitter(Duration delay) const;

    Planner& planner_;
    Presence& presence_;
    Desk& desk_;
    const SecretSeal& seal_;
    const Clock& clock_;
    Rng& rng_;
    const SyncLimits limits_;
    const RecordSigner sign_;
    Errands* const errands_;  // none: nothing is asked of boxes beside their wish (simulator)
};

}  // namespace foyer::master
