#include "node-agent/net/lego_output.h"

#include "common/tls/certificate.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;

namespace {

constexpr WallTime noon{1'772'366'400'000};
constexpr Duration day = std::chrono::hours(24);

// As lego 4.9 says it to a pebble that finds no answer.
constexpr std::string_view refusal =
    "2026/11/26 21:02:20 [INFO] [erp.acme.example] acme: Trying to solve HTTP-01\n"
    "2026/11/26 21:02:26 [INFO] [erp.acme.example] acme: Cleaning HTTP-01 challenge\n"
    "2026/11/26 21:02:27 Could not obtain certificates:\n"
    "\terror: one or more domains had a problem:\n"
    "[erp.acme.example] acme: error: 403 :: urn:ietf:params:acme:error:unauthorized :: Expected "
    "\"x.y\" (got \"no such challenge\")\n";

struct Authority {
    SeededRng rng{7};
    tls::Authority root = tls::make_authority("Test", {noon + -day, noon + day * 99}, rng).value();
    Secret<std::string> key = tls::make_key().value();

    std::string issue(const std::string& name, WallTime until) {
        tls::CertificateSpec spec;
        spec.common_name = "x";
        spec.dns_names = {name};
        spec.validity = {noon + -day, until};
        const auto request = tls::make_server_request(key, name).value();
        return tls::sign_request(root, request, spec, rng).value() + root.certificate_pem;
    }
};

}  // namespace

TEST_CASE("why an order failed is one line without lego's own log") {
    const std::string why = lego_problem(refusal);
    CHECK(why.find("[INFO]") == std::string::npos);
    CHECK(why.find('\n') == std::string::npos);
    CHECK(why.find("2026/11/26") == std::string::npos);
    CHECK(why.starts_with("Could not obtain certificates: error: one or more domains"));
    CHECK(why.find("unauthorized") != std::string::npos);
    CHECK(lego_problem("") == "lego failed and did not say why");
    CHECK(lego_problem(std::string(10'000, '\xff')).size() <= lego_words_max);
}

TEST_CASE("too many requests, and an account that is gone, are told from the rest") {
    CHECK_FALSE(is_rate_limited(refusal));
    CHECK_FALSE(is_account_lost(refusal));
    CHECK(is_rate_limited("acme: error: 429 :: urn:ietf:params:acme:error:rateLimited :: slow"));
    CHECK(is_account_lost("acme: error: 400 :: urn:ietf:params:acme:error:accountDoesNotExist"));
}

TEST_CASE("a certificate is taken for its own name and key, while it is good") {
    Authority authority;
    const std::string chain = authority.issue("erp.acme.example", noon + day);
    const auto span = check_issued(chain, "erp.acme.example", authority.key, noon);
    REQUIRE(span.ok());
    CHECK(span.value() == CertificateSpan{noon + -day, noon + day});
    CHECK_FALSE(check_issued(chain, "shop.acme.example", authority.key, noon).ok());
    CHECK_FALSE(check_issued(chain, "erp.acme.example", tls::make_key().value(), noon).ok());
    CHECK_FALSE(check_issued(chain, "erp.acme.example", authority.key, noon + day).ok());
    CHECK_FALSE(check_issued("", "erp.acme.example", authority.key, noon).ok());
    CHECK_FALSE(
        check_issued(std::string(chain_bytes_max + 1, 'a'), "erp.acme.example", authority.key, noon)
            .ok());
}
