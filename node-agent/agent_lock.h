// One agent, or one clearing, a folder.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/os/unique_fd.h"

namespace foyer::agent {

// Held as long as the descriptor lives. FailedPrecondition: another agent has it.
Result<os::UniqueFd> lock_folder(const std::string& data_dir);

}  // namespace foyer::agent
