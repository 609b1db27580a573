// Who a process is, safe against reuse of its number: (boot, pid, start time). Kept in pid files,
// so that a restarted agent finds again what it started, and never signals a stranger.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <sys/types.h>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/os/unique_fd.h"

namespace foyer::os {

struct ProcessId {
    std::string boot_id;
    pid_t pid = 0;
    std::uint64_t start_ticks = 0;  // since boot, field 22 of /proc/<pid>/stat
    friend bool operator==(const ProcessId&, const ProcessId&) = default;
};

std::string to_text(const ProcessId& id);                           // "boot pid start"
std::optional<ProcessId> process_id_from(const std::string& text);  // of to_text
std::string boot_id();

// NotFound when there is no such process (a zombie is none).
Result<ProcessId> identify(pid_t pid);
// Also reaps it when it is a dead child of ours.
bool is_alive(const ProcessId& id);
// A descriptor of exactly this process; NotFound when it is gone.
Result<UniqueFd> open_process(const ProcessId& id);
Status signal_process(const ProcessId& id, int signal);  // gone is fine
// DeadlineExceeded, or Unavailable when stop was requested.
Status wait_gone(const ProcessId& id, Duration timeout, std::stop_token stop = {});
// Children, their children and so on, without `pid` itself.
std::vector<pid_t> descendants(pid_t pid);
// SIGKILL to the process and all its descendants, also those born meanwhile.
void kill_tree(pid_t pid);

// Parsing of /proc/<pid>/stat, apart so that it can be tested: state, parent and start time.
struct ProcessStat {
    char state = '?';
    pid_t parent = 0;
    std::uint64_t start_ticks = 0;
};
std::optional<ProcessStat> parse_stat(const std::string& text);

}  // namespace foyer::os
