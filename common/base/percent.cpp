#include "common/base/percent.h"

namespace foyer {

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    constexpr std::string_view marks = "-._~";
    std::string encoded;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
        const auto byte = static_cast<unsigned char>(c);
        if (plain)
            encoded += c;
        else
            encoded += {'%', hex[byte / 16], hex[byte % 16]};
    }
    return encoded;
}

void add_to_query(std::string& query, std::string_view field, std::string_view value) {
    if (value.empty()) return;
    if (!query.empty()) query += '&';
    query += std::string(field) + "=" + percent_encoded(value);
}

}  // namespace foyer
