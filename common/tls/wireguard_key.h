// Curve25519 keys as WireGuard writes them: base64 with padding.
#pragma once

#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

struct WireGuardKey {
    Secret<std::string> private_key;  // as `wg genkey` prints it
    std::string public_key;           // as `wg pubkey` prints it
};

// Exactly as `wg` prints a key. Whatever else were let in, `wg` would refuse the whole
// configuration it stands in: that of every neighbour.
bool is_wireguard_key(std::string_view text);

WireGuardKey make_wireguard_key(Rng& rng);
// InvalidArgument: not 32 bytes of base64. White space around it is forgiven.
Result<std::string> wireguard_public_key(const Secret<std::string>& private_key);

}  // namespace foyer::tls
