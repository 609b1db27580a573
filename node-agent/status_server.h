// The local socket: whoever may open it (mode 0600: the box's administrator) gets one JSON document
// and the connection is closed.
#pragma once

#include <functional>
#include <string>

#include "common/base/result.h"
#include "common/os/unique_fd.h"

namespace foyer::agent {

class StatusServer {
public:
    // Makes `folder`/agent.sock, replacing a left-over one. The path may be of any length.
    static Result<StatusServer> listen(const std::string& folder);
    int descriptor() const { return socket_.get(); }
    // Answers one waiting caller; never blocks for long: a caller that does not read is dropped.
    void answer(const std::function<std::string()>& document) const;

private:
    explicit StatusServer(os::UniqueFd socket) : socket_(std::move(socket)) {}
    os::UniqueFd socket_;
};

// What the running agent of `folder` answers. Unavailable: none runs there.
Result<std::string> ask_status(const std::string& folder);

}  // namespace foyer::agent
