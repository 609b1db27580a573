// The one-time token a host pastes into `foyer-node enrol`: where the master is, what its CA must
// look like, and a secret.
//
// Text: "foyer1." + base64url of {"a": ["host:port", …], "t": "<id and secret>", "ca": "<sha256 of
// the CA certificate, 64 hex>"}.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

struct EnrolToken {
    static constexpr std::size_t addresses_max = 8;
    static constexpr std::size_t text_bytes_max = 4096;

    std::vector<std::string> addresses;  // "host:port", best first; at least one
    Secret<std::string> secret;          // what EnrolRequest.token_secret carries
    std::string ca_sha256;               // of the CA certificate's DER form, lower-case hex
    friend bool operator==(const EnrolToken&, const EnrolToken&) = default;
};

std::string encode_enrol_token(const EnrolToken& token);
// White space around it is forgiven. InvalidArgument says what is wrong: not a token, cut short, of
// a newer version.
Result<EnrolToken> decode_enrol_token(std::string_view text);

}  // namespace foyer::tls
