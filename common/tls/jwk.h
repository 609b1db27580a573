// Keys as ACME knows them: an account is its key's thumbprint (RFC 7638).
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

// SHA-256 of the public key's canonical JSON, base64url: 43 letters. InvalidArgument: no P-256 key.
Result<std::string> jwk_thumbprint(const Secret<std::string>& key_pem);

// The same key as PEM of SEC 1 ("EC PRIVATE KEY"), for programs that read no PKCS#8.
Result<Secret<std::string>> to_sec1(const Secret<std::string>& key_pem);

}  // namespace foyer::tls
