#include "node-agent/link/first_contact.h"

#include "common/tls/certificate.h"
#include "common/tls/pinned_ca.h"

namespace foyer::agent {

Result<Contact> find_master(const std::vector<std::string>& addresses, const std::string& ca_sha256,
                            Duration timeout, const Clock& clock) {
    Error last = error(ErrorCode::Unavailable, "the token names no master");
    for (const std::string& address : addresses) {
        auto found = tls::fetch_pinned_ca(address, ca_sha256, timeout, clock);
        if (found.ok()) return Contact{address, found.value().ca_pem, found.value().server_pem};
        last = std::move(found).failure();
    }
    return last;
}

Status check_clock(const Contact& contact, const Clock& clock) {
    for (const std::string& shown : {contact.ca_pem, contact.server_pem}) {
        const Status valid = tls::verify_certificate(shown, contact.ca_pem, clock.wall());
        if (valid.ok()) continue;
        if (valid.failure().code != ErrorCode::FailedPrecondition) return valid;
        return in_context(
            "the clock of this box seems to be wrong (set it, for example with `timedatectl "
            "set-ntp true`, and try again)",
            valid.failure());
    }
    return ok_status();
}

}  // namespace foyer::agent
