// Mounts below a partition's folder.
#pragma once

#include <string>

#include "common/base/result.h"

namespace foyer::agent {

// Also of one whose program is dead or hangs: nobody is asked but the kernel.
bool is_mount_point(const std::string& folder);

// Unmounts all that is mounted on the folder, waiting some seconds for who still uses it: what was
// killed a moment ago lets go of its files. Unavailable: something still uses it. Nothing mounted
// is fine.
Status unmount(const std::string& folder);

// The same at once, with all mounts below, whoever uses them: they find nothing any more.
Status unmount_dead(const std::string& folder);

}  // namespace foyer::agent
