// Certificates renew by themselves: at two thirds of their life, with the same key.
#pragma once

#include <functional>

#include "common/base/time.h"
#include "common/log/log.h"
#include "node-agent/link/identity.h"
#include "node-agent/link/master_client.h"

namespace foyer::agent {

// The time from which a certificate wants to be replaced. InvalidArgument: not a certificate.
Result<WallTime> renewal_time(const std::string& certificate_pem);

class Renewal {
public:
    // Called with a new serving certificate (edges).
    using OnServing = std::function<void(const ServingCertificate&)>;
    Renewal(IdentityFolder folder, Identity identity, MasterClient& client, const Clock& clock,
            Log& log, OnServing on_serving);

    // Renews what is due; cheap otherwise. `edge` and `zone`: also keep a certificate for
    // "*.<zone>". At most one try in `retry_after`.
    void tend(bool edge, const std::string& zone);
    // Why the box's own certificate is of no use now: expired or not yet valid, naming this box's
    // clock. OK: it is fine.
    Status check_own_certificate() const;

private:
    struct Due {
        bool own = false;
        bool serving = false;
    };
    Due due(bool edge, const std::string& zone) const;
    Status renew(const Due& due, const std::string& zone);
    Status take_own(const RenewedCertificates& renewed);

    IdentityFolder folder_;
    Identity identity_;
    MasterClient& client_;
    const Clock& clock_;
    Log& log_;
    OnServing on_serving_;
    MonoTime next_try_;
    Duration retry_after_{60'000};
    bool serving_told_ = false;
};

}  // namespace foyer::agent
