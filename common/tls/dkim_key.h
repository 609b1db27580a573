// Keys that mail is signed with (DKIM, RFC 6376): RSA, since many receivers know nothing else.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

struct DkimPair {
    Secret<std::string> private_pem;  // PKCS#8
    std::string public_key;           // SubjectPublicKeyInfo in base64, as its TXT record has it
};

// 2048 bits: what is longer does not fit into everybody's DNS. Takes a tenth of a second.
Result<DkimPair> make_dkim_pair();

}  // namespace foyer::tls
