// A private PostgreSQL for `foyer-master run --dev DIR`: made at the first start, reached by a unix
// socket only.
//
// PostgreSQL refuses to run as root: then it runs as a system user (`postgres`, else `nobody`), who
// owns its folder. It is a process of its own session: when the master is killed it goes on, and
// the next master adopts it. When it dies it is started again. Written for one machine; production
// names a database instead.
//
//   start(): make (once) ──► adopt a running one, or start ──► watched ──► stop(): fast shutdown
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/os/process_id.h"
#include "master/store/postgres_programs.h"

namespace foyer::master {

struct DevClusterOptions {
    std::string folder;  // DIR/postgres; its parents must be open to the system user (o+x)
    std::string system_user = {};  // when we are root; empty: postgres, else nobody
    std::string database = "foyer";
    int shared_buffers_mib = 32;
    int max_connections = 20;
    bool fsync = true;  // false in tests only: a power cut then loses everything
    Duration init_timeout{120'000};
    Duration start_timeout{60'000};
    Duration stop_timeout{60'000};
    Duration restart_delay_min{100};
    Duration restart_delay_max{5'000};
};

class DevCluster {
public:
    // For the shell's log: "postgres_started", "postgres_adopted", "postgres_died",
    // "postgres_restart_failed".
    using Note = std::function<void(std::string_view event, std::string_view text)>;

    // Returns when it answers. NotFound: a program is missing (and which package brings it).
    // FailedPrecondition: the folder cannot be used, and why. Borrows clock.
    static Result<std::unique_ptr<DevCluster>> start(DevClusterOptions options, Clock& clock,
                                                     Note note);
    ~DevCluster();  // stop()
    DevCluster(const DevCluster&) = delete;
    DevCluster& operator=(const DevCluster&) = delete;

    std::string conninfo() const;  // for libpq; holds no secret
    std::string conninfo(std::string_view database) const;
    bool adopted() const { return adopted_; }  // it ran already
    os::ProcessId process() const;             // of its first process

    // Orderly: open transactions end, everything is on disk. Once; later calls do nothing.
    Status stop();

private:
    DevCluster(DevClusterOptions options, Clock& clock, Note note);
    Status prepare();
    Status make_cluster();
    Status write_access_files(const std::string& folder) const;
    Status make_socket_folder() const;
    Status raise(const std::stop_token& stop);
    std::optional<os::ProcessId> running() const;
    Status remove_empty_lock() const;
    Result<os::ProcessId> spawn() const;
    Status wait_until_it_answers(const std::stop_token& stop);
    Status make_database();
    bool wait_for_death(const std::stop_token& stop) const;
    void revive(const std::stop_token& stop);
    void watch(const std::stop_token& stop);
    std::vector<std::string> as_system_user(std::vector<std::string> argv) const;
    std::vector<std::string> server_argv() const;

    DevClusterOptions options_;
    Clock& clock_;
    Note note_;
    PostgresPrograms programs_;
    std::string socket_folder_;
    std::string own_user_;  // who we are, as the system calls us
    uid_t uid_ = 0;         // whom it runs as
    gid_t gid_ = 0;
    bool adopted_ = false;
    mutable std::mutex mutex_;
    os::ProcessId process_;  // under mutex_
    std::jthread watcher_;
};

}  // namespace foyer::master
