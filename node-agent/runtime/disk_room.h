// Was it the disk? Programs that fail for want of room say so in words of their own, or not at all.
#pragma once

#include <cstdint>
#include <string>

namespace foyer::agent {

// Less free than that after a failure: the disk is the reason.
inline constexpr std::int64_t disk_low_water_bytes = 4 * 1024 * 1024;

// Of the file system the folder lies on. One that cannot be measured is not full.
bool is_disk_full(const std::string& folder);

}  // namespace foyer::agent
