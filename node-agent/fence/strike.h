// The killer's blow: SIGKILL to a process and to everything in control groups. Files of the
// kernel only, no heap.
#pragma once

#include <string_view>

#include "node-agent/fence/fence_message.h"

namespace foyer::agent {

// `process`: pidfd of the first process, whose end takes its pid namespace with it; -1: none. Thaws
// what is frozen, which could not die otherwise. True when no process was seen: then all is dead,
// or was never there.
bool strike(const FenceRequest& held, int process);

// Writes `text` to a control file; false with errno when that failed.
bool write_control(std::string_view folder, std::string_view name, std::string_view text);

}  // namespace foyer::agent
