#include "master/login/id_token.h"

#include <cjose/cjose.h>
#include <memory>
#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;
using nlohmann::json;

namespace {

constexpr WallTime noon{1'700'000'000'000};
const IdTokenRules rules{"https://login.example", "foyer", "the nonce"};

struct Key {
    explicit Key(const std::string& id, bool rsa = true) {
        constexpr std::uint8_t exponent[] = {1, 0, 1};
        jwk = rsa ? cjose_jwk_create_RSA_random(2048, exponent, 3, nullptr)
                  : cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nullptr);
        REQUIRE(jwk != nullptr);
        REQUIRE(cjose_jwk_set_kid(jwk, id.data(), id.size(), nullptr));
    }
    ~Key() { cjose_jwk_release(jwk); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    json published() const {
        const std::unique_ptr<char, decltype(&free)> text(cjose_jwk_to_json(jwk, false, nullptr),
                                                          &free);
        return json::parse(text.get());
    }
    std::string sign(const json& claims, const char* algorithm) const {
        cjose_header_t* header = cjose_header_new(nullptr);
        REQUIRE(cjose_header_set(header, CJOSE_HDR_ALG, algorithm, nullptr));
        REQUIRE(cjose_header_set(header, CJOSE_HDR_KID, cjose_jwk_get_kid(jwk, nullptr), nullptr));
        const std::string text = claims.dump();
        cjose_jws_t* jws = cjose_jws_sign(
            jwk, header, reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), nullptr);
        REQUIRE(jws != nullptr);
        const char* compact = nullptr;
        REQUIRE(cjose_jws_export(jws, &compact, nullptr));
        std::string token = compact;
        cjose_jws_release(jws);
        cjose_header_release(header);
        return token;
    }
    cjose_jwk_t* jwk = nullptr;
};

json claims() {
    return {{"iss", "https://login.example"},
            {"aud", "foyer"},
            {"sub", "anna-1"},
            {"exp", noon.unix_ms / 1000 + 60},
            {"iat", noon.unix_ms / 1000},
            {"nonce", "the nonce"}};
}

std::string set_of(std::initializer_list<const Key*> keys) {
    json set = {{"keys", json::array()}};
    for (const Key* key : keys) set["keys"].push_back(key->published());
    return set.dump();
}

bool accepts(const std::string& token, const std::string& set) {
    return read_id_token(token, set, rules, noon).ok();
}

}  // namespace

TEST_CASE("a token that one of the provider's keys signed says who it is") {
    const Key rsa("k1");
    const Key curve("k2", false);
    const std::string set = set_of({&rsa, &curve});
    const auto said = read_id_token(rsa.sign(claims(), "RS256"), set, rules, noon);
    REQUIRE(said.ok());
    CHECK(said.value() == OidcIdentity{"https://login.example", "anna-1"});
    CHECK(accepts(rsa.sign(claims(), "PS256"), set));
    CHECK(accepts(curve.sign(claims(), "ES256"), set));
    json several = claims();
    several["aud"] = {"other", "foyer"};
    CHECK_FALSE(accepts(rsa.sign(several, "RS256"), set));
    several["azp"] = "foyer";
    CHECK(accepts(rsa.sign(several, "RS256"), set));
}

TEST_CASE("what is of another issuer, for another, over, or answers another question is refused") {
    const Key key("k1");
    const std::string set = set_of({&key});
    const auto with = [&](const char* name, const json& value) {
        json changed = claims();
        if (value.is_null())
            changed.erase(name);
        else
            changed[name] = value;
        return accepts(key.sign(changed, "RS256"), set);
    };
    CHECK(with("sub", "somebody else"));
    CHECK_FALSE(with("iss", "https://evil.example"));
    CHECK_FALSE(with("iss", nullptr));
    CHECK_FALSE(with("aud", "others"));
    CHECK_FALSE(with("aud", nullptr));
    CHECK_FALSE(with("aud", 7));
    CHECK_FALSE(with("exp", noon.unix_ms / 1000 - 61));
    CHECK(with("exp", noon.unix_ms / 1000 - 59));  // clocks differ
    CHECK_FALSE(with("exp", nullptr));
    CHECK_FALSE(with("exp", "tomorrow"));
    CHECK_FALSE(with("exp", 1e300));
    CHECK_FALSE(with("iat", noon.unix_ms / 1000 + 120));
    CHECK_FALSE(with("nonce", "other"));
    CHECK_FALSE(with("nonce", nullptr));
    CHECK_FALSE(with("sub", ""));
    CHECK_FALSE(with("sub", nullptr));
    CHECK_FALSE(with("sub", std::string(256, 's')));
}

TEST_CASE("a signature of another key, a MAC, or none at all proves nothing") {
    const Key key("k1");
    const Key other("k1");
    CHECK_FALSE(accepts(key.sign(claims(), "RS256"), set_of({&other})));
    CHECK_FALSE(accepts(key.sign(claims(), "RS384"), set_of({&key})));
    std::string token = key.sign(claims(), "RS256");
    CHECK_FALSE(accepts(token.substr(0, token.rfind('.') + 1), set_of({&key})));
    token[token.size() / 2] = token[token.size() / 2] == 'a' ? 'b' : 'a';
    CHECK_FALSE(accepts(token, set_of({&key})));
    // {"alg":"none"}.{…}.
    CHECK_FALSE(accepts("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm5hIn0.", set_of({&key})));
    CHECK_FALSE(accepts("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm5hIn0.AAAA", set_of({&key})));
    // A key that is for encrypting only, or for another algorithm.
    json set = json::parse(set_of({&key}));
    set["keys"][0]["use"] = "enc";
    CHECK_FALSE(accepts(key.sign(claims(), "RS256"), set.dump()));
    set["keys"][0]["use"] = "sig";
    set["keys"][0]["alg"] = "PS256";
    CHECK_FALSE(accepts(key.sign(claims(), "RS256"), set.dump()));
}

TEST_CASE("rubbish is refused") {
    const Key key("k1");
    const std::string good = key.sign(claims(), "RS256");
    for (const std::string& bad :
         {std::string(), std::string("0.eyJzdWIiOiJhIn0.AAAA"),
          std::string("eyJhbGciOiJFUzI1NiJ9.A.AAAA"), std::string("a.b.c"),
          std::string(20'000, 'a'), std::string("..", 2), std::string("\0.\0.\0", 5)})
        CHECK_FALSE(accepts(bad, set_of({&key})));
    for (const char* set : {"", "null", "[]", "{}", R"({"keys": 7})", R"({"keys": [7, null, {}]})",
                            R"({"keys": [{"kty": "RSA", "kid": "k1"}]})",
                            R"({"keys": [{"kty": "RSA", "kid": "k1", "n": "A", "e": "="}]})",
                            R"({"keys": [{"kty": "RSA", "kid": "k1", "n": 7, "e": "AQAB"}]})"})
        CHECK_FALSE(accepts(good, set));
    CHECK_FALSE(accepts(good, std::string(5'000, '[')));
}

TEST_CASE("a key that is not known yet is noticed") {
    const Key known("k1");
    const Key fresh("k2");
    const std::string set = set_of({&known});
    CHECK_FALSE(names_unknown_key(known.sign(claims(), "RS256"), set));
    CHECK(names_unknown_key(fresh.sign(claims(), "RS256"), set));
    CHECK(names_unknown_key(known.sign(claims(), "RS256"), ""));
}
