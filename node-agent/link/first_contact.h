// The first call of a box that has no identity yet: which of the addresses is the master, by the CA
// that the host was told.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::agent {

struct Contact {
    std::string address;
    std::string ca_pem;
    std::string server_pem;  // its own certificate, as it was presented
};

// The first of the addresses that presents the CA of this SHA-256 (hex). Failures as
// tls::fetch_pinned_ca, of the last one.
Result<Contact> find_master(const std::vector<std::string>& addresses, const std::string& ca_sha256,
                            Duration timeout, const Clock& clock);

// Nothing can be verified with a clock outside the life of the CA or of the master's certificate:
// this says so before TLS fails with a riddle. A clock that is less wrong is named by the master.
Status check_clock(const Contact& contact, const Clock& clock);

}  // namespace foyer::agent
