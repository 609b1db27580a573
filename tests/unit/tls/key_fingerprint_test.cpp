#include "common/tls/key_fingerprint.h"

#include "common/base/random.h"
#include "common/tls/certificate.h"
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

    std::string sign(std::vector<std::string> dns_names) {
        const auto key = make_key().value();
        CertificateSpec spec{.common_name = "lille-1",
                             .uris = {node_uri(NodeId("lille-1"))},
                             .dns_names = std::move(dns_names),
                             .validity = {noon + -day, noon + day * 90}};
        return sign_request(authority, make_request(key, "x").value(), spec, rng).value();
    }
};

}  // namespace

TEST_CASE("the key of a certificate is found without parsing the rest") {
    World world;
    for (const int names : {0, 1, 100}) {
        const std::string pem = world.sign(std::vector<std::string>(static_cast<std::size_t>(names),
                                                                    "a-name-of-some-length.test"));
        CHECK(read_key_fingerprint(pem).value() == read_certificate(pem).value().key_fingerprint);
    }
    const std::string& root = world.authority.certificate_pem;
    CHECK(read_key_fingerprint(root).value() == read_certificate(root).value().key_fingerprint);
}

TEST_CASE("what is no certificate has no key") {
    World world;
    const std::string pem = world.sign({});
    CHECK_FALSE(read_key_fingerprint("").ok());
    CHECK_FALSE(read_key_fingerprint("-----BEGIN CERTIFICATE-----\n").ok());
    CHECK_FALSE(read_key_fingerprint(make_key().value().reveal()).ok());
    const auto framed = [](const std::string& body) {
        return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
    };
    for (const char* body : {"", "MA==", "MAA=", "MIIB", "MIQAAAAA", "MAIwAA==", "MIP///8="})
        CHECK_FALSE(read_key_fingerprint(framed(body)).ok());
    // Its first line alone ends in the middle.
    const std::size_t begin = pem.find('\n') + 1;
    CHECK_FALSE(read_key_fingerprint(framed(pem.substr(begin, 64))).ok());
}
