// What `smartctl --json=c -a` prints, read strictly: the text comes from a disk's firmware through
// another program. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/result.h"
#include "node-agent/care/disk_health.h"

namespace foyer::agent::care {

inline constexpr std::size_t smartctl_bytes_max = std::size_t{256} << 10;
// What we have smartctl say with its exit status when it let a disk sleep; by itself it never sets
// both these bits.
inline constexpr int smartctl_asleep = 3;

// `name` is the kernel's. What is missing, of another type or out of range is absent in the result.
// InvalidArgument: no such document. Unavailable: the disk could not be asked; the reason is
// smartctl's own.
Result<DiskHealth> parse_smartctl(const std::string& name, const std::string& text);

}  // namespace foyer::agent::care
