#include "common/model/host_wish.h"

#include "common/base/check.h"
#include "common/base/enum_text.h"

namespace foyer {

std::string_view to_text(HostWish wish) {
    switch (wish) {
        case HostWish::Serving: return "serving";
        case HostWish::Paused: return "paused";
        case HostWish::Draining: return "draining";
        case HostWish::Leaving: return "leaving";
    }
    CHECK(false);
}

std::optional<HostWish> host_wish_from(std::string_view text) {
    return enum_from_text(all_host_wishes, text);
}

}  // namespace foyer
