#include "common/os/sys.h"

#include <cstring>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <thread>

namespace foyer::os {

namespace {

ErrorCode code_of(int code) {
    switch (code) {
        case ENOSPC:
        case EDQUOT:
        case EMFILE:
        case ENFILE: return ErrorCode::ResourceExhausted;
        case ENOENT: return ErrorCode::NotFound;
        case EEXIST: return ErrorCode::AlreadyExists;
        case EACCES:
        case EPERM: return ErrorCode::PermissionDenied;
        case EAGAIN:
        case EBUSY:
        case ECONNREFUSED:
        case ENETUNREACH:
        case EHOSTUNREACH:
        case ENETDOWN: return ErrorCode::Unavailable;
        case ETIMEDOUT: return ErrorCode::DeadlineExceeded;
        default: return ErrorCode::Internal;
    }
}

}  // namespace

Error errno_error(std::string_view what, int code) {
    const bool full = code == ENOSPC || code == EDQUOT;
    char buffer[128] = {};
    const char* reason = full ? "disk full" : ::strerror_r(code, buffer, sizeof buffer);
    return error(code_of(code), std::string(what) + ": " + reason);
}

Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0) return errno_error("cannot open '" + path + "'");
    return UniqueFd(fd);
}

Result<std::pair<UniqueFd, UniqueFd>> make_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return errno_error("cannot make a pipe");
    return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

Result<UniqueFd> memory_file(std::string_view content) {
    UniqueFd fd(::memfd_create("foyer", MFD_CLOEXEC));
    if (!fd.valid()) return errno_error("cannot make a file in memory");
    TRY(write_all(fd.get(), content));
    if (::lseek(fd.get(), 0, SEEK_SET) != 0) return errno_error("cannot rewind a file in memory");
    return fd;
}

Status write_all(int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t count = ::write(fd, content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno_error("cannot write");
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    return ok_status();
}

Status change_owner(const std::string& path, uid_t uid, gid_t gid) {
    if (::lchown(path.c_str(), uid, gid) != 0)
        return errno_error("cannot change the owner of '" + path + "'");
    return ok_status();
}

Status change_mode(const std::string& path, mode_t mode) {
    if (::chmod(path.c_str(), mode) != 0)
        return errno_error("cannot change the mode of '" + path + "'");
    return ok_status();
}

Result<DiskSpace> disk_space(const std::string& path) {
    struct statfs facts = {};
    if (::statfs(path.c_str(), &facts) != 0)
        return errno_error("cannot measure the disk of '" + path + "'");
    const auto block = static_cast<std::int64_t>(facts.f_bsize);
    return DiskSpace{.total_bytes = static_cast<std::int64_t>(facts.f_blocks) * block,
                     .free_bytes = static_cast<std::int64_t>(facts.f_bavail) * block,
                     .in_memory = facts.f_type == TMPFS_MAGIC};
}

Status lock_memory() {
    if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return ok_status();
    return errno_error("cannot keep memory from being paged out");
}

Result<UniqueFd> socket_in(const std::string& netns_file, int domain, int type, int protocol) {
    const UniqueFd netns = TRY(open_file(netns_file, O_RDONLY));
    int fd = -1;
    int failure = 0;
    // A thread's namespace is its own: this one lives only for the two calls, so no other thread
    // ever changes place.
    std::jthread([&] {
        if (::setns(netns.get(), CLONE_NEWNET) == 0)
            fd = ::socket(domain, type | SOCK_CLOEXEC, protocol);
        failure = errno;
    }).join();
    if (fd < 0) return errno_error("cannot make a socket in '" + netns_file + "'", failure);
    return UniqueFd(fd);
}

}  // namespace foyer::os
