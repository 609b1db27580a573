// Runs programs: posix_spawn (never fork + work: gRPC makes us multi-threaded), pidfd, deadline,
// stop, bounded output.
//
// The child gets no descriptor but 0, 1, 2 (and `listeners` from 3 on), an empty signal mask,
// default signals and a small clean environment.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/os/process_id.h"

namespace foyer::os {

struct Command {
    std::vector<std::string>
        argv;  // argv[0]: absolute path, or a name searched in the usual folders
    std::vector<std::string> env = {};  // "NAME=value", beside PATH and LC_ALL
    std::string input = {};             // standard input; held in memory, so fit for secrets
    Duration timeout{60'000};
    std::size_t output_max = 64 * 1024;   // bytes kept of standard output, from its start
    std::size_t messages_max = 4 * 1024;  // bytes kept of standard error, from its end
    std::size_t message_lines_max = 20;
    std::function<void(const std::string& line)> on_message =
        {};  // each line of standard error, as it comes
};

struct Finished {
    int exit_code = 0;  // 128 + signal when it was killed
    bool timed_out = false;
    std::string output;
    bool output_cut = false;
    std::string messages;  // last lines of standard error
};

// Waits for the end. After `timeout` the child's process group is killed and `timed_out` is set.
// Unavailable when stop was requested (the group is killed too); NotFound when there is no such
// program.
Result<Finished> run(const Command& command, std::stop_token stop = {});

// run(), and anything but exit status 0 is an error that carries the end of standard error.
Result<std::string> run_checked(const Command& command, std::stop_token stop = {});

// Starts a program that goes on in the background by itself (conmon) and reports its start as one
// line on descriptor 3. Waits for that line and for the end of the process that was started. The
// error carries the program's last message.
Result<std::string> launch(const Command& command, std::stop_token stop = {});

struct Detached {
    std::vector<std::string> argv;
    std::vector<std::string> env = {};
    std::string log_file;             // standard output and error, appended
    std::vector<int> listeners = {};  // given to the child as descriptors 3, 4, …
    std::string input = {};           // standard input, at most 4096 bytes; read once, then gone
};

// Starts a program in a session of its own, which outlives us. It is our child until we die, then
// init's.
Result<ProcessId> spawn_detached(const Detached& program);

}  // namespace foyer::os
