// Certificates renew by themselves: at two thirds of their life, with the same key. The remaining
// third (a month of the usual three) is for masters and lines that are away.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/base/time.h"
#include "common/log/log.h"
#include "node-agent/link/identity.h"
#include "node-agent/link/master_client.h"

namespace foyer::agent {

// The time from which a certificate wants to be replaced. InvalidArgument: not a certificate.
Result<WallTime> renewal_time(const std::string& certificate_pem);
// After a renewal, whether it succeeded or not, none is tried for so long: a twentieth of the
// certificate's life, from a second to a minute. A second: there is none yet.
Duration renewal_pause(const std::string& certificate_pem);

class Renewal {
public:
    // Called with the serving certificate (edges), when it is new and then once a minute: whoever
    // has it already answers at once. An error is logged, and it is called again soon.
    using OnServing = std::function<Status(const ServingCertificate&)>;
    Renewal(IdentityFolder folder, Identity identity, MasterClient& client, const Clock& clock,
            Log& log, OnServing on_serving);

    // Renews what is due; cheap otherwise. `edge` and `zone`: also keep a certificate for
    // "*.<zone>"; a box that is no edge keeps none.
    void tend(bool edge, const std::string& zone);
    // Why the box's own certificate is of no use now: expired or not yet valid, naming this box's
    // clock. OK: it is fine.
    Status check_own_certificate() const;

private:
    struct Due {
        bool own = false;
        bool serving = false;
    };
    Due due(const std::optional<ServingCertificate>& serving, bool edge,
            const std::string& zone) const;
    Status renew(const Due& due, const std::string& zone);
    Status take_own(const RenewedCertificates& renewed);
    Status take_serving(const RenewedCertificates& renewed, const std::string& zone);
    void tell(const ServingCertificate& serving);

    IdentityFolder folder_;
    Identity identity_;
    MasterClient& client_;
    const Clock& clock_;
    Log& log_;
    OnServing on_serving_;
    MonoTime next_try_;
    MonoTime next_tell_;
    std::string told_;  // serving certificate
};

}  // namespace foyer::agent
