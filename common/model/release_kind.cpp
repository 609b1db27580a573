#include "common/model/release_kind.h"

#include "common/base/check.h"
#include "common/base/enum_text.h"

namespace foyer {

std::string_view to_text(ReleaseKind kind) {
    switch (kind) {
        case ReleaseKind::Erp: return "erp";
        case ReleaseKind::Database: return "database";
        case ReleaseKind::Web: return "web";
        case ReleaseKind::Mail: return "mail";
        case ReleaseKind::Other: return "other";
    }
    CHECK(false);
}

std::optional<ReleaseKind> release_kind_from(std::string_view text) {
    return enum_from_text(all_release_kinds, text);
}

}  // namespace foyer
