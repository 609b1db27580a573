// One thread a partition: looks, decides (domain/next_step), acts, writes the journal, tells the
// book. A slow install delays nobody else.
//
// Orders may come at any time; one that makes the present step pointless or wrong interrupts it.
// Destroying the worker leaves the partition running as it is: the next agent adopts it.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/random.h"
#include "common/log/log.h"
#include "node-agent/app/journal.h"
#include "node-agent/app/observation_book.h"
#include "node-agent/app/ports.h"
#include "node-agent/domain/backoff.h"
#include "node-agent/domain/next_step.h"

namespace foyer::agent {

// Verifies signature and form of an assignment's release.
using ReleaseReader = std::function<Result<Release>(const Assignment& assignment)>;

struct WorkerPorts {
    ImageStore& images;
    PartitionRuntime& runtime;
    ReleaseReader read_release;
    Journal& journal;
    ObservationBook& book;
    const Clock& clock;
    Rng& rng;  // thread-safe (SystemRng)
    Log& log;
};

struct WorkerRules {
    StepRules steps;
    Backoff backoff;
    Duration not_yet_wait_max{1'000};    // of a hook that said "not yet"
    Duration look_period{1'000};         // how soon a service that died is noticed
    Duration unready_probe_period{700};  // while it is not ready yet
    Duration fence_retry{200};           // a kill that failed is tried again so soon, for ever
};

struct Orders {
    std::shared_ptr<const Assignment> desired;  // null: not wanted
    Removal removal = Removal::None;            // why not
    bool secrets_known = true;
};

class PartitionWorker {
public:
    PartitionWorker(LocalState local, Orders orders, const WorkerPorts& ports,
                    const WorkerRules& rules);
    ~PartitionWorker();

    void order(Orders orders);
    // Erased from the box, and nothing new ordered: the worker's thread has ended.
    bool is_gone() const;
    // Digest of the image it needs; empty: none known.
    std::shared_ptr<const Assignment> desired() const;

private:
    void run(const std::stop_token& stop);
    void look();
    bool act(const Step& step, const std::stop_token& stop);
    Status perform(const Step& step, std::stop_token interrupted);
    Status run_hook(const Step& step, const std::string& name, std::stop_token interrupted);
    Status probe(std::stop_token interrupted);
    Status probe_position(const Release& release, std::stop_token interrupted);
    void failed(const Step& step, const Error& cause);
    void succeeded(const Step& step);
    Status keep(const LocalState& changed);
    Result<Release> release();
    void take_orders();
    void publish(const Step& step, const std::string& text);
    void wait(const Step& step, const std::stop_token& stop);
    bool leave_if_gone();

    WorkerPorts ports_;
    WorkerRules rules_;

    // Of the thread alone.
    LocalState local_;
    Session session_;
    std::shared_ptr<const Assignment> desired_;
    std::optional<Release> release_;
    std::string release_of_;  // release_json that release_ was read from
    std::optional<StepKind> failed_kind_;
    bool erased_ = false;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    Orders orders_;
    bool changed_ = true;
    bool gone_ = false;
    std::stop_source interrupt_;

    std::jthread thread_;  // last: starts when all else is there, ends first
};

}  // namespace foyer::agent
