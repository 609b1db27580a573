#include "common/tls/pinned_ca.h"

#include "common/tls/address.h"
#include "common/tls/certificate.h"
#include "common/tls/presented_chain.h"
#include "common/tls/sha256.h"

namespace foyer::tls {

Result<PinnedCa> fetch_pinned_ca(std::string_view address, std::string_view ca_sha256,
                                 Duration timeout, const Clock& clock) {
    const HostPort parts = TRY(split_address(address));
    auto presented = presented_chain(address, parts.host, timeout, clock);
    if (!presented.ok()) return in_context("asking the master", std::move(presented).failure());
    for (const std::string& pem : presented.value()) {
        const CertificateFacts facts = TRY(read_certificate(pem));
        if (facts.authority && equal_in_constant_time(facts.fingerprint, ca_sha256))
            return PinnedCa{pem, presented.value().front()};
    }
    return error(ErrorCode::PermissionDenied,
                 "the master at '" + std::string(address) +
                     "' does not present the CA this token names: the token is for another master");
}

}  // namespace foyer::tls
