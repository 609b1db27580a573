// What this box takes of its household's line: held below caps, counted, and felt. Implemented by
// net/box_line, faked in tests. Thread-safe.
#pragma once

#include <map>
#include <string>

#include "common/base/result.h"
#include "common/model/ids.h"
#include "node-agent/domain/host_limits.h"
#include "node-agent/domain/household_watch.h"
#include "node-agent/domain/traffic_book.h"

namespace foyer::agent {

struct LineLook {
    std::map<std::string, DeviceCount> tunnels;  // by name; bytes as they travel on the line
    std::map<NodeId, RoundTrip> answers;         // of edges, since the last look
};

// By what caps are held. Queues make senders slower without losing anything that is not too much;
// a fair one keeps tenants from standing in each other's way too.
enum class CapMeans { None, FairQueue, Queue, Drop };

struct HeldCaps {
    LineCaps caps;
    CapMeans means = CapMeans::None;
    std::string problem;  // why not by a queue, or why nothing is held at all
    friend bool operator==(const HeldCaps&, const HeldCaps&) = default;
};

class OwnLine {
public:
    virtual ~OwnLine() = default;
    // From now on all tunnels together stay below the caps, those made later too. Cheap when
    // nothing changed. An error: they may be exceeded; repeat.
    virtual Status hold(const LineCaps& caps) = 0;
    virtual HeldCaps held() const = 0;
    // No tunnels before the box has a network.
    virtual Result<LineLook> look() = 0;
};

}  // namespace foyer::agent
