#include "master/login/id_token.h"

#include <algorithm>
#include <array>
#include <cjose/cjose.h>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/base/text.h"

namespace foyer::master {
namespace {

using nlohmann::json;

constexpr std::size_t keys_max = 50;
constexpr std::size_t subject_bytes_max = 255;
constexpr int depth_max = 8;

Error refused(const std::string& why) {
    return error(ErrorCode::Unauthenticated,
                 "what the identity provider says is not accepted: " + why,
                 {{"rule", "oidc_refused"}});
}

// An object without surprises; nothing else.
std::optional<json> object_in(std::string_view text) {
    int deepest = 0;
    const auto note = [&](int depth, json::parse_event_t, json&) {
        deepest = std::max(deepest, depth);
        return deepest <= depth_max;
    };
    json parsed = json::parse(text, note, false);
    if (parsed.is_discarded() || deepest > depth_max || !parsed.is_object()) return std::nullopt;
    return parsed;
}

std::string text_in(const json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// cjose ends the program over text that is no base64url (0.6.2.1: an assertion in _decode).
bool is_base64url(std::string_view text) {
    return !text.empty() && from_base64url(text).has_value();
}

bool is_compact_jws(const std::string& token) {
    const auto parts = split(token, '.');
    return parts.size() == 3 && std::ranges::all_of(parts, is_base64url);
}

struct FreeJws {
    void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
struct FreeKey {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
using Jws = std::unique_ptr<cjose_jws_t, FreeJws>;

struct Signed {
    Jws jws;
    std::string algorithm;
    std::string key_id;
};

std::string header_text(cjose_jws_t* jws, const char* name) {
    cjose_header_t* header = cjose_jws_get_protected(jws);
    const char* value = header == nullptr ? nullptr : cjose_header_get(header, name, nullptr);
    return value == nullptr ? std::string() : std::string(value);
}

Result<Signed> parse_jws(const std::string& token) {
    if (token.size() > id_token_bytes_max) return refused("it is too long");
    if (!is_compact_jws(token)) return refused("it is no JWT");
    Signed found;
    found.jws.reset(cjose_jws_import(token.data(), token.size(), nullptr));
    if (!found.jws) return refused("it is no JWT");
    found.algorithm = header_text(found.jws.get(), CJOSE_HDR_ALG);
    found.key_id = header_text(found.jws.get(), CJOSE_HDR_KID);
    // Neither none, nor a MAC under what everybody may read.
    if (found.algorithm != "RS256" && found.algorithm != "PS256" && found.algorithm != "ES256")
        return refused("it is not signed by RS256, PS256 or ES256");
    return found;
}

bool may_have_signed(const json& key, const Signed& token) {
    if (!key.is_object() || text_in(key, "use") == "enc") return false;
    const std::string kind = token.algorithm == "ES256" ? "EC" : "RSA";
    const std::string own = text_in(key, "alg");
    const auto is_whole = [&](const char* name) {
        return key.find(name) == key.end() || is_base64url(text_in(key, name));
    };
    for (const char* name : {"n", "e", "x", "y"}) {
        if (!is_whole(name)) return false;
    }
    return text_in(key, "kty") == kind && (own.empty() || own == token.algorithm) &&
           (token.key_id.empty() || text_in(key, "kid") == token.key_id);
}

bool is_signed_by(const Signed& token, const json& key) {
    const std::string text = key.dump();
    const std::unique_ptr<cjose_jwk_t, FreeKey> imported(
        cjose_jwk_import(text.data(), text.size(), nullptr));
    return imported && cjose_jws_verify(token.jws.get(), imported.get(), nullptr);
}

const json* keys_in(const json& set) {
    const auto found = set.find("keys");
    const bool good = found != set.end() && found->is_array() && found->size() <= keys_max;
    return good ? &*found : nullptr;
}

Status check_signature(const Signed& token, const std::string& key_set) {
    const auto set = object_in(key_set);
    const json* keys = set ? keys_in(*set) : nullptr;
    if (keys == nullptr) return refused("its key set is none");
    const bool is_signed = std::ranges::any_of(*keys, [&](const json& key) {
        return may_have_signed(key, token) && is_signed_by(token, key);
    });
    return is_signed ? ok_status() : Status(refused("no key of its set signed it"));
}

Result<json> claims_of(const Signed& token) {
    std::uint8_t* bytes = nullptr;
    std::size_t length = 0;
    if (!cjose_jws_get_plaintext(token.jws.get(), &bytes, &length, nullptr))
        return refused("it is empty");
    const std::string_view text(reinterpret_cast<const char*>(bytes), length);
    auto claims = object_in(text);
    if (!claims) return refused("its claims are no JSON object");
    return *std::move(claims);
}

bool is_for(const json& claims, const std::string& client) {
    const auto audience = claims.find("aud");
    if (audience == claims.end()) return false;
    if (audience->is_string()) return audience->get<std::string>() == client;
    if (!audience->is_array()) return false;
    const bool named = std::ranges::any_of(
        *audience, [&](const json& one) { return one.is_string() && one == client; });
    return named && (audience->size() == 1 || text_in(claims, "azp") == client);
}

std::optional<WallTime> time_in(const json& claims, const char* name) {
    constexpr std::int64_t far_s = 100'000'000'000;
    const auto found = claims.find(name);
    if (found == claims.end() || !found->is_number_integer()) return std::nullopt;
    const auto seconds = found->get<std::int64_t>();
    if (seconds < 0 || seconds > far_s) return std::nullopt;
    return WallTime{seconds * 1000};
}

Status check_claims(const json& claims, const IdTokenRules& rules, WallTime now) {
    if (text_in(claims, "iss") != rules.issuer) return refused("it is of another issuer");
    if (!is_for(claims, rules.client_id)) return refused("it is for another client");
    const auto end = time_in(claims, "exp");
    if (!end || now > *end + rules.clock_skew) return refused("it is over");
    const auto made = time_in(claims, "iat");
    if (!made || *made > now + rules.clock_skew) return refused("it is of the future");
    if (rules.nonce.empty() || text_in(claims, "nonce") != rules.nonce)
        return refused("it answers another question");
    return ok_status();
}

}  // namespace

Result<OidcIdentity> read_id_token(const std::string& token, const std::string& key_set,
                                   const IdTokenRules& rules, WallTime now) {
    const Signed parsed = TRY(parse_jws(token));
    TRY(check_signature(parsed, key_set));
    const json claims = TRY(claims_of(parsed));
    TRY(check_claims(claims, rules, now));
    const std::string subject = text_in(claims, "sub");
    if (subject.empty() || subject.size() > subject_bytes_max || subject.find('\0') != subject.npos)
        return refused("it names nobody");
    return OidcIdentity{rules.issuer, subject};
}

bool names_unknown_key(const std::string& token, const std::string& key_set) {
    const auto parsed = parse_jws(token);
    const auto set = object_in(key_set);
    const json* keys = set ? keys_in(*set) : nullptr;
    if (!parsed.ok() || keys == nullptr) return keys == nullptr;
    const std::string& wanted = parsed.value().key_id;
    return !wanted.empty() && std::ranges::none_of(*keys, [&](const json& key) {
        return key.is_object() && text_in(key, "kid") == wanted;
    });
}

}  // namespace foyer::master
