// Certificates and requests, as PEM and as the DER inside it.
#include "common/tls/certificate.h"

#include "common/base/base64.h"
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/tls/ed25519.h"
#include "master/http/json_text.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

constexpr WallTime noon{1'772'366'400'000};
constexpr Duration year = std::chrono::hours(24 * 365);
constexpr std::string_view certificate_kind = "CERTIFICATE";
constexpr std::string_view request_kind = "CERTIFICATE REQUEST";

// One authority and one key for the whole run: making keys is slow.
struct World {
    SeededRng rng{7};
    tls::Authority authority =
        tls::make_authority("Foyer test", {noon + -year, noon + year}, rng).value();
    Secret<std::string> key = tls::make_key().value();
    std::string request = tls::make_request(key, "box").value();
    tls::CertificateSpec spec{.common_name = "lille-1",
                              .uris = {tls::node_uri(NodeId("lille-1"))},
                              .dns_names = {"lille-1.foyer"},
                              .ip_addresses = {"127.0.0.1", "fd50::1"},
                              .validity = {noon, noon + year}};
    std::string certificate = tls::sign_request(authority, request, spec, rng).value();
};

World& world() {
    static World one;
    return one;
}

std::string pem_of(std::string_view kind, std::string_view der) {
    std::string text = "-----BEGIN " + std::string(kind) + "-----\n";
    const std::string base64 = to_base64(der);
    for (std::size_t at = 0; at < base64.size(); at += 64) text += base64.substr(at, 64) + "\n";
    return text + "-----END " + std::string(kind) + "-----\n";
}

std::string der_of(const std::string& pem) {
    std::string base64;
    for (const std::string& line : split(pem, '\n'))
        if (!line.starts_with("-----")) base64 += line;
    return from_base64(base64).value();
}

void read_pem(const std::string& pem) {
    const auto facts = tls::read_certificate(pem);
    if (facts.ok()) {
        CHECK(facts.value().fingerprint.size() == 64);
        discard(tls::node_of(facts.value()), "only that it returns");
        const Status valid =
            tls::verify_certificate(pem, world().authority.certificate_pem, noon + year / 2);
        // Nothing is believed but the authority itself and the one certificate it signed.
        CHECK(!valid.ok() || facts.value().common_name == "Foyer test" ||
              facts.value().uris == world().spec.uris);
        discard(tls::check_key_pair(pem, world().key), "only that it returns");
        discard(tls::verify_certificate(world().certificate, pem, noon), "only that it returns");
    }
    const auto parts = tls::split_bundle(pem);
    CHECK(!parts.ok() || (!parts.value().empty() && parts.value().size() <= 16));
    if (!tls::read_request(pem).ok()) return;
    CHECK(tls::sign_request(world().authority, pem, world().spec, world().rng).ok());
}

void feed(std::string_view bytes) {
    read_pem(std::string(bytes));
    read_pem(pem_of(certificate_kind, bytes));
    read_pem(pem_of(request_kind, bytes));
    const std::string text(bytes);
    discard(tls::ed25519_verify(text.substr(0, 43), text, text), "only that it returns");
}

std::vector<std::string> seeds() {
    return {world().certificate,     world().certificate + world().authority.certificate_pem,
            world().request,         der_of(world().certificate),
            der_of(world().request), der_of(world().authority.certificate_pem)};
}

}  // namespace

const Target certificate{"certificate", feed, seeds, 1'000};

}  // namespace foyer::fuzz
