// Foyer's own certificate authority: makes or reads its key, and signs for boxes, edges and this
// master.
//
// The key stays in data_dir/ca/ca.key (0600) and in this object. Certificates of servers carry the
// CA behind them: a box that holds only a token recognises the CA by its hash in the first
// handshake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "common/tls/certificate.h"

namespace foyer::master {

struct CertificateLives {
    Duration authority{std::int64_t{10} * 365 * 24 * 3600 * 1000};
    Duration node{std::int64_t{90} * 24 * 3600 * 1000};
    Duration serving{std::int64_t{90} * 24 * 3600 * 1000};  // of edges
    Duration server{std::int64_t{397} * 24 * 3600 * 1000};
};

// Key and chain of a server, PEM.
struct ServerIdentity {
    Secret<std::string> key_pem;
    std::string chain_pem;  // its certificate, then the CA's
};

class CertificateAuthority {
public:
    // Reads ca.key and ca.crt in the folder, or makes both when neither is there.
    // FailedPrecondition: one is missing, they do not belong together, or the key may be read by
    // others. Borrows `rng`.
    static Result<CertificateAuthority> open(const std::string& folder, CertificateLives lives,
                                             WallTime now, Rng& rng);

    const std::string& certificate_pem() const { return authority_.certificate_pem; }
    const std::string& fingerprint() const {
        return fingerprint_;
    }  // SHA-256 of its DER form, hex: what tokens carry
    WallTime node_expiry(WallTime now) const { return now + lives_.node; }

    // The first of the CA's own certificate and one that is made for a server now to end.
    WallTime first_end(WallTime now) const;

    // InvalidArgument: the request is malformed, its signature wrong or its key weak.
    Result<std::string> sign_node(const NodeId& node, std::string_view csr_pem, WallTime now,
                                  WallTime expires_at) const;
    // Serves "*.<zone>" and the zone itself; for edges.
    Result<std::string> sign_zone(const NodeId& edge, const std::string& zone,
                                  std::string_view csr_pem, WallTime now) const;
    // The CA's own signature over a message (common/tls/node_key.h).
    Result<std::string> sign_message(std::string_view message) const;
    // A fresh key and certificate for these host names and IP addresses.
    Result<ServerIdentity> make_server(const std::vector<std::string>& names, WallTime now) const;

private:
    CertificateAuthority(tls::Authority authority, std::string fingerprint, CertificateLives lives,
                         Rng& rng)
        : authority_(std::move(authority)),
          fingerprint_(std::move(fingerprint)),
          lives_(lives),
          rng_(rng) {}

    tls::Authority authority_;
    std::string fingerprint_;
    CertificateLives lives_;
    Rng& rng_;
};

}  // namespace foyer::master
