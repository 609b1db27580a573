#include "master/login/oidc_flow.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

constexpr WallTime noon{1'000'000};

struct Keeper {
    SystemRng rng;
    SecretSeal seal{tls::Seal(Secret(std::vector<std::uint8_t>(32, 7))), rng};
    OidcFlow flow = new_oidc_flow("http://127.0.0.1:4000/foyer", rng, noon);
    std::string kept = sealed_flow(flow, seal);
};

}  // namespace

TEST_CASE("what was begun is known again, by who began it, for ten minutes") {
    Keeper all;
    const auto opened = opened_flow(all.kept, all.flow.state, all.seal, noon + oidc_flow_valid);
    REQUIRE(opened.ok());
    CHECK(opened.value().verifier == all.flow.verifier);
    CHECK(opened.value().nonce == all.flow.nonce);
    CHECK(opened.value().redirect_uri == "http://127.0.0.1:4000/foyer");
    const WallTime late = noon + oidc_flow_valid + Duration(1);
    CHECK_FALSE(opened_flow(all.kept, all.flow.state, all.seal, late).ok());
    CHECK_FALSE(opened_flow(all.kept, "another state", all.seal, noon).ok());
    CHECK_FALSE(opened_flow(all.kept, "", all.seal, noon).ok());
    CHECK_FALSE(opened_flow("", all.flow.state, all.seal, noon).ok());
    std::string altered = all.kept;
    altered[40] = altered[40] == 'A' ? 'B' : 'A';
    CHECK_FALSE(opened_flow(altered, all.flow.state, all.seal, noon).ok());
    CHECK_FALSE(opened_flow(std::string(100'000, 'A'), "x", all.seal, noon).ok());
    CHECK(all.kept.find(all.flow.verifier) == std::string::npos);
}

TEST_CASE("a verifier is as long as RFC 7636 wants it, and its challenge is a hash") {
    Keeper all;
    CHECK(all.flow.verifier.size() >= 43);
    all.flow.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";  // its appendix B
    const std::string url = authorization_url("https://a.example/auth?x=1", "foyer & co", all.flow);
    CHECK(url.starts_with("https://a.example/auth?x=1&response_type=code&scope=openid&"));
    CHECK(url.find("client_id=foyer%20%26%20co&") != std::string::npos);
    CHECK(url.find("code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&") !=
          std::string::npos);
}

TEST_CASE("a person comes back to a page that is allowed, or to this machine") {
    const std::vector<std::string> allowed{"https://portal.example/login"};
    for (const char* good :
         {"https://portal.example/login", "http://127.0.0.1:4000/foyer", "http://127.0.0.1:65535"})
        CHECK(check_redirect(good, allowed).ok());
    for (const char* bad :
         {"", "https://portal.example/login/", "https://portal.example/login?x",
          "https://evil.example/", "http://127.0.0.1:80/", "http://127.0.0.1:4000@evil.example/",
          "http://127.0.0.1.evil.example:4000/", "http://localhost:4000/",
          "http://127.0.0.1:4000/#x", "http://127.0.0.1:4000/ x"})
        CHECK_FALSE(check_redirect(bad, allowed).ok());
}
