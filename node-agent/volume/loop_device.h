// A file as a block device, for as long as somebody has it open or mounted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/result.h"
#include "common/os/unique_fd.h"

namespace foyer::agent {

// The rule, among the details, of a refusal that no other try will change.
inline constexpr std::string_view no_loop_rule = "no_loop";

struct LoopDevice {
    std::string path;    // "/dev/loop7"
    os::UniqueFd open;   // the device detaches itself once nobody has it open or mounted
    bool fresh = false;  // nobody else can have mounted it
};

// The one that shows the file already, else a new one: two devices of one file would be two file
// systems that know nothing of each other. A file may be shown without being mounted where we see
// it, in the namespace of an agent that died while its partitions went on.
// FailedPrecondition: this machine has no loop devices (no_loop_rule). Unavailable: others took
// each free one away before us.
Result<LoopDevice> attach_loop(const std::string& file);

// The one that shows the file already, if one does.
Result<std::optional<LoopDevice>> find_loop(const std::string& file);

}  // namespace foyer::agent
