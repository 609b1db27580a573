// What boxes are asked to do at once, until they did it or their time is up. In memory only: a
// master that stops forgets them, and so do their callers.
//
//   send() ──► waits for the box's next answer (its held Sync is woken) ──take()──► at the box
//     ──finish()──► its caller goes on
//
// Given away at most once, so that a program never runs twice; whose answer got lost is over when
// its time is. A box that does not come for it is waited for no longer than the way takes.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/errand.h"
#include "master/app/wait_desk.h"

namespace foyer::master {

struct ErrandLimits {
    std::size_t open_max = 1'000;  // with all boxes
    std::size_t per_node_max = 8;  // with one
    Duration margin{5'000};        // for the box to come for it, and again for the way back
};

// What whoever answers a Sync needs; the simulator has none.
class Errands {
public:
    virtual ~Errands() = default;
    virtual bool waits_for(const NodeId& node) const = 0;
    // At most errand_limits::at_once_max; they are the box's now.
    virtual std::vector<Errand> take(const NodeId& node) = 0;
};

class ErrandDesk final : public Errands {
public:
    using Done = std::function<void(Result<ErrandOutcome>)>;
    // Wakes the held Sync of a box.
    using Wake = std::function<void(const NodeId& node)>;

    // Borrows all.
    ErrandDesk(WaitDesk& desk, const Clock& clock, Rng& rng, Wake wake, ErrandLimits limits)
        : desk_(desk), clock_(clock), rng_(rng), wake_(std::move(wake)), limits_(limits) {}

    // `done` runs once, on any thread; `span`: what the errand itself may take. ResourceExhausted:
    // too many are open. DeadlineExceeded: the box said nothing in time. Unavailable: it could not,
    // or the master stops.
    void send(const NodeId& node, const PartitionId& partition,
              std::variant<ReadLog, RunProgram> what, Duration span, Done done);

    bool waits_for(const NodeId& node) const override;
    std::vector<Errand> take(const NodeId& node) override;
    // NotFound: nobody waits for it, or not from this box.
    Status finish(const NodeId& node, const ErrandId& id, Result<ErrandOutcome> outcome);

    std::size_t open() const;

private:
    using Key = std::pair<NodeId, ErrandId>;  // those of one box are neighbours
    struct Open {
        Errand errand;
        Duration span{0};
        Done done;
        bool taken = false;
        Desk::Ticket ticket = 0;
    };
    enum class Waits { ToBeTaken, ToBeFinished };
    Status wait(const Key& key, Waits what, Duration span);
    // It is none of ours any more. Nothing: it waits for something else by now, or is gone.
    std::optional<Open> remove(const Key& key, Waits what);
    void give_up(const Key& key, Waits what, Woken why);

    WaitDesk& desk_;
    const Clock& clock_;
    Rng& rng_;
    const Wake wake_;
    const ErrandLimits limits_;
    mutable std::mutex mutex_;
    std::map<Key, Open> open_;
};

}  // namespace foyer::master
