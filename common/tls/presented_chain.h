// What a TLS server presents, learnt by a handshake that trusts nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::tls {

// Dials `address` ("host:port"), does a TLS handshake asking for `server_name`, and gives the
// certificates presented, PEM, its own first: whoever answered holds the key of that one. Nothing
// else of them is verified, and nothing is sent but the handshake.
// The program ignores SIGPIPE (every program of ours does).
//   InvalidArgument   the address is malformed
//   Unavailable       cannot connect, or not TLS
//   DeadlineExceeded  no answer within `timeout`
Result<std::vector<std::string>> presented_chain(std::string_view address,
                                                 const std::string& server_name, Duration timeout,
                                                 const Clock& clock);

// The same door in smaller steps, for whoever wants to know which one fails.
// The addresses `host` stands for, as text; Unavailable when there are none.
Result<std::vector<std::string>> addresses_of(const std::string& host);
// Connects to `address` and hangs up.
Status try_to_connect(std::string_view address, Duration timeout, const Clock& clock);

}  // namespace foyer::tls
