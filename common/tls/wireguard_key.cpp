#include "common/tls/wireguard_key.h"

#include <algorithm>
#include <array>

#include "common/base/base64.h"
#include "common/base/text.h"
#include "common/tls/openssl_ptr.h"

namespace foyer::tls {
namespace {

constexpr std::size_t key_bytes = 32;
using Raw = std::array<std::uint8_t, key_bytes>;

std::string text_of(const Raw& raw) {
    return to_base64({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

// 32 bytes are 43 characters and one '='.
Result<Raw> raw_of(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\r'))
        text.pop_back();
    std::array<unsigned char, 48> raw{};
    const auto bytes = as_bytes(text);
    if (text.size() != 44 || text.back() != '=' ||
        EVP_DecodeBlock(raw.data(), bytes.data(), 44) != 33) {
        return error(ErrorCode::InvalidArgument, "not a WireGuard key");
    }
    Raw key{};
    std::copy_n(raw.begin(), key_bytes, key.begin());
    return key;
}

}  // namespace

bool is_wireguard_key(std::string_view text) {
    const auto raw = raw_of(std::string(text));
    return raw.ok() && text_of(raw.value()) == text;
}

WireGuardKey make_wireguard_key(Rng& rng) {
    Raw raw{};
    rng.fill(raw);
    // The clamping `wg genkey` does, so that both tools print the same key for the same bytes.
    raw[0] = static_cast<std::uint8_t>(raw[0] & 248U);
    raw[31] = static_cast<std::uint8_t>((raw[31] & 127U) | 64U);
    WireGuardKey key{Secret(text_of(raw)), {}};
    key.public_key = wireguard_public_key(key.private_key).value();
    return key;
}

Result<std::string> wireguard_public_key(const Secret<std::string>& private_key) {
    const Raw raw = TRY(raw_of(private_key.reveal()));
    const KeyPtr key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, raw.data(), raw.size()));
    Raw out{};
    std::size_t length = out.size();
    if (!key || EVP_PKEY_get_raw_public_key(key.get(), out.data(), &length) != 1 ||
        length != out.size()) {
        return openssl_error(ErrorCode::InvalidArgument, "not a usable WireGuard key");
    }
    return text_of(out);
}

}  // namespace foyer::tls
