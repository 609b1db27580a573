#include "node-agent/runtime/disk_room.h"

#include "common/os/sys.h"

namespace foyer::agent {

bool is_disk_full(const std::string& folder) {
    const auto space = os::disk_space(folder);
    return space.ok() && space.value().free_bytes < disk_low_water_bytes;
}

}  // namespace foyer::agent
