#include "master/app/certificate_authority.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/tls/node_key.h"
#include "common/tls/private_file.h"

namespace foyer::master {
namespace {

// A box whose clock is a day behind must not refuse a certificate as not yet valid: it gets
// through, and is told. Less for certificates that live shortly, which would else be due for
// renewal at once.
constexpr Duration backdating_max{std::int64_t{48} * 3600 * 1000};
constexpr mode_t certificate_mode = 0644;
constexpr mode_t folder_mode = 0755;

tls::Validity valid_for(Duration life, WallTime now) {
    return {now + -std::min(backdating_max, life / 4), now + life};
}

bool is_ip_address(const std::string& name) {
    std::array<unsigned char, 16> bytes{};
    return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

Result<tls::Authority> make(const std::string& folder, Duration life, WallTime now, Rng& rng) {
    tls::Authority authority = TRY(tls::make_authority("Foyer CA", valid_for(life, now), rng));
    // The certificate first: a key without a certificate would be refused at the next start, a
    // certificate without a key is made again.
    TRY(os::write_atomically(folder + "/ca.crt", authority.certificate_pem,
                             {.mode = certificate_mode}));
    TRY(tls::create_private_file(folder + "/ca.key", authority.key_pem.reveal()));
    return authority;
}

Result<tls::Authority> read(const std::string& folder) {
    std::string key = TRY(tls::read_private_file(folder + "/ca.key"));
    auto certificate = tls::read_small_file(folder + "/ca.crt");
    if (!certificate.ok()) {
        return error(ErrorCode::FailedPrecondition,
                     "'" + folder +
                         "/ca.key' is there but not its ca.crt: restore it from your backup (" +
                         certificate.failure().message + ")");
    }
    tls::Authority authority{std::move(certificate).value(), Secret<std::string>(std::move(key))};
    TRY(tls::check_key_pair(authority.certificate_pem, authority.key_pem));
    return authority;
}

}  // namespace

Result<CertificateAuthority> CertificateAuthority::open(const std::string& folder,
                                                        CertificateLives lives, WallTime now,
                                                        Rng& rng) {
    TRY(os::make_dirs(folder, folder_mode));
    tls::Authority authority = os::exists(folder + "/ca.key")
                                   ? TRY(read(folder))
                                   : TRY(make(folder, lives.authority, now, rng));
    const tls::CertificateFacts facts = TRY(tls::read_certificate(authority.certificate_pem));
    if (now > facts.not_after) {
        return error(
            ErrorCode::FailedPrecondition,
            "the CA's certificate '" + folder + "/ca.crt' has expired, or this clock is wrong");
    }
    return CertificateAuthority(std::move(authority), facts.fingerprint, lives, rng);
}

Result<std::string> CertificateAuthority::sign_node(const NodeId& node, std::string_view csr_pem,
                                                    WallTime now, WallTime expires_at) const {
    tls::CertificateSpec spec;
    spec.common_name = node.str();
    spec.uris = {tls::node_uri(node)};
    spec.validity = valid_for(expires_at - now, now);
    spec.usage = tls::Usage::Both;
    return tls::sign_request(authority_, csr_pem, spec, rng_);
}

Result<std::string> CertificateAuthority::sign_zone(const NodeId& edge, const std::string& zone,
                                                    std::string_view csr_pem, WallTime now) const {
    tls::CertificateSpec spec;
    spec.common_name = edge.str();
    spec.dns_names = {"*." + zone, zone};
    spec.validity = valid_for(lives_.serving, now);
    spec.usage = tls::Usage::Server;
    return tls::sign_request(authority_, csr_pem, spec, rng_);
}

Result<std::string> CertificateAuthority::sign_message(std::string_view message) const {
    const auto signer = TRY(tls::NodeSigner::make(authority_.key_pem));
    return signer.sign(message);
}

WallTime CertificateAuthority::first_end(WallTime now) const {
    const auto own = tls::read_certificate(authority_.certificate_pem);
    const WallTime server = now + lives_.server;
    return own.ok() ? std::min(own.value().not_after, server) : server;
}

Result<ServerIdentity> CertificateAuthority::make_server(const std::vector<std::string>& names,
                                                         WallTime now) const {
    tls::CertificateSpec spec;
    spec.common_name = "foyer-master";
    for (const std::string& name : names)
        (is_ip_address(name) ? spec.ip_addresses : spec.dns_names).push_back(name);
    spec.validity = valid_for(lives_.server, now);
    spec.usage = tls::Usage::Server;
    ServerIdentity identity;
    identity.key_pem = TRY(tls::make_key());
    const std::string request = TRY(tls::make_request(identity.key_pem, spec.common_name));
    identity.chain_pem =
        TRY(tls::sign_request(authority_, request, spec, rng_)) + authority_.certificate_pem;
    return identity;
}

}  // namespace foyer::master
