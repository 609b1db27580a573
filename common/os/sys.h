// Each system call we use, once, as a Result. Names follow the calls; errors say what was tried and
// why it failed.
#pragma once

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "common/base/result.h"
#include "common/os/unique_fd.h"

namespace foyer::os {

// ENOSPC, EDQUOT: ResourceExhausted ("disk full"); ENOENT: NotFound; EEXIST; EACCES, EPERM; EAGAIN
// and network down: Unavailable; anything else: Internal.
Error errno_error(std::string_view what, int code = errno);

Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode = 0);
Result<std::pair<UniqueFd, UniqueFd>> make_pipe();  // read end, write end
// A descriptor in memory holding `content`, positioned at its start: standard input of a child,
// secrets included.
Result<UniqueFd> memory_file(std::string_view content);
Status write_all(int fd, std::string_view content);
Status change_owner(const std::string& path, uid_t uid, gid_t gid);  // never follows a link
Status change_mode(const std::string& path, mode_t mode);

struct DiskSpace {
    std::int64_t total_bytes = 0;
    std::int64_t free_bytes = 0;  // to ordinary users
    bool in_memory = false;       // a tmpfs: gone with the power
};
Result<DiskSpace> disk_space(const std::string& path);

// What this process touches from now on stays in memory: no page of it waits for a disk. What is
// never touched takes none. Not for its children.
Status lock_memory();

// A socket made inside the network namespace of `netns_file`, used from the caller's thread
// afterwards.
Result<UniqueFd> socket_in(const std::string& netns_file, int domain, int type, int protocol);

}  // namespace foyer::os
