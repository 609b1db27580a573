// The key of a certificate that was parsed and verified before, by the handshake that it came with.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::tls {

// CertificateFacts::key_fingerprint of the first certificate in the PEM text. InvalidArgument:
// there is none, or it is cut short. Checks nothing else.
Result<std::string> read_key_fingerprint(std::string_view pem);

}  // namespace foyer::tls
