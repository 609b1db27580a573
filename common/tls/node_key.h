// Signatures of boxes: ECDSA P-256 with SHA-256, by the key of a box's own certificate.
//
// Boxes know each other by key_fingerprint_of(public key), the same number as
// CertificateFacts::key_fingerprint.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

class NodeSigner {
public:
    // InvalidArgument: no private key in that text.
    static Result<NodeSigner> make(const Secret<std::string>& key_pem);
    NodeSigner(NodeSigner&&) noexcept;
    NodeSigner& operator=(NodeSigner&&) noexcept;
    ~NodeSigner();

    const std::string& public_key() const { return public_key_; }  // DER
    const std::string& fingerprint() const { return fingerprint_; }
    // DER. Thread-safe.
    Result<std::string> sign(std::string_view message) const;

private:
    struct Key;
    NodeSigner();
    std::unique_ptr<Key> key_;
    std::string public_key_;
    std::string fingerprint_;
};

std::string key_fingerprint_of(std::string_view public_key);
// DER, of a (trusted) certificate in PEM. InvalidArgument: none there.
Result<std::string> public_key_of_certificate(std::string_view pem);
// InvalidArgument: no key. PermissionDenied: not this key's signature over this message.
Status verify_node_signature(std::string_view public_key, std::string_view message,
                             std::string_view signature);

// A signature that brings its key along, base64url: who knows a box by its fingerprint needs no
// more to check it.
Result<std::string> sign_with_key(const NodeSigner& signer, std::string_view message);
// The fingerprint of the key that such a signature brings along, and that made it.
Result<std::string> signed_by(std::string_view message, std::string_view signature);
// InvalidArgument: malformed. PermissionDenied: of another key, or over another message.
Status verify_with_key(std::string_view fingerprint, std::string_view message,
                       std::string_view signature);

}  // namespace foyer::tls
