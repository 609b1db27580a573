// Ed25519 signatures over releases. Keys and signatures are raw bytes (32, 32, 64) in base64url, as
// release.json's neighbours carry them.
#pragma once

#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

struct SigningKey {
    Secret<std::string> seed;  // private: 32 bytes, base64url
    std::string public_key;    // 32 bytes, base64url
};

SigningKey make_signing_key(Rng& rng);
// The public half of a seed. InvalidArgument: not 32 bytes of base64url.
Result<std::string> public_key_of(const Secret<std::string>& seed);

// Signature over exactly these bytes. InvalidArgument: the seed is malformed.
Result<std::string> ed25519_sign(const Secret<std::string>& seed, std::string_view message);
// InvalidArgument: key or signature malformed. PermissionDenied: the signature is not by this key
// over this message.
Status ed25519_verify(std::string_view public_key, std::string_view message,
                      std::string_view signature);

}  // namespace foyer::tls
