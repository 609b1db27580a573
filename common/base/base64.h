// RFC 4648 base64 with padding. Bytes are a std::string's, as JSON, keys and headers have them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace foyer {

std::string to_base64(std::string_view bytes);
// Exactly that form and no other: no white space, and no two texts for the same bytes.
std::optional<std::string> from_base64(std::string_view text);
// The bytes of what was checked when it came in; empty if it is no base64url (text.h) after all.
std::string raw_from_base64url(std::string_view text);

}  // namespace foyer
