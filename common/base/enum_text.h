// Reads an enum from its text by asking to_text of each value: one table, so the two directions
// cannot differ. `to_text` is found beside the enum.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace foyer {

template <class Enum, std::size_t N>
std::optional<Enum> enum_from_text(const std::array<Enum, N>& values, std::string_view text) {
    for (const Enum value : values) {
        if (to_text(value) == text) return value;
    }
    return std::nullopt;
}

}  // namespace foyer
