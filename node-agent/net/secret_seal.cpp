#include "node-agent/net/secret_seal.h"

#include <memory>

#include "common/tls/handover.h"
#include "common/wire/handover_convert.h"

namespace foyer::agent {
namespace {

SecretSeal::Opener make_opener() {
    // Shared only since a std::function is copied.
    const auto key = std::make_shared<const tls::HandoverKey>(tls::HandoverKey::make());
    return {
        key->public_key(),
        [key](const SecretAnswer& answer,
              const std::string& context) -> Result<Secret<PartitionSecrets>> {
            return wire::parse_secrets(TRY(key->open({answer.public_key, answer.sealed}, context)));
        }};
}

}  // namespace

SecretSeal box_seal(Rng& rng) {
    return {make_opener,
            [&rng](const std::string& asker, const Secret<PartitionSecrets>& secrets,
                   const std::string& context, SecretAnswer& answer) -> Status {
                auto made =
                    TRY(tls::seal_handover(asker, wire::secrets_bytes(secrets), context, rng));
                answer.public_key = std::move(made.public_key);
                answer.sealed = std::move(made.sealed);
                return ok_status();
            }};
}

}  // namespace foyer::agent
