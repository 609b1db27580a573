// How many columns of a terminal a text takes, and making it fit. Also keeps what others wrote from
// steering the terminal.
#pragma once

#include <string>
#include <string_view>

namespace foyer::cli {

// Control characters (and broken UTF-8) replaced, so that a name can be shown but cannot move the
// cursor or forge a line.
std::string printable(std::string_view text);

// The same for a text of several lines, which stay lines.
std::string printable_lines(std::string_view text);

// Columns of printable UTF-8: combining marks take none, CJK and emoji two.
int display_width(std::string_view text);

// Its letters; what is no UTF-8 is U+FFFD.
std::u32string letters_of(std::string_view text);

// At most `width` columns, the cut shown by "…" (or "." where the terminal knows ASCII only).
std::string fit(std::string_view text, int width, bool unicode = true);

// fit, then spaces up to `width`.
std::string pad_right(std::string_view text, int width, bool unicode = true);
std::string pad_left(std::string_view text, int width, bool unicode = true);

}  // namespace foyer::cli
