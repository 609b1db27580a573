// What a power cut leaves of files that were being written: nobody would ever look for it again,
// and it may hold a key.
#pragma once

#include <string>

#include "common/base/result.h"

namespace foyer::agent {

// Removes it from all folders of the box in which files are replaced; how many went. With the box's
// lock held, before anything is written.
Result<int> remove_drafts(const std::string& data_dir);

}  // namespace foyer::agent
