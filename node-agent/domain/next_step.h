// The one decision of a partition's worker: given the wish, the journal and what is seen, what is
// the next thing to do?
//
//                    ┌─────────────── nothing to do: Wait (until the next probe, the end of a
//                    backoff, or new orders)
//   (new) ─► EnsureImage ─► Prepare ─┬─ founder, primary ─► RunInit ─┐
//                    ▲               └─ others, leader known ► RunJoin ─┤
//                    │                                               ▼
//                    │            ┌──────────── led or diverged, must follow: Rejoin ─► Start ─►
//                    Probe ◄──────────┐ │            ▼ ▲  │                            │
//   new revision ────┴─► Prepare ─┼─ must lead: Promote ─────────────────────────────┘  ├─ same
//   shape: Reload ─────────┤
//                                 └─ other shape, or told to stop: Stop                  └─ service
//                                 ended: Start ───────┘
//   led and must follow, service runs: Fence (SIGKILL) comes before everything, backoff included.
//   not wanted, or of another order of the same name: Stop ─► (hold) ─► Erase ─► gone
//
// Invariants (property-tested in tests/unit/node-agent/domain):
//   1 an assignment of the same order older than LocalState::fence is never obeyed
//   2 a copy that may have led never follows without a Rejoin; a running one is killed first
//   3 Start, hooks and Reload happen only on a prepared partition; RunInit and RunJoin only while
//   not initialized; Promote only while running 4 Erase only after an order to remove, and after
//   its hold 5 without new faults the steps reach a Wait in which the service runs as wished, or is
//   stopped as wished, or is gone
//   6 what is of another order is stopped and erased, and nothing else is done with it
//   7 of a copy that the host refuses nothing is begun; he may also have what is here stopped
#pragma once

#include <string>

#include "common/base/time.h"
#include "node-agent/domain/partition_state.h"

namespace foyer::agent {

enum class StepKind {
    EnsureImage,
    Prepare,
    RunInit,
    RunJoin,
    Start,
    Reload,
    Promote,
    Fence,
    Rejoin,
    Stop,
    Erase,
    Probe,
    Wait
};

std::string_view to_text(StepKind kind);

struct Step {
    StepKind kind = StepKind::Wait;
    MonoTime until = {};      // of Wait; far away when only new orders can change anything
    std::string reason = {};  // of Wait: what is waited for, for people; empty: all is as wished
    friend bool operator==(const Step&, const Step&) = default;
};

struct StepRules {
    Duration erase_hold{0};                           // after an ordered removal
    Duration forgotten_hold{7LL * 24 * 3600 * 1000};  // after a master forgot it (another lineage)
    Duration rejoin_after{15'000};                    // a standby says "diverged" for so long
};

struct Now {
    MonoTime mono;
    WallTime wall;
};

// `desired` null: not wanted. Pure.
Step next_step(const Assignment* desired, const LocalState& local, const Session& session,
               const StepRules& rules, Now now);

// What the journal must say before the step is tried (an intention that may not be forgotten), and
// after it succeeded.
LocalState before_step(LocalState local, const Step& step, const Assignment* desired);
LocalState after_step(LocalState local, const Step& step, const Assignment* desired);
// How the step changes what is known in memory. `desired` may be null.
Session session_after(Session session, const Step& step, const Assignment* desired);

// A running service was found without a journal, and answered that it leads or follows: taken as it
// is.
LocalState adopted(LocalState local, const Assignment& desired, bool leads,
                   const std::optional<Position>& position);

// What is here is of another order than the wished one: given up as if its removal were ordered
// now.
LocalState given_up(LocalState local, const Assignment* desired, WallTime now);

// The new wish makes what is being done pointless or wrong: interrupt it.
bool supersedes(const Assignment* now, const Assignment* before);

}  // namespace foyer::agent
