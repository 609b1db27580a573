#include "node-agent/state/disk_reserve.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/sys.h"

namespace foyer::agent {

namespace {

// The file never has holes: it is as long as what it holds.
Result<std::int64_t> length_of(int fd, const std::string& file) {
    struct stat facts = {};
    if (::fstat(fd, &facts) != 0) return os::errno_error("cannot look at '" + file + "'");
    return facts.st_size;
}

}  // namespace

Status DiskReserve::take() const {
    const os::UniqueFd fd = TRY(os::open_file(file_, O_RDWR | O_CREAT, 0600));
    for (std::int64_t held = TRY(length_of(fd.get(), file_)); held < size_.count();) {
        const std::int64_t more = std::min(step.count(), size_.count() - held);
        const int failed = ::posix_fallocate(fd.get(), held, more);
        if (failed != 0) return os::errno_error("cannot reserve room in '" + file_ + "'", failed);
        held += more;
    }
    return ok_status();
}

Status DiskReserve::give() const {
    const os::UniqueFd fd = TRY(os::open_file(file_, O_RDWR | O_CREAT, 0600));
    const std::int64_t held = TRY(length_of(fd.get(), file_));
    if (held == 0) return error(ErrorCode::NotFound, "the reserve is used up");
    if (::ftruncate(fd.get(), std::max<std::int64_t>(0, held - step.count())) != 0)
        return os::errno_error("cannot give back room of '" + file_ + "'");
    return ok_status();
}

}  // namespace foyer::agent
