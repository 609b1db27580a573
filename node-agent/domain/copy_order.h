// What its group wants of a copy on this box now. The group's effects come one after another; the
// copy's worker looks at their sum, so that an order that is overtaken is never carried out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/leadership/state.h"
#include "common/model/assignment.h"

namespace foyer::agent {

struct CopyOrder {
    // Grows with each change that the service has to take up; starts anew, above all earlier ones,
    // with each life of the agent.
    std::uint64_t serial = 0;
    bool run = true;  // the instance is not stopped by order
    ReplicaRole role = ReplicaRole::Standby;
    Fence fence;
    std::optional<ReplicaIndex> leader;  // none: it follows nobody
    bool rejoin = false;                 // before it follows
    // How a leader's database acknowledges; absent: as the assignment says.
    std::optional<leadership::DatabaseQuorum> quorum;
    std::uint64_t quorum_number = 0;
    std::uint64_t cut = 0;   // answered by ReceiverStopped
    std::uint64_t kill = 0;  // answered by Fenced
    Epoch kill_epoch;
    std::vector<std::uint64_t> read_ends;  // the newest few that may await EndRead
    bool clients = false;                  // they are let in
    bool resuming = false;  // it led when its agent ended; whether it still does is asked
    bool warm = false;      // it may lead soon
    bool hurry = false;     // somebody waits for what this copy will tell
    friend bool operator==(const CopyOrder&, const CopyOrder&) = default;
};

// Of a member that begins: a leader that may resume keeps what runs leading, closed; all others
// follow nobody.
CopyOrder first_order(const leadership::State& state, std::uint64_t serial);
// Effects that do not concern the copy (messages, leases…) change nothing.
CopyOrder after_effect(CopyOrder order, const leadership::Effect& effect,
                       const leadership::State& state);
// After each step of the member: what holds whatever the effects were.
CopyOrder as_of(CopyOrder order, const leadership::State& state);
// Its own promise runs out, or was renewed after all.
CopyOrder warmed(CopyOrder order, bool soon);
bool is_in_a_hurry(const leadership::State& state);

// The assignment as the group has it: role, fence, leader, and who acknowledges.
Assignment obeying(Assignment assignment, const CopyOrder& order);

// `now` makes what is being done for `before` pointless or wrong.
bool interrupts(const CopyOrder& now, const CopyOrder& before);

}  // namespace foyer::agent
