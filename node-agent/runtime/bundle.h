// The OCI bundle of a partition: which process, in which walls. Pure text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/units.h"

namespace foyer::agent {

struct BundleSpec {
    std::string hostname;
    std::string root;  // read-only, shared with other partitions
    std::vector<std::string> command;
    std::vector<std::string> env;  // of the image, "NAME=value"
    std::int64_t user_id = 1000;
    std::int64_t group_id = 1000;
    std::uint32_t uid_first = 0;  // the partition's users 0..65535 are these of the host
    std::string volume;
    std::string config;
    std::string secrets;
    std::string netns;
    std::string cgroup;  // absolute below the hierarchies
    Millicores cpu;
    Bytes memory;
    bool limit_swap = true;
    bool limit_sockets =
        false;  // the kernel counts what waits in sockets apart (control groups v1)
    Pids pids;
    int open_files_max = 8192;
};

// config.json for crun.
std::string bundle_json(const BundleSpec& spec);
// The process of the bundle with another command, for `crun exec`: left to itself, that runs as the
// container's root.
Result<std::string> process_for_hook(const std::string& bundle,
                                     const std::vector<std::string>& command);
// The same bundle with another command and another group beside it: a hook of the same shape.
Result<std::string> bundle_for_hook(const std::string& bundle,
                                    const std::vector<std::string>& command,
                                    const std::string& cgroup);

}  // namespace foyer::agent
