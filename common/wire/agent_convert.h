// foyer.agent.v1 <-> common/model. Reading is strict: an unspecified enum, a missing name, a
// malformed or overlong field is InvalidArgument and names the field; nothing half-read comes out.
// Writing cannot fail. Unknown fields (a newer peer) are ignored.
#pragma once

#include "common/base/result.h"
#include "common/model/sync.h"

namespace foyer::agent::v1 {
class Assignment;
class Capacity;
class EdgeRoute;
class NodeSettings;
class Observation;
class OverlayPeer;
class SyncRequest;
class SyncResponse;
}  // namespace foyer::agent::v1

namespace foyer::wire {

void to_wire(const Assignment& from, agent::v1::Assignment& to);
Result<Assignment> from_wire(const agent::v1::Assignment& from);

void to_wire(const OverlayPeer& from, agent::v1::OverlayPeer& to);
Result<OverlayPeer> from_wire(const agent::v1::OverlayPeer& from);

void to_wire(const EdgeRoute& from, agent::v1::EdgeRoute& to);
Result<EdgeRoute> from_wire(const agent::v1::EdgeRoute& from);

// The wire carries no revision of the settings: the answer's own is taken.
void to_wire(const NodeSettings& from, agent::v1::NodeSettings& to);
Result<NodeSettings> from_wire(const agent::v1::NodeSettings& from, Revision revision);

void to_wire(const PartitionObservation& from, agent::v1::Observation& to);
Result<PartitionObservation> from_wire(const agent::v1::Observation& from);

void to_wire(const Resources& from, agent::v1::Capacity& to);
Result<Resources> from_wire(const agent::v1::Capacity& from);

void to_wire(const SyncReport& from, agent::v1::SyncRequest& to);
Result<SyncReport> from_wire(const agent::v1::SyncRequest& from);

void to_wire(const SyncAnswer& from, agent::v1::SyncResponse& to);
Result<SyncAnswer> from_wire(const agent::v1::SyncResponse& from);

}  // namespace foyer::wire
