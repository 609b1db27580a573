// Reads what the kernel knows of a box's health, below a root: a folder in tests, "" for the
// machine.
#pragma once

#include <string>
#include <vector>

#include "node-agent/care/box_facts.h"

namespace foyer::agent::care {

// All but ATA and NVMe disks, which smartctl is asked for, the clock and the line. Reads some fifty
// small files; waits for no disk and wakes none.
BoxFacts read_box(const std::string& root);

// Disks that smartctl may be asked about, by the kernel's names, sorted, at most 16.
std::vector<std::string> disks_to_ask(const std::string& root);

}  // namespace foyer::agent::care
