#include "common/log/log.h"

#include <array>
#include <cstdio>

#include "common/base/text.h"
#include "common/base/utf8.h"

namespace foyer {
namespace {

void append_escaped(std::string& line, char letter) {
    switch (letter) {
        case '"': line += "\\\""; return;
        case '\\': line += "\\\\"; return;
        case '\n': line += "\\n"; return;
        case '\r': line += "\\r"; return;
        case '\t': line += "\\t"; return;
        default: break;
    }
    if (static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7f) {
        line += letter;
        return;
    }
    std::array<char, 8> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x",
                  static_cast<unsigned>(static_cast<unsigned char>(letter)));
    line += code.data();
}

// A log line is always valid JSON, whatever came in.
void append_text(std::string& line, std::string_view text) {
    line += '"';
    for (std::size_t at = 0; at < text.size();) {
        if (at >= Log::text_bytes_max) {
            line += "…";
            break;
        }
        const std::size_t length = utf8_length(text, at);
        if (length == 0) {
            line += "\\ufffd";
            at += 1;
        } else if (length == 1) {
            append_escaped(line, text[at]);
            at += 1;
        } else {
            line += text.substr(at, length);
            at += length;
        }
    }
    line += '"';
}

void append_field(std::string& line, std::string_view key, const LogValue& value) {
    if (line.size() > 1) line += ',';
    append_text(line, key);
    line += ':';
    const auto& held = value.get();
    if (const auto* text = std::get_if<std::string>(&held)) {
        append_text(line, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&held)) {
        line += std::to_string(*number);
    } else {
        line += std::get<bool>(held) ? "true" : "false";
    }
}

std::string head(WallTime now, LogLevel level, std::string_view event) {
    std::string line = "{";
    append_field(line, "time", to_rfc3339(now));
    append_field(line, "level", to_text(level));
    append_field(line, "event", event);
    return line;
}

}  // namespace

void Log::write(LogLevel level, std::string_view event, Fields fields) {
    if (level < lowest_) return;
    std::string line = head(clock_.wall(), level, event);
    for (const LogField& field : fields) append_field(line, field.key, field.value);
    line += '}';
    sink_.write(level, line);
}

void Log::failure(LogLevel level, std::string_view event, const Error& cause, Fields fields) {
    if (level < lowest_) return;
    std::string line = head(clock_.wall(), level, event);
    for (const LogField& field : fields) append_field(line, field.key, field.value);
    append_field(line, "code", to_text(cause.code));
    append_field(line, "error", cause.message);
    line += '}';
    sink_.write(level, line);
}

}  // namespace foyer
