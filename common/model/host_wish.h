// What the host of a box wants of it. He says it on the box (`foyer-node pause`, `resume`), also
// while the master is away, and it beats what the master wants.
//
//   Serving ──pause --now──► Paused ──resume, or its time──► Serving
//      ├─────pause --drain──► Draining ──────────────────────────┤
//      └─────leave──────────► Leaving ──────────resume───────────┘
//                                └─ once it is empty: the box is no more
//                                (common/tls/exit_receipt.h)
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "common/base/time.h"

namespace foyer {

enum class HostWish {
    Serving,
    Paused,    // nothing of a customer runs on the box
    Draining,  // its copies are to move to other boxes; they run until then
    Leaving    // the same, and then the box leaves the cloud for good
};
inline constexpr std::array all_host_wishes{HostWish::Serving, HostWish::Paused, HostWish::Draining,
                                            HostWish::Leaving};

std::string_view to_text(HostWish wish);
std::optional<HostWish> host_wish_from(std::string_view text);

constexpr bool may_end(HostWish wish) {
    return wish == HostWish::Paused || wish == HostWish::Draining;
}

struct HostOrder {
    HostWish wish = HostWish::Serving;
    std::optional<WallTime> until;  // then it serves again by itself; of a pause or a drain
    friend bool operator==(const HostOrder&, const HostOrder&) = default;
};

}  // namespace foyer
