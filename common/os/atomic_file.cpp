#include "common/os/atomic_file.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/os/files.h"
#include "common/os/sys.h"

namespace foyer::os {

namespace {

constexpr std::string_view mark = ".new.";

// The name of a file that was never given its own.
bool is_draft(std::string_view name) {
    const std::size_t at = name.rfind(mark);
    if (at == std::string_view::npos || at == 0) return false;
    const std::string_view end = name.substr(at + mark.size());
    return !end.empty() &&
           std::ranges::all_of(end, [](unsigned char letter) { return std::isalnum(letter) != 0; });
}

Status fill(int fd, const std::string& name, std::string_view content, const AtomicWrite& how) {
    if (how.owner && ::fchown(fd, how.owner->uid, how.owner->gid) != 0)
        return errno_error("cannot change the owner of '" + name + "'");
    if (::fchmod(fd, how.mode) != 0) return errno_error("cannot change the mode of '" + name + "'");
    TRY(write_all(fd, content));
    if (::fsync(fd) != 0) return errno_error("cannot sync '" + name + "'");
    return ok_status();
}

}  // namespace

Status write_atomically(const std::string& path, std::string_view content, const AtomicWrite& how) {
    std::string temporary = path + std::string(mark) + "XXXXXX";
    const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!fd.valid()) return errno_error("cannot write '" + path + "'");
    Status done = fill(fd.get(), temporary, content, how);
    if (done.ok() && ::rename(temporary.c_str(), path.c_str()) != 0)
        done = errno_error("cannot replace '" + path + "'");
    if (!done.ok()) {
        discard(remove_file(temporary), "the first error is the one to tell");
        return done;
    }
    return sync_dir(parent_of(path).empty() ? "." : parent_of(path));
}

Result<int> remove_drafts(const std::string& folder) {
    int removed = 0;
    for (const std::string& name : TRY(list_dir(folder))) {
        if (!is_draft(name)) continue;
        TRY(remove_file(folder + "/" + name));
        removed += 1;
    }
    return removed;
}

}  // namespace foyer::os
