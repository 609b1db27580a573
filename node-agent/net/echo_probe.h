// Asks addresses on the overlay whether they are there (ICMPv6 echo), without ever waiting for the
// answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/os/unique_fd.h"

namespace foyer::agent {

class EchoProbe {
public:
    // The socket lives in the namespace of `netns_file`.
    static Result<EchoProbe> open(const std::string& netns_file);
    // One question; a failure to send is no answer either.
    void ask(const std::string& address);
    // Addresses that answered since the last call.
    std::vector<std::string> answers();

private:
    os::UniqueFd socket_;
    std::uint16_t id_ = 0;
    std::uint16_t sequence_ = 0;
};

}  // namespace foyer::agent
