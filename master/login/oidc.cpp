#include "master/login/oidc.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/percent.h"
#include "master/login/id_token.h"

namespace foyer::master {
namespace {

using nlohmann::json;

constexpr Duration endpoints_life{3'600'000};
constexpr Duration keys_again{60'000};
constexpr std::size_t code_bytes_max = 2'048;

Error odd_answer(const std::string& what) {
    return error(ErrorCode::Unavailable,
                 "the identity provider answered " + what + "; tell the operator",
                 {{"rule", "oidc_unavailable"}});
}

Result<json> object_of(const ProviderAnswer& answer) {
    if (answer.status != 200) return odd_answer("with status " + std::to_string(answer.status));
    json parsed = json::parse(answer.body, nullptr, false);
    if (!parsed.is_object()) return odd_answer("with something that is no JSON object");
    return parsed;
}

Result<std::string> address_in(const json& object, const char* name) {
    const auto found = object.find(name);
    const bool https = found != object.end() && found->is_string() &&
                       found->get<std::string>().starts_with("https://");
    if (!https) return odd_answer(std::string("without an https address as ") + name);
    return found->get<std::string>();
}

}  // namespace

Result<OidcProvider::Endpoints> OidcProvider::endpoints(MonoTime now) {
    {
        const std::scoped_lock lock(mutex_);
        if (!endpoints_.token.empty() && now < endpoints_until_) return endpoints_;
    }
    std::string base = config_.issuer;
    if (base.ends_with('/')) base.pop_back();
    const auto answer = TRY(
        call_provider({base + "/.well-known/openid-configuration", {}, {}, {}}, config_.limits));
    const json document = TRY(object_of(answer));
    // Another issuer's document would let another vouch for our people.
    if (document.value("issuer", json()) != config_.issuer)
        return odd_answer("as another issuer than '" + config_.issuer + "'");
    Endpoints found;
    found.authorization = TRY(address_in(document, "authorization_endpoint"));
    found.token = TRY(address_in(document, "token_endpoint"));
    found.keys = TRY(address_in(document, "jwks_uri"));
    const std::scoped_lock lock(mutex_);
    endpoints_ = found;
    endpoints_until_ = now + endpoints_life;
    return found;
}

Result<std::string> OidcProvider::key_set(const Endpoints& at, bool anew, MonoTime now) {
    {
        const std::scoped_lock lock(mutex_);
        const bool fresh = !key_set_.empty() && now - keys_fetched_ < keys_again;
        if (!key_set_.empty() && (!anew || fresh)) return key_set_;
    }
    auto answer = TRY(call_provider({at.keys, {}, {}, {}}, config_.limits));
    TRY(object_of(answer));
    const std::scoped_lock lock(mutex_);
    key_set_ = std::move(answer.body);
    keys_fetched_ = now;
    return key_set_;
}

Result<std::string> OidcProvider::authorization_url(const OidcFlow& flow, MonoTime now) {
    const Endpoints at = TRY(endpoints(now));
    return master::authorization_url(at.authorization, config_.client_id, flow);
}

Result<OidcIdentity> OidcProvider::identity_of(const OidcFlow& flow, const std::string& code,
                                               MonoTime now, WallTime wall) {
    const Error unknown = error(ErrorCode::Unauthenticated,
                                "the identity provider does not know this code; begin the login "
                                "again",
                                {{"rule", "oidc_refused"}});
    if (code.empty() || code.size() > code_bytes_max) return unknown;
    const Endpoints at = TRY(endpoints(now));
    ProviderCall call{at.token, {}, {}, {}};
    call.form = "grant_type=authorization_code&code=" + percent_encoded(code) +
                "&redirect_uri=" + percent_encoded(flow.redirect_uri) +
                "&code_verifier=" + percent_encoded(flow.verifier);
    if (config_.client_secret.reveal().empty()) {
        call.form += "&client_id=" + percent_encoded(config_.client_id);
    } else {
        // RFC 6749 2.3.1: both are escaped before they are encoded.
        call.user = percent_encoded(config_.client_id);
        call.password = Secret<std::string>(percent_encoded(config_.client_secret.reveal()));
    }
    const ProviderAnswer answer = TRY(call_provider(call, config_.limits));
    if (answer.status == 400 || answer.status == 401) return unknown;
    const json tokens = TRY(object_of(answer));
    const auto found = tokens.find("id_token");
    if (found == tokens.end() || !found->is_string()) return odd_answer("without an ID token");
    const auto id_token = found->get<std::string>();
    std::string keys = TRY(key_set(at, false, now));
    if (names_unknown_key(id_token, keys)) keys = TRY(key_set(at, true, now));
    return read_id_token(id_token, keys, {config_.issuer, config_.client_id, flow.nonce}, wall);
}

}  // namespace foyer::master
