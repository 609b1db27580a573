// The agent's side of foyer-fence: finds the one of this box or starts it, starts it again when it
// died or hangs, and then tells it anew what it holds. So a deadline is lost with neither of the
// two programs, and at worst with both at once.
//
//   run/fence.sock   where it listens; an agent that restarts finds it there
//   run/fence.pid    who it is, for one that hangs
//   run/fence.log    what it could not have (locked memory, going first)
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "common/os/process_id.h"
#include "common/os/unique_fd.h"
#include "node-agent/fence/fence_message.h"

namespace foyer::agent {

struct FenceKeeperConfig {
    std::string program;              // foyer-fence
    std::string folder;               // of socket and log; absolute, at most 90 characters
    std::vector<std::string> groups;  // control groups it goes into, folders; away from the agent's
};

// Thread-safe. A thread of its own starts programs, so that no caller waits for a disk.
class FenceKeeper {
public:
    // `clock` must outlive it. The killer is looked for, or started, at once.
    FenceKeeper(FenceKeeperConfig config, const Clock& clock);
    ~FenceKeeper();  // foyer-fence lives on until its deadlines are over

    // The killer has it: at hold.until the partition dies. `process`: pidfd, or -1. Unavailable:
    // it did not take it, the message says why (it is being started again: the first who notices
    // waits for that, a quarter of a second); ResourceExhausted: it is full.
    Status hold(const FenceRequest& hold, int process);
    Status drop(const PartitionId& id);

private:
    void run(const std::stop_token& stop);
    Status bring_up();
    Result<os::UniqueFd> connect() const;
    Result<os::UniqueFd> start();
    void end_hanging() const;
    Status tell(const FenceRequest& request, int process, std::unique_lock<std::mutex>& lock);
    void lose_connection();
    std::string socket_file() const { return config_.folder + "/fence.sock"; }
    std::string pid_file() const { return config_.folder + "/fence.pid"; }

    const FenceKeeperConfig config_;
    const Clock& clock_;
    std::mutex turn_;
    std::condition_variable_any changed_;
    std::optional<os::ProcessId> child_;  // of the thread: to be reaped when it ended
    os::UniqueFd connection_;             // changed by the thread only
    std::string failure_;                 // why there is none
    bool given_up_ = false;               // somebody has waited for it in vain: others do not
    bool broken_ = false;                 // the connection is, and the thread has to make another
    os::UniqueFd wake_;                   // rings when it is
    std::map<std::string, FenceRequest, std::less<>> held_;
    std::jthread thread_;
};

}  // namespace foyer::agent
