#include "node-agent/line/line_facts.h"

#include "common/base/check.h"

namespace foyer::agent {

std::string_view to_text(NatKind kind) {
    switch (kind) {
        case NatKind::None: return "none";
        case NatKind::Friendly: return "friendly";
        case NatKind::Strict: return "strict";
    }
    CHECK(false);
}

NatKind nat_kind(const Seen& own, const Seen& at_first, const Seen& at_second) {
    if (at_first != at_second) return NatKind::Strict;
    return at_first == own ? NatKind::None : NatKind::Friendly;
}

}  // namespace foyer::agent
