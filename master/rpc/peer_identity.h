// Which box calls: its certificate, checked against the catalogue.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/tls/certificate.h"
#include "master/domain/state.h"

namespace grpc {
class ServerContextBase;
}

namespace foyer::master {

// The certificate of the caller, which the handshake has verified. Unauthenticated: none was shown,
// or it names no node.
struct PeerCertificate {
    NodeId node;
    std::string key_fingerprint;
};
Result<PeerCertificate> peer_certificate(const grpc::ServerContextBase& context);

// The node of the certificate. Unauthenticated: it was deleted, or enrolled again with another key.
Result<Node> known_node(const State& state, const PeerCertificate& peer);

}  // namespace foyer::master
