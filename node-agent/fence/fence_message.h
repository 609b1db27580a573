// What the agent and foyer-fence say to each other over a SOCK_SEQPACKET socket: a request and its
// answer, each one packet of fixed size. Both run on one machine and come from one build.
//
// Another version is refused: then the deadlines that the older killer holds run out, and it ends.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/time.h"

namespace foyer::agent {

inline constexpr std::size_t fence_name_max = 64;     // of a partition
inline constexpr std::size_t fence_folder_max = 239;  // of a control group
inline constexpr std::size_t fence_folders_max = 4;   // service and hooks; tasks and freezer
inline constexpr std::size_t fence_partitions_max = 256;

// Text of bounded length that lies where it is; nothing here uses the heap.
template <std::size_t Max>
class FixedText {
public:
    FixedText() = default;
    // False, and empty, when it is too long or holds a zero.
    bool assign(std::string_view text) {
        bytes_ = {};
        if (text.size() > Max || text.find('\0') != std::string_view::npos) return false;
        text.copy(bytes_.data(), text.size());
        return true;
    }
    std::string_view view() const { return std::string_view(bytes_.data()); }
    const char* c_str() const { return bytes_.data(); }
    bool empty() const { return bytes_[0] == '\0'; }
    friend bool operator==(const FixedText&, const FixedText&) = default;

private:
    std::array<char, Max + 1> bytes_{};
};

enum class FenceVerb : std::uint16_t {
    Hello = 1,  // are you there?
    Hold = 2,   // kill this partition at `until`; replaces what was held of it
    Drop = 3,   // hold it no more
};

struct FenceRequest {
    FenceVerb verb = FenceVerb::Hello;
    MonoTime until;  // CLOCK_BOOTTIME
    FixedText<fence_name_max> partition;
    // Everything in these control groups dies, and stays dead for a while. A descriptor of the
    // first process (pidfd) may travel beside.
    std::array<FixedText<fence_folder_max>, fence_folders_max> folders;
    friend bool operator==(const FenceRequest&, const FenceRequest&) = default;
};

enum class FenceAnswer : std::uint16_t {
    Done = 1,
    Full = 2,     // fence_partitions_max are held
    Refused = 3,  // not a request of this version
};

inline constexpr std::size_t fence_request_bytes =
    16 + (fence_name_max + 1) + fence_folders_max * (fence_folder_max + 1) + 7;
inline constexpr std::size_t fence_answer_bytes = 8;
using FenceRequestBytes = std::array<char, fence_request_bytes>;
using FenceAnswerBytes = std::array<char, fence_answer_bytes>;

FenceRequestBytes encode(const FenceRequest& request);
FenceAnswerBytes encode(FenceAnswer answer);
// Nothing for anything but exactly what encode() makes of a sensible request: known verb, name of
// a partition (but for Hello), and of Hold a time above 0 and at least one folder, all of them
// absolute and without "..".
std::optional<FenceRequest> request_from(std::string_view bytes);
std::optional<FenceAnswer> answer_from(std::string_view bytes);

}  // namespace foyer::agent
