// foyer-crun: crun on machines with hybrid control groups. usage: foyer-crun ARGUMENTS OF CRUN…
//
// crun refuses to work while a cgroup2 mount with controllers lies beside the older hierarchies. In
// a mount namespace of its own this program removes that mount and becomes crun; the machine itself
// is not changed.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <linux/magic.h>
#include <mntent.h>
#include <sched.h>
#include <set>
#include <string>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace {

constexpr int layers_max = 16;  // mounts of one place, one above the other

std::set<std::string> unified_mounts() {
    std::set<std::string> found;
    std::FILE* table = ::setmntent("/proc/self/mounts", "re");
    if (table == nullptr) return found;
    while (const mntent* entry = ::getmntent(table))
        if (std::strcmp(entry->mnt_type, "cgroup2") == 0) found.emplace(entry->mnt_dir);
    ::endmntent(table);
    return found;
}

bool shows_unified(const std::string& point) {
    struct statfs facts = {};
    return ::statfs(point.c_str(), &facts) == 0 && facts.f_type == CGROUP2_SUPER_MAGIC;
}

// The table also has mounts that lie beneath others (a new /sys over the old one): they cannot be
// reached, neither by us nor by crun, and stay.
bool hide(const std::string& point) {
    for (int layer = 0; layer < layers_max && shows_unified(point); ++layer)
        if (::umount2(point.c_str(), MNT_DETACH) != 0) return false;
    errno = EBUSY;
    return !shows_unified(point);
}

}  // namespace

int main(int /*argc*/, char** argv) {
    // Slave: mounts undone on the host are undone here too, so that no container keeps a dead one
    // busy.
    if (::unshare(CLONE_NEWNS) != 0 ||
        ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
        std::perror("foyer-crun: cannot make a mount namespace");
        return 1;
    }
    for (const std::string& point : unified_mounts())
        if (!hide(point)) {  // crun would refuse, in words that help nobody
            std::perror(("foyer-crun: cannot hide " + point).c_str());
            return 1;
        }
    argv[0] = const_cast<char*>("crun");  // NOLINT: execvp's interface
    ::execvp("crun", argv);
    std::perror("foyer-crun: cannot run crun");
    return 1;
}
