// UTF-8: telling it from other bytes, and making it of them. Protobuf strings, JSON and text
// columns of the database hold nothing else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace foyer {

// Bytes of the well-formed letter at `at` (below the text's size), 0 where there is none.
std::size_t utf8_length(std::string_view text, std::size_t at);

// UTF-8 without a zero byte, which no text column can hold.
bool is_plain_text(std::string_view text);

// Such a text made of any bytes: what is none of it becomes U+FFFD. Cut between two letters to at
// most `bytes_max`.
std::string plain_text(std::string_view text, std::size_t bytes_max);

}  // namespace foyer
