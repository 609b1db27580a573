// Replaces a file so that a reader, or the next boot, sees the old content or the new one, never a
// part.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "common/base/result.h"

namespace foyer::os {

struct FileOwner {
    uid_t uid = 0;
    gid_t gid = 0;
};

struct AtomicWrite {
    mode_t mode = 0600;
    std::optional<FileOwner> owner = {};  // absent: the caller's
};

// Temporary file beside it, fsync, rename, fsync of the folder. On failure the old file is
// untouched and nothing else is left.
Status write_atomically(const std::string& path, std::string_view content,
                        const AtomicWrite& how = {});

// Removes what a power cut left in a folder of files that were being replaced or made:
// "<name>.new.<letters>". While nobody writes there. How many went; a missing folder has none.
Result<int> remove_drafts(const std::string& folder);

}  // namespace foyer::os
