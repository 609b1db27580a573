// Secrets at rest: what the domain carries as Sealed is base64url of the sealed form, tied to its
// place.
#pragma once

#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/log/secret.h"
#include "common/model/ids.h"
#include "common/tls/seal.h"
#include "master/domain/rows.h"

namespace foyer::master {

class SecretSeal {
public:
    // Borrows `rng`; it outlives the seal and may be used from several threads (SystemRng).
    SecretSeal(tls::Seal seal, Rng& rng) : seal_(std::move(seal)), rng_(rng) {}

    Sealed seal(const Secret<std::string>& plain, std::string_view place) const;
    Result<Secret<std::string>> open(const Sealed& sealed, std::string_view place) const;

private:
    tls::Seal seal_;
    Rng& rng_;
};

// "instance/acme/admin_password": the place of an instance's secret.
std::string secret_place(const InstanceName& instance, std::string_view secret);

}  // namespace foyer::master
