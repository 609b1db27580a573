// foyer-crun: crun on machines with hybrid control groups. usage: foyer-crun ARGUMENTS OF CRUN…
//
// crun refuses to work while a cgroup2 mount with controllers lies beside the older hierarchies. In
// a mount namespace of its own this program removes that mount and becomes crun; the machine itself
// is not changed.
#include <cstdio>
#include <cstring>
#include <mntent.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <unistd.h>
#include <vector>

namespace {

std::vector<std::string> unified_mounts() {
    std::vector<std::string> found;
    std::FILE* table = ::setmntent("/proc/self/mounts", "re");
    if (table == nullptr) return found;
    while (const mntent* entry = ::getmntent(table))
        if (std::strcmp(entry->mnt_type, "cgroup2") == 0) found.emplace_back(entry->mnt_dir);
    ::endmntent(table);
    return found;
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
        if (::umount2(point.c_str(), MNT_DETACH) != 0)
            std::perror(("foyer-crun: cannot hide " + point).c_str());
    argv[0] = const_cast<char*>("crun");  // NOLINT: execvp's interface
    ::execvp("crun", argv);
    std::perror("foyer-crun: cannot run crun");
    return 1;
}
