// The local socket: whoever may open it (mode 0600: the box's administrator) sends one line, gets
// one JSON document, and the connection is closed.
#pragma once

#include <functional>
#include <string>

#include "common/base/result.h"
#include "common/os/unique_fd.h"

namespace foyer::agent {

constexpr std::size_t request_bytes_max = 4096;

class HostDoor {
public:
    // Makes `folder`/agent.sock, replacing a left-over one. The path may be of any length.
    static Result<HostDoor> listen(const std::string& folder);
    int descriptor() const { return socket_.get(); }
    // Answers one waiting caller; never blocks for long: a caller that does not write, or does not
    // read, is dropped. `answer` gets the line, without its end.
    void serve(const std::function<std::string(const std::string& line)>& answer) const;

private:
    explicit HostDoor(os::UniqueFd socket) : socket_(std::move(socket)) {}
    os::UniqueFd socket_;
};

// What the running agent of `folder` answers to the line. Unavailable: none runs there.
Result<std::string> knock(const std::string& folder, const std::string& line);

}  // namespace foyer::agent
