#include "master/rpc/peer_identity.h"

#include <grpcpp/grpcpp.h>

#include "common/tls/sha256.h"

namespace foyer::master {

namespace {

Result<PeerCertificate> read_peer(std::string_view pem) {
    const tls::CertificateFacts facts = TRY(tls::read_certificate(pem));
    const auto node = tls::node_of(facts);
    if (!node.ok())
        return error(ErrorCode::Unauthenticated, "this certificate is not one of a box",
                     {{"rule", "certificate_no_node"}});
    return PeerCertificate{node.value(), facts.key_fingerprint};
}

}  // namespace

Result<PeerCertificate> PeerReader::read(const grpc::ServerContextBase& context) {
    const auto authenticated = context.auth_context();
    const auto shown = authenticated ? authenticated->FindPropertyValues("x509_pem_cert")
                                     : std::vector<grpc::string_ref>();
    if (shown.empty()) {
        return error(ErrorCode::Unauthenticated,
                     "this call needs the certificate of an enrolled box",
                     {{"rule", "certificate_missing"}});
    }
    const std::string_view pem(shown.front().data(), shown.front().size());
    const std::string digest = tls::sha256_hex(pem);
    {
        const std::scoped_lock lock(mutex_);
        const auto found = known_.find(digest);
        if (found != known_.end()) return found->second;
    }
    PeerCertificate peer = TRY(read_peer(pem));
    const std::scoped_lock lock(mutex_);
    if (known_.size() >= known_max_) known_.clear();
    known_.emplace(digest, peer);
    return peer;
}

Result<Node> known_node(const State& state, const PeerCertificate& peer) {
    const auto found = state.nodes().find(peer.node);
    if (found == state.nodes().end()) {
        return error(ErrorCode::Unauthenticated,
                     "node '" + peer.node.str() +
                         "' does not exist any more; enrol the box again with a new token",
                     {{"rule", "node_deleted"}, {"node", peer.node.str()}});
    }
    if (!tls::equal_in_constant_time(found->second.key_fingerprint, peer.key_fingerprint)) {
        return error(ErrorCode::Unauthenticated,
                     "node '" + peer.node.str() +
                         "' was enrolled again with another key; this certificate is void",
                     {{"rule", "node_key_changed"}, {"node", peer.node.str()}});
    }
    return found->second;
}

}  // namespace foyer::master
