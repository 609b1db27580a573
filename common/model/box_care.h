// How a box says that it fares: its disks, its heat, its memory. It lowers its own trust before it
// fails (node-agent/care); the master acts on it (master/domain/box_trust.h).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace foyer {

enum class BoxHealth {
    Well,
    Worn,    // it serves, but nothing more should be entrusted to it
    Failing  // what it holds should be elsewhere before it fails
};
inline constexpr std::array all_box_healths{BoxHealth::Well, BoxHealth::Worn, BoxHealth::Failing};

std::string_view to_text(BoxHealth health);
std::optional<BoxHealth> box_health_from(std::string_view text);

struct BoxCare {
    BoxHealth health = BoxHealth::Well;
    std::string reason;  // for people, at most care_reason_max bytes; empty: it is well
    friend bool operator==(const BoxCare&, const BoxCare&) = default;
};
inline constexpr std::size_t care_reason_max = 300;

}  // namespace foyer
