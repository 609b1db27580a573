#include "common/base/one_line.h"

#include <algorithm>

#include "common/base/utf8.h"

namespace foyer {
namespace {

// U+200E, U+200F, U+202A … U+202E, U+2066 … U+2069, U+2028, U+2029, U+0080 … U+009F.
bool is_invisible(std::string_view letter) {
    if (letter.size() == 2)
        return letter[0] == '\xc2' && static_cast<unsigned char>(letter[1]) < 0xa0;
    if (letter.size() != 3 || letter[0] != '\xe2') return false;
    const auto last = static_cast<unsigned char>(letter[2]);
    if (letter[1] == '\x80') return last == 0x8e || last == 0x8f || (last >= 0xa8 && last <= 0xae);
    return letter[1] == '\x81' && last >= 0xa6 && last <= 0xa9;
}

}  // namespace

std::string one_line(std::string_view text, std::size_t bytes_max) {
    const std::string plain = plain_text(text, bytes_max);
    std::string line;
    for (std::size_t at = 0; at < plain.size();) {
        const std::size_t length = std::max<std::size_t>(utf8_length(plain, at), 1);
        const std::string_view letter = std::string_view(plain).substr(at, length);
        const bool control =
            length == 1 && (static_cast<unsigned char>(plain[at]) < ' ' || plain[at] == '\x7f');
        line += control || is_invisible(letter) ? std::string_view(" ") : letter;
        at += length;
    }
    return line;
}

}  // namespace foyer
