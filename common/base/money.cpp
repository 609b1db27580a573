#include "common/base/money.h"

#include <algorithm>
#include <cstdint>

namespace foyer {

std::string decimal_text(Cents cents) {
    const bool negative = cents.count() < 0;
    // Unsigned, for the lowest number has no opposite.
    const std::uint64_t bits = static_cast<std::uint64_t>(cents.count());
    const std::uint64_t size = negative ? 0 - bits : bits;
    const std::string rest = std::to_string(size % 100);
    return (negative ? "-" : "") + std::to_string(size / 100) + (rest.size() == 1 ? ".0" : ".") +
           rest;
}

bool is_currency_code(std::string_view text) {
    return text.size() == 3 &&
           std::ranges::all_of(text, [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

}  // namespace foyer
