#include "master/cli/text_width.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace foyer::cli {
namespace {

struct Letter {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

// The first letter of a text that is not empty.
Letter decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    std::size_t bytes = 0;
    if (lead >= 0xC2 && lead <= 0xDF) bytes = 2;
    if (lead >= 0xE0 && lead <= 0xEF) bytes = 3;
    if (lead >= 0xF0 && lead <= 0xF4) bytes = 4;
    if (bytes == 0 || bytes > text.size()) return {};
    char32_t code = static_cast<char32_t>(lead & (0x7FU >> bytes));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    const bool overlong = (bytes == 3 && code < 0x800) || (bytes == 4 && code < 0x10000);
    if (overlong || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {code, bytes, true};
}

struct Range {
    char32_t first;
    char32_t last;
};

template <std::size_t Count>
bool in(const std::array<Range, Count>& ranges, char32_t code) {
    return std::ranges::any_of(ranges, [&](Range r) { return code >= r.first && code <= r.last; });
}

constexpr std::array<Range, 9> zero_width = {{{0x0300, 0x036F},
                                              {0x0483, 0x0489},
                                              {0x0591, 0x05BD},
                                              {0x0610, 0x061A},
                                              {0x064B, 0x065F},
                                              {0x200B, 0x200D},
                                              {0x20D0, 0x20F0},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F}}};
constexpr std::array<Range, 10> double_width = {{{0x1100, 0x115F},
                                                 {0x2E80, 0x303E},
                                                 {0x3041, 0xA4CF},
                                                 {0xAC00, 0xD7A3},
                                                 {0xF900, 0xFAFF},
                                                 {0xFE30, 0xFE6F},
                                                 {0xFF00, 0xFF60},
                                                 {0xFFE0, 0xFFE6},
                                                 {0x1F300, 0x1FAFF},
                                                 {0x20000, 0x3FFFD}}};
// Directions and isolates reorder what stands around them.
constexpr std::array<Range, 4> steering = {
    {{0x0000, 0x001F}, {0x007F, 0x009F}, {0x200E, 0x200F}, {0x2028, 0x202E}}};
constexpr std::array<Range, 1> isolates = {{{0x2066, 0x2069}}};

int width_of(const Letter& letter) {
    if (!letter.valid) return 1;
    if (in(zero_width, letter.code)) return 0;
    return in(double_width, letter.code) ? 2 : 1;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const Letter letter = decode(text);
        if (!letter.valid || in(steering, letter.code) || in(isolates, letter.code)) {
            clean += letter.code == '\n' || letter.code == '\t' ? ' ' : '?';
        } else {
            clean += text.substr(0, letter.bytes);
        }
        text.remove_prefix(letter.bytes);
    }
    return clean;
}

std::string printable_lines(std::string_view text) {
    std::string clean;
    for (;;) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        clean += printable(line);
        if (end == std::string_view::npos) return clean;
        clean += '\n';
        text.remove_prefix(end + 1);
    }
}

std::u32string letters_of(std::string_view text) {
    std::u32string letters;
    while (!text.empty()) {
        const Letter letter = decode(text);
        letters += letter.valid ? letter.code : U'\uFFFD';
        text.remove_prefix(letter.bytes);
    }
    return letters;
}

int display_width(std::string_view text) {
    int width = 0;
    while (!text.empty()) {
        const Letter letter = decode(text);
        width += width_of(letter);
        text.remove_prefix(letter.bytes);
    }
    return width;
}

std::string fit(std::string_view text, int width, bool unicode) {
    if (display_width(text) <= width) return std::string(text);
    if (width <= 0) return {};
    std::string cut;
    int used = 0;
    while (!text.empty()) {
        const Letter letter = decode(text);
        if (used + width_of(letter) > width - 1) break;
        used += width_of(letter);
        cut += text.substr(0, letter.bytes);
        text.remove_prefix(letter.bytes);
    }
    return cut + (unicode ? "…" : ".");
}

std::string pad_right(std::string_view text, int width, bool unicode) {
    std::string padded = fit(text, width, unicode);
    const int missing = width - display_width(padded);
    return padded.append(static_cast<std::size_t>(std::max(missing, 0)), ' ');
}

std::string pad_left(std::string_view text, int width, bool unicode) {
    const std::string fitted = fit(text, width, unicode);
    const int missing = width - display_width(fitted);
    return std::string(static_cast<std::size_t>(std::max(missing, 0)), ' ') + fitted;
}

}  // namespace foyer::cli
