#include "common/base/filled.h"

#include <algorithm>

namespace foyer {

std::string filled(std::string_view text, const Fills& fills) {
    std::string out;
    while (!text.empty()) {
        if (text.front() == '~') {
            out += "\u00a0";
            text.remove_prefix(1);
            continue;
        }
        const auto fill = std::ranges::find_if(fills, [&](const auto& one) {
            return text.starts_with('{') && text.substr(1).starts_with(one.first) &&
                   text.substr(1 + one.first.size()).starts_with('}');
        });
        if (fill == fills.end()) {
            out += text.front();
            text.remove_prefix(1);
        } else {
            out += fill->second;
            text.remove_prefix(fill->first.size() + 2);
        }
    }
    return out;
}

}  // namespace foyer
