// Stands between a client and PostgreSQL and cuts the line exactly at COMMIT: before it reaches the
// server, or after the server did it but before the client hears of it.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "common/os/unique_fd.h"
#include "tests/support/temp_folder.h"

namespace foyer::test {

class CuttingProxy {
public:
    enum class Cut { Never, BeforeCommit, AfterCommit };

    // `server_socket`: path of PostgreSQL's socket.
    explicit CuttingProxy(std::string server_socket);
    ~CuttingProxy();

    std::string socket_folder() const { return folder_.path(); }
    void cut_at_next_commit(Cut cut) { cut_ = cut; }
    bool has_cut() const { return has_cut_; }

private:
    void serve();
    void carry(int client, int server);

    TempFolder folder_;
    std::string server_socket_;
    os::UniqueFd listener_;
    std::atomic<Cut> cut_ = Cut::Never;
    std::atomic<bool> has_cut_ = false;
    std::jthread thread_;
};

}  // namespace foyer::test
