#include "master/rpc/peer_identity.h"

#include <grpc/grpc_security_constants.h>
#include <grpcpp/grpcpp.h>

#include "common/tls/key_fingerprint.h"
#include "common/tls/sha256.h"

namespace foyer::master {

namespace {

std::string_view text_of(grpc::string_ref text) { return {text.data(), text.size()}; }

// The handshake has parsed and verified it: its names come from there, and of the rest only the key
// is looked at. OpenSSL 3.0 takes a tenth of a handshake to make a certificate of its bytes.
Result<PeerCertificate> read_peer(const grpc::AuthContext& authenticated, std::string_view pem) {
    tls::CertificateFacts facts;
    for (const grpc::string_ref& uri :
         authenticated.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME))
        facts.uris.emplace_back(text_of(uri));
    const auto node = tls::node_of(facts);
    if (!node.ok())
        return error(ErrorCode::Unauthenticated, "this certificate is not one of a box",
                     {{"rule", "certificate_no_node"}});
    return PeerCertificate{node.value(), TRY(tls::read_key_fingerprint(pem))};
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
    const std::string_view pem = text_of(shown.front());
    const std::string digest = tls::sha256_hex(pem);
    {
        const std::scoped_lock lock(mutex_);
        const auto found = known_.find(digest);
        if (found != known_.end()) return found->second;
    }
    PeerCertificate peer = TRY(read_peer(*authenticated, pem));
    const std::scoped_lock lock(mutex_);
    if (known_.size() >= known_max_) known_.clear();
    known_.emplace(digest, peer);
    return peer;
}

Status check_node(const State& state, const PeerCertificate& peer) {
    // Before the rows are loaded nobody is known: that must be told to no box as its end.
    if (state.lineage().empty())
        return error(ErrorCode::Unavailable, "this master is still loading its state; try again",
                     {{"rule", "loading"}});
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
    return ok_status();
}

Result<Node> known_node(const State& state, const PeerCertificate& peer) {
    TRY(check_node(state, peer));
    return state.nodes().at(peer.node);
}

}  // namespace foyer::master
