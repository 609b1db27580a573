// Where a peer is dialled. The one place that decides it: direct paths between homes, learnt
// endpoints and endpoints kept for the time without a master belong here.
#pragma once

#include <string>

#include "common/model/assignment.h"

namespace foyer::agent {

// "host:port", or empty: the peer dials us.
inline std::string endpoint_of(const OverlayPeer& peer) { return peer.endpoint; }

}  // namespace foyer::agent
