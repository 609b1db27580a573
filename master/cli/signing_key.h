// The file in which a publisher keeps his signing key (`foyer release keygen`).
#pragma once

#include <string>

#include "common/log/secret.h"
#include "common/tls/ed25519.h"

namespace foyer::cli {

// As create_private_file() writes it.
std::string signing_key_text(const tls::SigningKey& key);
// The seed. A usage error: it is no such file.
Result<Secret<std::string>> read_signing_key(const std::string& file);

// JSON's form of bytes, of base64url: the usual alphabet, padded.
std::string padded_base64(std::string text);

}  // namespace foyer::cli
