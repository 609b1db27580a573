// Bounds of what comes over the wire; shared by the .cpp files of this folder.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::wire {

inline constexpr std::size_t name_bytes_max = 128;
inline constexpr std::size_t hostname_bytes_max = 253;
inline constexpr std::size_t line_bytes_max = 1024;
inline constexpr std::size_t document_bytes_max = std::size_t{512} * 1024;
inline constexpr std::int64_t amount_max = std::int64_t{1} << 60;

inline Error field_error(std::string_view field, std::string_view why) {
    return error(ErrorCode::InvalidArgument, std::string(field) + " " + std::string(why));
}

inline Result<std::string> text_field(std::string_view field, const std::string& text,
                                      std::size_t bytes_max) {
    if (text.size() > bytes_max)
        return field_error(field, "is longer than " + std::to_string(bytes_max) + " bytes");
    if (text.find('\0') != std::string::npos) return field_error(field, "holds a zero byte");
    return text;
}

// A name that may become part of a path: never empty, no slash, no leading dot, no control
// characters or blanks.
inline Result<std::string> name_field(std::string_view field, const std::string& text,
                                      std::size_t bytes_max = name_bytes_max) {
    if (text.empty()) return field_error(field, "is empty");
    const bool odd = std::any_of(text.begin(), text.end(), [](char letter) {
        return letter <= ' ' || letter == '/' || letter == 0x7f;
    });
    if (odd || text.front() == '.')
        return field_error(field, "holds characters a name may not have");
    return text_field(field, text, bytes_max);
}

// RFC 7638, SHA-256: 43 letters of base64url. Empty: none.
inline Result<std::string> thumbprint_field(std::string_view field, const std::string& text) {
    const bool odd = std::any_of(text.begin(), text.end(), [](char letter) {
        return !((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                 (letter >= '0' && letter <= '9') || letter == '-' || letter == '_');
    });
    if (odd || (!text.empty() && text.size() != 43))
        return field_error(field, "is no thumbprint of a key");
    return text;
}

// Two capitals; which countries there are may change. Empty: none.
inline Result<std::string> country_field(std::string_view field, const std::string& text) {
    const bool capitals = std::all_of(text.begin(), text.end(),
                                      [](char letter) { return letter >= 'A' && letter <= 'Z'; });
    if (!capitals || (!text.empty() && text.size() != 2))
        return field_error(field, "is no country's code of two capitals");
    return text;
}

inline Result<std::int64_t> amount_field(std::string_view field, std::int64_t amount) {
    if (amount < 0 || amount > amount_max) return field_error(field, "is out of range");
    return amount;
}

// Counts up to what a box or an instance can sensibly have.
inline Status count_field(std::string_view field, int count, int count_max) {
    if (count > count_max)
        return field_error(field, "holds more than " + std::to_string(count_max) + " items");
    return ok_status();
}

}  // namespace foyer::wire
