#include "master/http/json_text.h"

#include <array>
#include <cstdio>

#include "common/base/utf8.h"

namespace foyer::master {
namespace {

void append_escaped(std::string& out, char letter) {
    switch (letter) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    if (static_cast<unsigned char>(letter) >= 0x20U) {
        out += letter;
        return;
    }
    std::array<char, 8> escape{};
    std::snprintf(escape.data(), escape.size(), "\\u%04x",
                  static_cast<unsigned>(static_cast<unsigned char>(letter)));
    out += escape.data();
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text, at);
        if (length == 1) append_escaped(out, text[at]);
        if (length > 1) out += text.substr(at, length);
        if (length == 0) out += "\xEF\xBF\xBD";
        at += length == 0 ? 1 : length;
    }
    out += '"';
}

}  // namespace foyer::master
