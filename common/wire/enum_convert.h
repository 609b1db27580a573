// Enums of the two languages, one exhaustive table each way. UNSPECIFIED and unknown numbers are
// refused.
#pragma once

#include "common/base/result.h"
#include "common/model/box_care.h"
#include "common/model/host_wish.h"
#include "common/model/phase.h"
#include "common/model/release_kind.h"
#include "common/model/takeover.h"
#include "foyer/agent/v1/agent.pb.h"

namespace foyer::wire {

agent::v1::ReplicaKind to_wire(ReplicaKind kind);
agent::v1::ReplicaRole to_wire(ReplicaRole role);
agent::v1::PartitionPhase to_wire(PartitionPhase phase);
// Deleted never travels (removed_assignments says it): CHECK.
agent::v1::DesiredState to_wire(DesiredState desired);
agent::v1::TakeoverCause to_wire(TakeoverCause cause);
agent::v1::LeadershipEndReason to_wire(LeadershipEndReason reason);
agent::v1::HostWish to_wire(HostWish wish);
agent::v1::BoxHealth to_wire(BoxHealth health);
agent::v1::ReleaseKind to_wire(ReleaseKind kind);

Result<ReplicaKind> from_wire(agent::v1::ReplicaKind kind);
Result<ReplicaRole> from_wire(agent::v1::ReplicaRole role);
Result<PartitionPhase> from_wire(agent::v1::PartitionPhase phase);
Result<DesiredState> from_wire(agent::v1::DesiredState desired);
Result<TakeoverCause> from_wire(agent::v1::TakeoverCause cause);
Result<LeadershipEndReason> from_wire(agent::v1::LeadershipEndReason reason);
Result<HostWish> from_wire(agent::v1::HostWish wish);
Result<BoxHealth> from_wire(agent::v1::BoxHealth health);
Result<ReleaseKind> from_wire(agent::v1::ReleaseKind kind);

}  // namespace foyer::wire
