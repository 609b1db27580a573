#include "master/cli/yaml.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "common/base/utf8.h"
#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

constexpr std::size_t indent_step = 2;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Words that YAML 1.1 or 1.2 reads as a boolean or as null.
bool is_reserved(std::string_view text) {
    constexpr auto reserved = std::to_array<std::string_view>(
        {"true", "false", "yes", "no", "on", "off", "y", "n", "null"});
    return std::ranges::any_of(reserved, [&](std::string_view word) {
        return std::ranges::equal(
            word, text, [](char a, char b) { return a == (is_letter(b) ? b | 0x20 : b); });
    });
}

// Only what cannot be misread: a letter first, then letters, digits and a few marks.
bool is_plain(std::string_view text) {
    constexpr std::string_view marks = "_-./@+";
    const auto fits = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
    };
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, fits) &&
           !is_reserved(text);
}

std::string escaped(char32_t letter) {
    switch (letter) {
        case U'"': return "\\\"";
        case U'\\': return "\\\\";
        case U'\n': return "\\n";
        case U'\t': return "\\t";
        default: break;
    }
    const auto code = static_cast<std::uint32_t>(letter);
    // Letters that are no control, line end or byte order mark stand for themselves.
    const bool odd = code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 ||
                     code == 0x2029 || code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
    return odd ? fmt::format("\\u{:04X}", code) : std::string();
}

std::string quoted(std::string_view text) {
    std::string made = "\"";
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view letter =
            text.substr(at, std::max<std::size_t>(utf8_length(text, at), 1));
        const std::string escape = escaped(letters_of(letter).front());
        made += escape.empty() ? std::string(letter) : escape;
        at += letter.size();
    }
    return made + "\"";
}

std::string text_of(std::string_view text) {
    return is_plain(text) ? std::string(text) : quoted(text);
}

// YAML 1.1 takes "1e+22" for a text: it wants a point in a number with an exponent.
std::string number_of(const OrderedJson& value) {
    std::string number = value.dump();
    const std::size_t exponent = number.find('e');
    if (exponent != std::string::npos && number.find('.') == std::string::npos)
        number.insert(exponent, ".0");
    return number;
}

bool is_block(const OrderedJson& value) { return value.is_structured() && !value.empty(); }

std::string scalar_of(const OrderedJson& value) {
    if (value.is_string()) return text_of(value.get_ref<const std::string&>());
    if (value.is_object()) return "{}";
    if (value.is_array()) return "[]";
    return value.is_number() ? number_of(value) : value.dump();
}

// A block, each of its lines after `indent` spaces, but the first where the caller stands already.
void write_block(const OrderedJson& value, std::size_t indent, std::string& out) {
    bool first = true;
    for (auto item = value.begin(); item != value.end(); ++item) {
        if (!first) out += std::string(indent, ' ');
        first = false;
        if (value.is_array()) {
            out += "- ";
            if (is_block(*item)) {
                write_block(*item, indent + indent_step, out);
            } else {
                out += scalar_of(*item) + "\n";
            }
            continue;
        }
        out += text_of(item.key()) + ":";
        if (!is_block(*item)) {
            out += " " + scalar_of(*item) + "\n";
            continue;
        }
        out += "\n" + std::string(indent + indent_step, ' ');
        write_block(*item, indent + indent_step, out);
    }
}

}  // namespace

std::string to_yaml(const OrderedJson& value) {
    if (!is_block(value)) return scalar_of(value) + "\n";
    std::string out;
    write_block(value, 0, out);
    return out;
}

}  // namespace foyer::cli
