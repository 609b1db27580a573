// AES-256-GCM under a key from a file: how secrets lie at rest.
//
// Sealed form: version byte 1, 12 random bytes of nonce, ciphertext, 16 bytes of tag. `context`
// (associated data) ties it to its place: "instance/acme/admin_password" opened as another row's
// secret fails.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

class Seal {
public:
    // Reads the 32 bytes (hex) of a key file; makes the file (0600, fsynced) when there is none.
    // FailedPrecondition: readable by others, or malformed.
    static Result<Seal> open_key_file(const std::string& path, Rng& rng);
    explicit Seal(Secret<std::vector<std::uint8_t>> key);  // exactly 32 bytes

    std::vector<std::uint8_t> seal(const Secret<std::string>& plain, std::string_view context,
                                   Rng& rng) const;
    // InvalidArgument: cut short, altered, of another key or another context.
    Result<Secret<std::string>> open(std::span<const std::uint8_t> sealed,
                                     std::string_view context) const;

private:
    Secret<std::vector<std::uint8_t>> key_;
};

}  // namespace foyer::tls
