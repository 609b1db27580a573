// Session tickets of TLS 1.3, which nobody here uses.
#pragma once

#include "common/base/result.h"

namespace foyer::tls {

// From now on contexts made in this process issue no session tickets, unless they say otherwise
// themselves. By OpenSSL's own configuration, since gRPC lets nobody at its contexts; what the
// machine's openssl.cnf says of TLS stays. A server writes two tickets into each handshake, and for
// each OpenSSL 3.0 parses the client's certificate anew; boxes never resume: their keys are the
// master's memory, which a restart loses.
Status issue_no_tickets();

}  // namespace foyer::tls
