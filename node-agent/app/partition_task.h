// One partition's work, a call at a time: look, decide (domain/next_step), act, write the journal,
// tell the book. No thread and no waiting of its own: PartitionWorker gives it a thread, the
// simulator gives it virtual time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "common/base/random.h"
#include "common/log/log.h"
#include "node-agent/app/copy_desk.h"
#include "node-agent/app/journal.h"
#include "node-agent/app/observation_book.h"
#include "node-agent/app/ports.h"
#include "node-agent/domain/backoff.h"
#include "node-agent/domain/copy_step.h"
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
    CopyRules copy;
    Backoff backoff;
    Duration not_yet_wait_max{1'000};    // of a hook that said "not yet"
    Duration look_period{1'000};         // how soon a service that died is noticed
    Duration unready_probe_period{700};  // while it is not ready yet
    Duration tells_end_within{5'000};    // of its log, once its host has paused it
    Duration fence_retry{200};           // a kill that failed is tried again so soon, for ever
};

struct Orders {
    std::shared_ptr<const Assignment> desired;  // null: not wanted
    Removal removal = Removal::None;            // why not
    SecretsState secrets = SecretsState::Known;
    std::shared_ptr<CopyDesk> desk = {};  // of a copy whose group elects
    bool paused = false;                  // its host wants nothing to run here
    Refused refused = {};                 // its host wants nothing of this copy
};
// Whether the host wants something else of the copy than before.
bool is_other_wish_of_host(const Orders& now, const Orders& before);

class PartitionTask {
public:
    PartitionTask(LocalState local, const WorkerPorts& ports, const WorkerRules& rules);

    const LocalState& local() const { return local_; }
    const Session& session() const { return session_; }

    // One round: take() when orders came, look(), next(), and then wait_with() or begin() and
    // finish().
    void take(const Orders& orders);
    void look();
    Step next() const;
    // The step is a Wait: a newer fence is noted, what is waited for is told. Returns how long to
    // wait at most before the next round.
    Duration wait_with(const Step& step);
    // Intentions are journalled before the act.
    Status begin(const Step& step);
    // Acts, and learns from it. `interrupted`: newer orders made the step pointless or wrong.
    // False: a fence did not succeed and is to be tried again soon.
    bool finish(const Step& step, const Status& begun, const std::stop_token& interrupted);
    // The partition is gone from the box, its journal too.
    bool erased() const { return erased_; }
    // The name was ordered anew while the old one was being erased.
    void begin_afresh();

private:
    Status perform(const Step& step, std::stop_token interrupted);
    Status run_hook(const Step& step, const std::string& name, std::stop_token interrupted);
    Status probe(std::stop_token interrupted);
    Status probe_health(const Release& release, std::stop_token interrupted);
    bool is_health_due();
    MonoTime next_copy_probe(const Release& release) const;
    Status probe_position(const Release& release, std::stop_token interrupted);
    Status believe_position();
    void failed(const Step& step, const Error& cause);
    void succeeded(const Step& step);
    Status keep(const LocalState& changed);
    Result<Release> release();
    void publish(const Step& step, const std::string& text);
    bool elects() const;
    bool spares(const Step& step) const;
    void take_host_wish(const Orders& orders);
    void tell_kept_out(bool pause_ended);
    void teach(Probed probed);
    void skip_what_is_known();
    void give_up_leftover();

    WorkerPorts ports_;
    WorkerRules rules_;
    LocalState local_;
    Session session_;
    std::shared_ptr<const Assignment> desired_;  // as the group has it, where one elects
    // Of it, what was laid out last and what the running service took up; null: not in this life.
    std::shared_ptr<const Assignment> laid_out_, taken_up_;
    std::shared_ptr<CopyDesk> desk_;
    CopyOrder order_;  // of the desk, as taken up last
    std::optional<Release> release_;
    std::string release_of_;  // release_json that release_ was read from
    std::optional<StepKind> failed_kind_;
    bool erased_ = false;
    bool began_ = false;  // it has had orders
    // Whether its group was told last that the host refuses it, and where.
    bool told_out_ = false;
    std::shared_ptr<CopyDesk> told_desk_;
};

}  // namespace foyer::agent
