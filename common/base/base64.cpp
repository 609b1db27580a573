#include "common/base/base64.h"

#include <cstddef>

#include "common/base/text.h"

namespace foyer {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

unsigned byte_at(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const unsigned held =
            (byte_at(bytes, at) << 16U) | (byte_at(bytes, at + 1) << 8U) | byte_at(bytes, at + 2);
        const std::size_t left = bytes.size() - at;
        text += base64_alphabet[(held >> 18U) & 63U];
        text += base64_alphabet[(held >> 12U) & 63U];
        text += left > 1 ? base64_alphabet[(held >> 6U) & 63U] : '=';
        text += left > 2 ? base64_alphabet[held & 63U] : '=';
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        const bool last = at + 4 == text.size();
        std::size_t padding = 0;
        if (last && text[at + 3] == '=') padding = text[at + 2] == '=' ? 2 : 1;
        unsigned held = 0;
        for (std::size_t i = 0; i < 4; ++i) {
            const std::size_t value = i >= 4 - padding ? 0 : base64_alphabet.find(text[at + i]);
            if (value == std::string_view::npos) return std::nullopt;
            held = (held << 6U) | static_cast<unsigned>(value);
        }
        // Bits that no byte carries must be zero, else two texts would mean the same bytes.
        if ((padding == 1 && (held & 0xFFU) != 0) || (padding == 2 && (held & 0xFFFFU) != 0))
            return std::nullopt;
        bytes += static_cast<char>((held >> 16U) & 255U);
        if (padding < 2) bytes += static_cast<char>((held >> 8U) & 255U);
        if (padding < 1) bytes += static_cast<char>(held & 255U);
    }
    return bytes;
}

std::string raw_from_base64url(std::string_view text) {
    const auto bytes = from_base64url(text);
    if (!bytes) return {};
    return {bytes->begin(), bytes->end()};
}

}  // namespace foyer
