#include "common/base/text.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace foyer {
namespace {

constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_alphabet = "0123456789abcdef";

int hex_digit(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

bool is_lower_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9');
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::uint8_t byte : bytes) {
        text += hex_alphabet[byte >> 4U];
        text += hex_alphabet[byte & 15U];
    }
    return text;
}

std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_digit(text[i]);
        const int low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
    }
    return bytes;
}

std::string to_base64url(std::span<const std::uint8_t> bytes) {
    std::string text;
    text.reserve((bytes.size() * 4 + 2) / 3);
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const std::uint8_t byte : bytes) {
        held = (held << 8U) | byte;
        bits += 8;
        while (bits >= 6) {
            bits -= 6;
            text += base64url_alphabet[(held >> bits) & 63U];
        }
    }
    if (bits > 0) text += base64url_alphabet[(held << (6U - bits)) & 63U];
    return text;
}

std::optional<std::vector<std::uint8_t>> from_base64url(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char letter : text) {
        const std::size_t at = base64url_alphabet.find(letter);
        if (at == std::string_view::npos) return std::nullopt;
        held = (held << 6U) | static_cast<std::uint32_t>(at);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>((held >> bits) & 255U));
        }
    }
    // Left-over bits must be the padding's zeros, else two texts would mean the same bytes.
    if (bits >= 6 || (held & ((1U << bits) - 1U)) != 0) return std::nullopt;
    return bytes;
}

std::optional<std::int64_t> parse_int(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return number;
}

Status check_name(std::string_view what, std::string_view name) {
    const auto refuse = [&](std::string_view why) {
        return error(ErrorCode::InvalidArgument,
                     std::string(what) + " name '" + std::string(name.substr(0, 60)) + "' " +
                         std::string(why) +
                         "; use 1 to 40 of a-z, 0-9 and '-', beginning with a letter");
    };
    if (name.empty()) return refuse("is empty");
    if (name.size() > 40) return refuse("is too long");
    if (name.front() < 'a' || name.front() > 'z') return refuse("does not begin with a letter");
    if (name.back() == '-') return refuse("ends with '-'");
    for (const char letter : name) {
        if (!is_lower_or_digit(letter) && letter != '-') return refuse("holds other characters");
    }
    return ok_status();
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    if (text.empty()) return parts;
    for (std::size_t from = 0;;) {
        const std::size_t to = text.find(separator, from);
        parts.emplace_back(text.substr(from, to - from));
        if (to == std::string_view::npos) return parts;
        from = to + 1;
    }
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
    std::string text;
    for (const std::string& part : parts) {
        if (!text.empty()) text += separator;
        text += part;
    }
    return text;
}

std::string to_rfc3339(WallTime time) {
    std::int64_t seconds = time.unix_ms / 1000;
    std::int64_t ms = time.unix_ms % 1000;
    if (ms < 0) {
        ms += 1000;
        seconds -= 1;
    }
    const std::time_t whole = static_cast<std::time_t>(seconds);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                  parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                  parts.tm_min, parts.tm_sec, static_cast<int>(ms));
    return text.data();
}

}  // namespace foyer
