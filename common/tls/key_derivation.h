// A key made of a secret: HKDF with SHA-256 (RFC 5869), without salt.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace foyer::tls {

// `info` says for what: the same secret gives other keys for other purposes. Nothing: OpenSSL has
// no such function, or `bytes` is 0 or more than 255 * 32.
std::optional<std::vector<std::uint8_t>> derive_key(std::span<const std::uint8_t> secret,
                                                    std::string_view info, std::size_t bytes);

}  // namespace foyer::tls
