// The planted bugs of leadership.md section 12. Each is done to a member from outside, between two
// steps: to its state, its messages or its effects. The production code has no hook.
#pragma once

#include <string_view>

#include "common/leadership/member.h"

namespace foyer::sim::group {

namespace lead = foyer::leadership;

enum class Planted {
    None,
    NoWait,             // 1
    VotesTwice,         // 2
    VoteNotFsynced,     // 2
    ReceiverRuns,       // 3
    BareLsn,            // 4
    EarlyShrink,        // 5
    SwapInOneStep,      // 6
    MasterSwaps,        // 7
    ForgetfulVoter,     // 8
    PromiseFromAnswer,  // 9
    EarlyPromote,       // 10
    RecordChanged,      // 11
    EarlyResign,        // 12
    NamesBeforeRecord,  // 13
    OpenedAlone,        // 14
    RejoiningVotes,     // 15
    EarlyChange,        // 16
    AlwaysABase,        // 18
    TornIsWhole,        // 19
    WaitIgnored,        // 20
    EarlyPosition,      // 21
    WaitsNewPromise,    // 22
};
std::string_view to_text(Planted planted);

// Before `input` reaches the member: the state and the input may be spoilt.
void spoil_before(Planted planted, lead::State& state, lead::Input& input, MonoTime now);
// After it: state and effects.
void spoil_after(Planted planted, lead::State& state, lead::Effects& effects,
                 const lead::State& before, MonoTime now);
// What a restart reads.
void spoil_disk(Planted planted, ReplicaIndex self, lead::Durable& durable);

}  // namespace foyer::sim::group
