// What a software release is for, as its publisher says it in the signed document.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace foyer {

enum class ReleaseKind {
    Erp,       // books, orders, stock of a firm
    Database,  // of others' programs
    Web,       // pages for visitors
    Mail,      // mailboxes, lists
    Other      // none of these, and each release that does not say it
};
inline constexpr std::array all_release_kinds{ReleaseKind::Erp, ReleaseKind::Database,
                                              ReleaseKind::Web, ReleaseKind::Mail,
                                              ReleaseKind::Other};

std::string_view to_text(ReleaseKind kind);
std::optional<ReleaseKind> release_kind_from(std::string_view text);

}  // namespace foyer
