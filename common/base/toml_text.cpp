#include "common/base/toml_text.h"

#include <algorithm>
#include <string>

namespace foyer {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// Where the quoted text that begins at `from` is over; the end of the text where it never is.
std::size_t after_quotes(std::string_view toml, std::size_t from) {
    const char quote = toml[from];
    const std::string triple(3, quote);
    const bool long_form = toml.substr(from).starts_with(triple);
    const std::string_view end = long_form ? std::string_view(triple) : toml.substr(from, 1);
    for (std::size_t at = from + end.size(); at < toml.size(); ++at) {
        if (toml[at] == '\\' && quote == '"') {
            ++at;
        } else if (toml.substr(at).starts_with(end)) {
            return at + end.size();
        } else if (toml[at] == '\n' && !long_form) {
            return at;
        }
    }
    return toml.size();
}

}  // namespace

std::optional<int> line_of_odd_letter(std::string_view toml) {
    std::size_t at = toml.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
    while (at < toml.size()) {
        const char letter = toml[at];
        if (static_cast<unsigned char>(letter) >= 0x80U)
            return 1 + static_cast<int>(std::count(
                           toml.begin(), toml.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
        if (letter == '"' || letter == '\'') {
            at = after_quotes(toml, at);
        } else {
            at = letter == '#' ? std::min(toml.find('\n', at), toml.size()) : at + 1;
        }
    }
    return std::nullopt;
}

}  // namespace foyer
