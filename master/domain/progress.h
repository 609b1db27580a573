// How an instance and its copies are, derived from the rows: shown by the API, and what ends an
// operation.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "master/domain/state.h"

namespace foyer::master {

enum class InstanceState {
    Preparing,
    Running,
    Degraded,
    Unavailable,
    Promoting,
    Stopped,
    Deleting
};

InstanceState instance_state(const State& state, const Instance& instance);

// Copies that must hold a write before it is acknowledged, the primary's included: what the release
// is told, and what a promotion counts with.
int acknowledging_copies(const ReplicationPolicy& policy);

// The role the present leadership gives to a copy.
ReplicaRole assigned_role(const Instance& instance, const Replica& replica);

// The copy's role as reported at the newest fence, else as assigned.
ReplicaRole replica_role(const Instance& instance, const Replica& replica);

// True when the copy's box is silent: nothing is known of it now.
bool is_unreachable(const State& state, const Replica& replica);

// What the primary says of this standby; nothing when it says nothing, or for the primary itself.
std::optional<FollowerView> follower_view(const State& state, const Instance& instance,
                                          const Replica& replica);

std::string member_name(const Instance& instance, ReplicaIndex index);  // "r0g1"

// The steps of the operation as they stand now (times of earlier steps kept), and whether it has
// ended.
Operation advance(const State& state, const Operation& operation, WallTime now);

}  // namespace foyer::master
