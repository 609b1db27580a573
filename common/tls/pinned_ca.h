// First contact: fetch the master's CA certificate and believe it only if it is the one the token
// names.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::tls {

// What the master presented, PEM. Only the CA is known to be the right one.
struct PinnedCa {
    std::string ca_pem;
    std::string server_pem;  // its own certificate: not verified
};

// Dials `address` ("host:port"), does a TLS handshake without trusting anything, and looks among
// the certificates the server presented for the one whose SHA-256 fingerprint is `ca_sha256` (hex).
// Nothing is sent but the handshake.
// The program ignores SIGPIPE (every program of ours does).
//   InvalidArgument   the address is malformed
//   Unavailable       cannot connect, or not TLS
//   DeadlineExceeded  no answer within `timeout`
//   PermissionDenied  the server does not present that CA: the token is for another master (or
//   someone sits between)
Result<PinnedCa> fetch_pinned_ca(std::string_view address, std::string_view ca_sha256,
                                 Duration timeout, const Clock& clock);

}  // namespace foyer::tls
