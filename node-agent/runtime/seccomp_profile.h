// The system calls a partition may make. Everything else fails with EPERM, as if the kernel did not
// want to.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace foyer::agent {

// The `linux.seccomp` object of an OCI bundle: an allow-list for ordinary server software. No
// mounts, modules, keys, tracing of others, clocks, namespaces (clone with namespace flags is
// refused), bpf, perf, io_uring, userfaultfd or raw reboot.
nlohmann::json seccomp_profile();

}  // namespace foyer::agent
