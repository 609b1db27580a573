// One member of a group: step(state, input, now) → state and effects. Pure; the whole protocol.
//
// Called by one thread a group: the agent's, the simulator's. The shell executes the effects in
// order, and hands every fact back once.
#pragma once

#include "common/leadership/state.h"

namespace foyer::leadership {

struct Outcome {
    State state;
    Effects effects;
};

// A member begins, or begins again. `durable` absent: an empty state is made with `fresh`.
struct Start {
    Identity identity;
    Timing timing;
    HashFunction hash = nullptr;  // none: config hashes stay zero
    std::optional<Durable> durable;
    Incarnation fresh;
    bool led = false;  // the agent's journal: this copy led and was not rejoined since
    // Both, and `hash`: votes and accepts are signed and checked, certificates and chain are made.
    SignFunction sign;
    SignatureCheck check;
};
Outcome begin(Start start, MonoTime now);

Outcome step(State state, const Input& input, MonoTime now);

}  // namespace foyer::leadership
