#include "common/tls/certificate.h"

#include <memory>
#include <openssl/ui.h>

#include "common/base/random.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::tls;

namespace {

constexpr WallTime noon{1'772'366'400'000};
constexpr Duration day = std::chrono::hours(24);

struct World {
    SeededRng rng{7};
    Authority authority =
        make_authority("Foyer test", {noon + -day, noon + day * 3650}, rng).value();
    Secret<std::string> key = make_key().value();
    std::string request = make_request(key, "ignored").value();

    CertificateSpec spec() const {
        return {.common_name = "lille-1",
                .uris = {node_uri(NodeId("lille-1"))},
                .dns_names = {"lille-1.foyer"},
                .ip_addresses = {"127.0.0.1", "fd50::1"},
                .validity = {noon + -day, noon + day * 90}};
    }
    std::string sign() { return sign_request(authority, request, spec(), rng).value(); }
};

}  // namespace

TEST_CASE("a signed certificate says what the authority decided, not what was asked") {
    World world;
    const auto facts = read_certificate(world.sign()).value();
    CHECK(facts.common_name == "lille-1");
    CHECK(node_of(facts).value() == NodeId("lille-1"));
    CHECK(facts.dns_names == std::vector<std::string>{"lille-1.foyer"});
    CHECK(facts.ip_addresses == std::vector<std::string>{"127.0.0.1", "fd50::1"});
    CHECK(facts.not_before == noon + -day);
    CHECK(facts.not_after == noon + day * 90);
    CHECK_FALSE(facts.authority);
    CHECK(read_certificate(world.authority.certificate_pem).value().authority);
    CHECK(facts.key_fingerprint == read_request(world.request).value().key_fingerprint);
}

TEST_CASE("two certificates of one key have the same key fingerprint and different serials") {
    World world;
    const auto first = read_certificate(world.sign()).value();
    const auto second = read_certificate(world.sign()).value();
    CHECK(first.key_fingerprint == second.key_fingerprint);
    CHECK(first.serial != second.serial);
    CHECK(first.fingerprint != second.fingerprint);
}

TEST_CASE("a certificate is believed only from its own authority and within its time") {
    World world;
    const std::string certificate = world.sign();
    const std::string& roots = world.authority.certificate_pem;
    CHECK(verify_certificate(certificate, roots, noon).ok());

    const auto late = verify_certificate(certificate, roots, noon + day * 91);
    REQUIRE_FALSE(late.ok());
    CHECK(late.failure().code == ErrorCode::FailedPrecondition);
    CHECK(late.failure().message.find("expired") != std::string::npos);

    const auto early = verify_certificate(certificate, roots, noon + day * -2);
    REQUIRE_FALSE(early.ok());
    CHECK(early.failure().message.find("valid only from") != std::string::npos);

    const auto other =
        make_authority("Foyer test", {noon + -day, noon + day * 3650}, world.rng).value();
    const auto strange = verify_certificate(certificate, other.certificate_pem, noon);
    REQUIRE_FALSE(strange.ok());
    CHECK(strange.failure().code == ErrorCode::PermissionDenied);
    CHECK(verify_certificate(certificate, other.certificate_pem + roots, noon).ok());
}

TEST_CASE("a request that was altered is refused") {
    World world;
    CHECK_FALSE(read_request("").ok());
    CHECK_FALSE(
        read_request(
            "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")
            .ok());
    int refused = 0;
    for (std::size_t at = 60; at + 40 < world.request.size(); at += 7) {
        std::string altered = world.request;
        altered[at] = altered[at] == 'A' ? 'B' : 'A';
        if (altered != world.request && !read_request(altered).ok()) ++refused;
    }
    CHECK(refused > 30);
}

TEST_CASE("a name cannot smuggle in a second one") {
    World world;
    auto spec = world.spec();
    spec.dns_names = {"a,URI:spiffe://foyer/node/other"};
    CHECK_FALSE(sign_request(world.authority, world.request, spec, world.rng).ok());
    spec = world.spec();
    spec.uris.push_back(node_uri(NodeId("other")));
    const auto two =
        read_certificate(sign_request(world.authority, world.request, spec, world.rng).value())
            .value();
    CHECK_FALSE(node_of(two).ok());
}

TEST_CASE("only well-formed node URIs name nodes") {
    CHECK(node_of_uri("spiffe://foyer/node/lille-1") == NodeId("lille-1"));
    CHECK_FALSE(node_of_uri("spiffe://foyer/node/").has_value());
    CHECK_FALSE(node_of_uri("spiffe://foyer/node/a/b").has_value());
    CHECK_FALSE(node_of_uri("spiffe://other/node/lille-1").has_value());
}

TEST_CASE("a key belongs to its certificate only") {
    World world;
    const std::string certificate = world.sign();
    CHECK(check_key_pair(certificate, world.key).ok());
    CHECK_FALSE(check_key_pair(certificate, make_key().value()).ok());
    CHECK_FALSE(check_key_pair(certificate, Secret(std::string("nonsense"))).ok());
}

TEST_CASE("a bundle is split in order, and an empty one is an error") {
    World world;
    const std::string certificate = world.sign();
    const auto parts = split_bundle(certificate + world.authority.certificate_pem).value();
    REQUIRE(parts.size() == 2);
    CHECK(parts[0] == certificate);
    CHECK(parts[1] == world.authority.certificate_pem);
    CHECK_FALSE(split_bundle("no certificates here").ok());
}

TEST_CASE("text that claims to be encrypted is refused, and nobody is asked for a password") {
    World world;
    static bool asked;
    asked = false;
    const std::unique_ptr<UI_METHOD, decltype(&UI_destroy_method)> method(
        UI_create_method("counting"), &UI_destroy_method);
    REQUIRE(method);
    UI_method_set_opener(method.get(), [](UI*) {
        asked = true;
        return 0;
    });
    UI_set_default_method(method.get());
    const auto claimed = [](std::string pem) {
        return pem.insert(pem.find('\n') + 1,
                          "Proc-Type: 4,ENCRYPTED\n"
                          "DEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\n");
    };
    CHECK_FALSE(read_request(claimed(world.request)).ok());
    CHECK_FALSE(split_bundle(claimed(world.authority.certificate_pem)).ok());
    CHECK_FALSE(read_certificate(claimed(world.authority.certificate_pem)).ok());
    UI_set_default_method(UI_OpenSSL());
    CHECK_FALSE(asked);
}
