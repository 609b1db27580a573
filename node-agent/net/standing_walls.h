// Whose network stands as it is wished. To lay it anew takes seven programs, and in a takeover
// customers wait for them, where next to nothing of it depends on who leads.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "node-agent/net/firewall.h"
#include "node-agent/net/netns.h"

namespace foyer::agent {

// In this agent's memory alone: after a restart each is laid once more. Any thread.
class StandingWalls {
public:
    // It was laid so, in these two namespaces, and both are still the same.
    bool stands(const Netns& box, const Netns& partition, const PartitionWall& wall) const;
    void laid(const Netns& box, const Netns& partition, const PartitionWall& wall);
    // Removed, or about to be laid: what comes out of that is not known.
    void forget(const std::string& link);

private:
    struct Standing {
        PartitionWall wall;
        std::optional<std::uint64_t> box;  // the namespaces' identities
        std::optional<std::uint64_t> partition;
    };
    mutable std::mutex mutex_;
    std::map<std::string, Standing> by_link_;
};

}  // namespace foyer::agent
