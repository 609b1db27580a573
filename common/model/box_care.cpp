#include "common/model/box_care.h"

#include "common/base/check.h"
#include "common/base/enum_text.h"

namespace foyer {

std::string_view to_text(BoxHealth health) {
    switch (health) {
        case BoxHealth::Well: return "well";
        case BoxHealth::Worn: return "worn";
        case BoxHealth::Failing: return "failing";
    }
    CHECK(false);
}

std::optional<BoxHealth> box_health_from(std::string_view text) {
    return enum_from_text(all_box_healths, text);
}

}  // namespace foyer
