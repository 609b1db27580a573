// Asks disks how they are, by smartctl. Never wakes one that sleeps.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "node-agent/care/disk_health.h"

namespace foyer::agent::care {

// Its standard output, whatever its exit status, which the output repeats. NotFound: there is no
// such program. DeadlineExceeded: it took too long, and was killed.
using RunSmartctl = std::function<Result<std::string>(const std::vector<std::string>& arguments)>;
// The program of this machine, each call within 20 s.
RunSmartctl smartctl_of_machine(std::stop_token stop = {});

struct DisksAsked {
    std::vector<DiskHealth> disks;  // those that answered, or sleep
    std::string problem;            // why some or all did not; empty: all did
};
// All ATA and NVMe disks found below the root. `earlier`: what was known before, which stands for a
// disk that sleeps.
DisksAsked ask_disks(const std::string& root, const std::vector<DiskHealth>& earlier,
                     const RunSmartctl& run);

// What smartctl is told for the kernel's disk `name`.
std::vector<std::string> smartctl_arguments(const std::string& root, const std::string& name);

}  // namespace foyer::agent::care
