// X.509 in PEM: keys, requests, a certificate authority, signing, reading, verifying. No OpenSSL
// type leaves this folder.
//
// All private keys made here are ECDSA P-256. Times come in as arguments; serial numbers are
// random.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/secret.h"
#include "common/model/ids.h"

namespace foyer::tls {

// What a certificate says. Never trusted before verify_certificate.
struct CertificateFacts {
    std::string common_name;
    std::vector<std::string> uris;  // SAN: "spiffe://foyer/node/lille-1"
    std::vector<std::string> dns_names;
    std::vector<std::string> ip_addresses;
    WallTime not_before;
    WallTime not_after;
    bool authority = false;
    std::string serial;           // hex
    std::string fingerprint;      // SHA-256 of the DER form, hex
    std::string key_fingerprint;  // SHA-256 of the public key's DER form, hex: the same after a
                                  // renewal with the same key
};

struct Validity {
    WallTime not_before;
    WallTime not_after;
};

enum class Usage { Client, Server, Both };

// What the CA puts into a certificate; nothing but the public key is taken from the request.
struct CertificateSpec {
    std::string common_name;
    std::vector<std::string> uris = {};
    std::vector<std::string> dns_names = {};
    std::vector<std::string> ip_addresses = {};
    Validity validity = {};
    Usage usage = Usage::Both;
};

// A certificate authority: its certificate and its key, both PEM.
struct Authority {
    std::string certificate_pem;
    Secret<std::string> key_pem;
};

// The identity URI of a node, and the way back. An empty optional: not the URI of a node.
std::string node_uri(const NodeId& node);
std::optional<NodeId> node_of_uri(std::string_view uri);
// The node a (verified) certificate speaks for: exactly one such URI.
Result<NodeId> node_of(const CertificateFacts& facts);

Result<Secret<std::string>> make_key();
// PKCS#10, signed with the key. The subject is a courtesy: the CA decides the names.
Result<std::string> make_request(const Secret<std::string>& key_pem,
                                 const std::string& common_name);
// The same for a server of this name, which may be longer than a subject can be; no subject.
Result<std::string> make_server_request(const Secret<std::string>& key_pem,
                                        const std::string& dns_name);
// Checks the request's own signature. InvalidArgument: malformed, signature wrong, or a key weaker
// than P-256 / RSA 2048.
struct RequestFacts {
    std::string key_fingerprint;  // as in CertificateFacts
};
Result<RequestFacts> read_request(std::string_view csr_pem);

Result<Authority> make_authority(const std::string& common_name, Validity validity, Rng& rng);
// InvalidArgument: the request is not valid (as read_request).
Result<std::string> sign_request(const Authority& authority, std::string_view csr_pem,
                                 const CertificateSpec& spec, Rng& rng);

Result<CertificateFacts> read_certificate(std::string_view pem);
// Every certificate of a bundle, in order, each as its own PEM. At most 16; none is an error.
Result<std::vector<std::string>> split_bundle(std::string_view pem);

// The certificate chains to a root of the bundle and is valid at that time. PermissionDenied with
// the reason: not signed by it; FailedPrecondition: not yet valid or expired (the message names
// both clocks).
Status verify_certificate(std::string_view pem, std::string_view roots_pem, WallTime at);
// The private key belongs to the certificate. InvalidArgument otherwise.
Status check_key_pair(std::string_view certificate_pem, const Secret<std::string>& key_pem);

}  // namespace foyer::tls
