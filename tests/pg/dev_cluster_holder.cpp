// Holds a cluster as a master does, until it is killed: dev_cluster_holder FOLDER READY_FILE.
#include <iostream>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "master/store/dev_cluster.h"

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    foyer::SystemClock clock;
    const auto cluster =
        foyer::master::DevCluster::start({.folder = argv[1], .fsync = false}, clock, {});
    if (!cluster.ok()) {
        std::cerr << cluster.failure().message << '\n';
        return 1;
    }
    if (!foyer::os::write_atomically(argv[2], cluster.value()->conninfo()).ok()) return 1;
    for (;;) ::pause();
}
