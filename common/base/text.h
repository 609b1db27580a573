// Small text tools that need nothing but std: encodings, checked numbers, names, times.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer {

std::string to_hex(std::span<const std::uint8_t> bytes);  // lower case
std::optional<std::vector<std::uint8_t>> from_hex(
    std::string_view text);  // even length, either case

// RFC 4648 base64url without padding: safe in URLs, file names and tokens.
std::string to_base64url(std::span<const std::uint8_t> bytes);
std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text);

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The whole text is a number in range, or nothing.
std::optional<std::int64_t> parse_int(std::string_view text);

// Names of instances, sites, ISPs: 1 to 40 of a-z 0-9 and inner dashes, beginning with a letter.
// They become DNS labels.
Status check_name(std::string_view what, std::string_view name);

std::vector<std::string> split(std::string_view text, char separator);  // "" gives no parts
std::string join(std::span<const std::string> parts, std::string_view separator);

// 2026-03-01T12:30:00.250Z (RFC 3339, UTC, milliseconds).
std::string to_rfc3339(WallTime time);

}  // namespace foyer
