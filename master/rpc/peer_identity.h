// Which box calls: its certificate, checked against the catalogue.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

#include "common/base/result.h"
#include "common/tls/certificate.h"
#include "master/domain/state.h"

namespace grpc {
class ServerContextBase;
}

namespace foyer::master {

// The certificate of a caller, which the handshake has verified.
struct PeerCertificate {
    NodeId node;
    std::string key_fingerprint;
};

// Reads each certificate once: that costs as much as everything else in a heartbeat. What it says
// never changes, and whether it is accepted is the handshake's and the catalogue's to say. For
// several threads.
class PeerReader {
public:
    // Forgets all of them when it knows so many.
    explicit PeerReader(std::size_t known_max) : known_max_(known_max) {}
    // Unauthenticated: none was shown, or it names no node.
    Result<PeerCertificate> read(const grpc::ServerContextBase& context);

private:
    const std::size_t known_max_;
    std::mutex mutex_;
    // By SHA-256 of the certificate as it was shown.
    std::unordered_map<std::string, PeerCertificate> known_;
};

// The node of the certificate. Unauthenticated: it was deleted, or enrolled again with another key.
Result<Node> known_node(const State& state, const PeerCertificate& peer);
// The same, without the row.
Status check_node(const State& state, const PeerCertificate& peer);

}  // namespace foyer::master
