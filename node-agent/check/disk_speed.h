// How fast a disk makes writes safe.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "node-agent/check/machine_facts.h"

namespace foyer::agent {

// Writes some 40 MiB to a file without a name in `folder`, for at most two seconds; nothing of it
// is left, not even by a power cut. Unavailable: one cannot be made there.
Result<DiskSpeed> measure_disk(const std::string& folder, const Clock& clock);

}  // namespace foyer::agent
