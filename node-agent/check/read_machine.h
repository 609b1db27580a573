// Reads what a machine tells of itself. Changes nothing.
#pragma once

#include <string>

#include "common/base/time.h"
#include "node-agent/check/machine_facts.h"

namespace foyer::agent {

// From /proc and /sys below `root` (a folder in tests; empty: the machine's own). Asks neither disk
// nor clock nor for programs.
MachineFacts read_kernel(const std::string& root);

// All of this machine, for a box whose data would be in `data_dir`: that folder, or the nearest one
// above it that exists. Takes about a second, in which the disk's speed is measured, and as long as
// disks need to say how they are; none is woken for it.
MachineFacts read_machine(const std::string& data_dir, const Clock& clock);

}  // namespace foyer::agent
