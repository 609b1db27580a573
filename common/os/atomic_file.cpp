#include "common/os/atomic_file.h"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>

#include "common/os/files.h"
#include "common/os/sys.h"

namespace foyer::os {

namespace {

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
    std::string temporary = path + ".new.XXXXXX";
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

}  // namespace foyer::os
