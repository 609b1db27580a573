// A server that outlives the agent: found again by its pid file, started again with growing pauses
// when it dies, ended politely, then not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/os/atomic_file.h"
#include "common/os/process_id.h"

namespace foyer::agent {

class KeptProcess {
public:
    // `name` is for messages: "haproxy".
    KeptProcess(std::string name, std::string pid_file)
        : name_(std::move(name)), pid_file_(std::move(pid_file)) {}
    bool is_running() const;
    Status remember(const os::ProcessId& id) const;
    // SIGTERM, and SIGKILL after a while; gone is fine.
    Status end() const;

    // Unavailable: it failed to start a moment ago.
    Status may_start(MonoTime now) const;
    void tried(bool up, MonoTime now);
    void forget_failures() { pause_ = Duration(0); }

private:
    std::optional<os::ProcessId> process() const;

    std::string name_;
    std::string pid_file_;
    Duration pause_{0};
    MonoTime retry_at_;
};

// Whom a server runs as: the user of its Debian package, else nobody.
struct ServiceUser {
    std::string user = "nobody";
    std::string group = "nogroup";
    os::FileOwner ids = {65'534, 65'534};
};
ServiceUser service_user(const std::string& wanted);

// The program's argv, run as these, never as root, not even at its start, and without a way back: a
// set-user-id bit gives nothing. Of root's rights it has `kept` alone, as setpriv(1) names it;
// empty: none.
std::vector<std::string> unprivileged(const os::FileOwner& ids, std::vector<std::string> program,
                                      const std::string& kept = {});

}  // namespace foyer::agent
