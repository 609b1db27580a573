// Whether an edge serves, asked as a browser would: a TLS handshake, and a certificate for the
// zone's names from Foyer's CA, so that a stranger who has the address now is no edge.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::agent {

// `address`: IPv4, or IPv6 without brackets. `ca_file`: PEM, read each time: it is renewed.
Status probe_edge(const std::string& address, int port, const std::string& zone,
                  const std::string& ca_file, Duration timeout, const Clock& clock);

}  // namespace foyer::agent
