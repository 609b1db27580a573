// crun and conmon, command by command. Blocks; knows containers by name, nothing of partitions.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/units.h"
#include "common/os/child_process.h"
#include "node-agent/runtime/cgroup_layout.h"

namespace foyer::agent {

// As `timeout` says that its time was up.
inline int exit_code_of(const os::Finished& end) { return end.timed_out ? 124 : end.exit_code; }

class Crun {
public:
    // FailedPrecondition when crun, conmon or (on hybrid machines) foyer-crun is missing.
    static Result<Crun> open(std::string state_dir, CgroupMode mode);

    struct Supervised {
        std::string container;
        std::string bundle;
        std::string pid_file;  // gets the container's first process
        std::string exit_dir;  // gets a file named after the container with its exit code
        std::string log_file;
        Bytes log_bytes_max;
        std::string keeper_dir;  // conmon lives in it; gets its pid as `keeper`
    };
    // Creates and starts the container under a conmon of its own; both outlive the agent.
    Status create(const Supervised& wish, std::stop_token stop) const;
    Status start(const std::string& container, std::stop_token stop) const;

    using OnLine = std::function<void(const std::string&)>;
    // In the foreground: output and exit code are the container's.
    Result<os::Finished> run(const std::string& container, const std::string& bundle,
                             Duration timeout, const OnLine& on_message,
                             std::stop_token stop) const;
    // Inside a running container: the OCI process of `process_file`, with its user and walls.
    // `how`: all but the program itself.
    Result<os::Finished> exec(const std::string& container, const std::string& process_file,
                              const std::string& pid_file, os::Command how,
                              std::stop_token stop) const;
    // Removes what crun knows of it, alive or not. Unknown is fine.
    Status forget(const std::string& container) const;

private:
    os::Command command(std::vector<std::string> arguments) const;
    std::string program_;  // crun, or the wrapper that hides cgroup2 from it
    std::string conmon_;
    std::string state_dir_;
};

}  // namespace foyer::agent
