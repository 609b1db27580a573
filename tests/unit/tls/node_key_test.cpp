#include "common/tls/node_key.h"

#include "common/tls/certificate.h"
//
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

TEST_CASE("a box's signature is checked with its public key, which has its fingerprint") {
    const auto key = make_key().value();
    const NodeSigner signer = NodeSigner::make(key).value();
    const std::string signature = signer.sign("a message").value();
    CHECK(key_fingerprint_of(signer.public_key()) == signer.fingerprint());
    const auto request = read_request(make_request(key, "box").value()).value();
    CHECK(request.key_fingerprint == signer.fingerprint());
    CHECK(verify_node_signature(signer.public_key(), "a message", signature).ok());
    CHECK(verify_node_signature(signer.public_key(), "another", signature).failure().code ==
          ErrorCode::PermissionDenied);
    const NodeSigner other = NodeSigner::make(make_key().value()).value();
    CHECK_FALSE(verify_node_signature(other.public_key(), "a message", signature).ok());
}

TEST_CASE("a signature that brings its key along needs a fingerprint only") {
    const NodeSigner signer = NodeSigner::make(make_key().value()).value();
    const NodeSigner other = NodeSigner::make(make_key().value()).value();
    const std::string signature = sign_with_key(signer, "a message").value();
    CHECK(verify_with_key(signer.fingerprint(), "a message", signature).ok());
    CHECK(verify_with_key(signer.fingerprint(), "another", signature).failure().code ==
          ErrorCode::PermissionDenied);
    CHECK(verify_with_key(other.fingerprint(), "a message", signature).failure().code ==
          ErrorCode::PermissionDenied);
    for (const std::string bad : {"", "AAAA", "no base64!"})
        CHECK(verify_with_key(signer.fingerprint(), "a message", bad).failure().code ==
              ErrorCode::InvalidArgument);
}

TEST_CASE("malformed keys and signatures are refused") {
    CHECK_FALSE(NodeSigner::make(Secret<std::string>("no key")).ok());
    CHECK(verify_node_signature("xx", "m", "s").failure().code == ErrorCode::InvalidArgument);
    const NodeSigner signer = NodeSigner::make(make_key().value()).value();
    CHECK_FALSE(verify_node_signature(signer.public_key() + "x", "m", "s").ok());
    CHECK_FALSE(verify_node_signature(signer.public_key(), "m", "").ok());
}
