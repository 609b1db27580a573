#include "node-agent/agent_lock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace foyer::agent {

Result<os::UniqueFd> lock_folder(const std::string& data_dir) {
    os::UniqueFd lock(
        ::open((data_dir + "/agent.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock.valid())
        return error(ErrorCode::FailedPrecondition,
                     "cannot open '" + data_dir + "/agent.lock': " + std::strerror(errno));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return error(ErrorCode::FailedPrecondition, "another agent runs in '" + data_dir +
                                                        "': foyer-node status --data " + data_dir +
                                                        " shows what it does");
    }
    return lock;
}

}  // namespace foyer::agent
