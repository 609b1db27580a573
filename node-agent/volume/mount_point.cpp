#include "node-agent/volume/mount_point.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "common/os/stop_event.h"
#include "common/os/sys.h"

namespace foyer::agent {
namespace {

constexpr Duration unmount_poll{50};
constexpr int unmount_polls_max = 100;

}  // namespace

bool is_mount_point(const std::string& folder) {
    struct statx facts{};
    return ::statx(AT_FDCWD, folder.c_str(),
                   AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE,
                   &facts) == 0 &&
           (facts.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

Status unmount(const std::string& folder) {
    for (int poll = 0; is_mount_point(folder); ++poll) {
        if (::umount2(folder.c_str(), UMOUNT_NOFOLLOW) == 0) continue;  // perhaps twice
        if (errno != EBUSY) return os::errno_error("cannot unmount '" + folder + "'");
        if (poll >= unmount_polls_max)
            return error(ErrorCode::Unavailable,
                         "something still uses '" + folder + "'; see: fuser -vm " + folder);
        os::wait_unless_stopped(unmount_poll);
    }
    return ok_status();
}

Status unmount_dead(const std::string& folder) {
    while (is_mount_point(folder))
        if (::umount2(folder.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH) != 0)
            return os::errno_error("cannot unmount '" + folder + "'");
    return ok_status();
}

}  // namespace foyer::agent
