// Asks addresses on the overlay whether they are there (ICMPv6 echo), without ever waiting for the
// answer.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/os/unique_fd.h"

namespace foyer::agent {

class EchoProbe {
public:
    // The socket lives in the namespace of `netns_file`.
    static Result<EchoProbe> open(const std::string& netns_file);
    // One question; a failure to send is no answer either.
    void ask(const std::string& address, WallTime now);
    // Who answered since the last call. How long it took is measured by the kernel when the answer
    // comes, whenever it is read here; nothing, where it is not known.
    struct Answer {
        std::string address;
        std::optional<std::chrono::microseconds> took;
    };
    std::vector<Answer> answers();

private:
    std::optional<std::chrono::microseconds> took(std::uint16_t sequence, std::int64_t came_us);

    struct Asked {
        std::uint16_t sequence = 0;
        WallTime at;
    };
    static constexpr std::size_t asked_max = 1024;  // of some seconds, however many edges
    os::UniqueFd socket_;
    std::uint16_t id_ = 0;
    std::uint16_t sequence_ = 0;
    std::array<Asked, asked_max> asked_{};
};

}  // namespace foyer::agent
