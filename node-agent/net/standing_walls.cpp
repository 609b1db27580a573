#include "node-agent/net/standing_walls.h"

namespace foyer::agent {

bool StandingWalls::stands(const Netns& box, const Netns& partition,
                           const PartitionWall& wall) const {
    const std::scoped_lock lock(mutex_);
    const auto found = by_link_.find(wall.link);
    return found != by_link_.end() && found->second.wall == wall && found->second.box &&
           found->second.partition && found->second.box == box.identity() &&
           found->second.partition == partition.identity();
}

void StandingWalls::laid(const Netns& box, const Netns& partition, const PartitionWall& wall) {
    const std::scoped_lock lock(mutex_);
    by_link_.insert_or_assign(wall.link, Standing{wall, box.identity(), partition.identity()});
}

void StandingWalls::forget(const std::string& link) {
    const std::scoped_lock lock(mutex_);
    by_link_.erase(link);
}

}  // namespace foyer::agent
