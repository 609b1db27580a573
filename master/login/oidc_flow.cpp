#include "master/login/oidc_flow.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/percent.h"
#include "common/base/text.h"
#include "common/tls/sha256.h"

namespace foyer::master {
namespace {

constexpr std::string_view place = "oidc/flow";
constexpr std::size_t random_letters = 48;  // 240 bits; a verifier has 43 or more
constexpr std::size_t uri_bytes_max = 500;
constexpr std::size_t flow_bytes_max = 4'096;

Error bad_flow() {
    return error(ErrorCode::Unauthenticated,
                 "this login was begun elsewhere, or too long ago; begin it again",
                 {{"rule", "oidc_flow"}});
}

bool is_on_this_machine(std::string_view uri) {
    constexpr std::string_view begin = "http://127.0.0.1:";
    if (!uri.starts_with(begin)) return false;
    const std::string_view rest = uri.substr(begin.size());
    const auto port = parse_int(rest.substr(0, rest.find('/')));
    return port && *port >= 1024 && *port <= 65'535;
}

}  // namespace

OidcFlow new_oidc_flow(std::string redirect_uri, Rng& rng, WallTime now) {
    return {std::move(redirect_uri), rng.text(random_letters), rng.text(random_letters),
            rng.text(random_letters), now + oidc_flow_valid};
}

std::string sealed_flow(const OidcFlow& flow, const SecretSeal& seal) {
    const nlohmann::json text = {{"redirect_uri", flow.redirect_uri},
                                 {"state", flow.state},
                                 {"nonce", flow.nonce},
                                 {"verifier", flow.verifier},
                                 {"until", flow.until.unix_ms}};
    return seal.seal(Secret<std::string>(text.dump()), place).str();
}

Result<OidcFlow> opened_flow(const std::string& text, const std::string& state,
                             const SecretSeal& seal, WallTime now) {
    if (text.size() > flow_bytes_max) return bad_flow();
    const auto opened = seal.open(Sealed(text), place);
    if (!opened.ok()) return bad_flow();
    // Sealed by us: it is as we wrote it.
    const auto held = nlohmann::json::parse(opened.value().reveal());
    const OidcFlow flow{held.at("redirect_uri"), held.at("state"), held.at("nonce"),
                        held.at("verifier"), WallTime{held.at("until").get<std::int64_t>()}};
    if (now > flow.until || !tls::equal_in_constant_time(flow.state, state)) return bad_flow();
    return flow;
}

std::string authorization_url(const std::string& endpoint, const std::string& client_id,
                              const OidcFlow& flow) {
    const auto hash = tls::sha256(as_bytes(flow.verifier));
    return endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
           "response_type=code&scope=openid&client_id=" + percent_encoded(client_id) +
           "&redirect_uri=" + percent_encoded(flow.redirect_uri) +
           "&state=" + percent_encoded(flow.state) + "&nonce=" + percent_encoded(flow.nonce) +
           "&code_challenge=" + to_base64url(hash) + "&code_challenge_method=S256";
}

Status check_redirect(const std::string& uri, const std::vector<std::string>& allowed) {
    const bool printable = std::ranges::all_of(uri, [](char c) { return c > ' ' && c <= '~'; });
    const bool known = std::ranges::find(allowed, uri) != allowed.end();
    if (printable && uri.size() <= uri_bytes_max && uri.find('#') == std::string::npos &&
        (known || is_on_this_machine(uri)))
        return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "'redirect_uri' is neither one that the operator allows ([oidc] redirect_uris) "
                 "nor http://127.0.0.1:PORT/…",
                 {{"field", "redirect_uri"}});
}

}  // namespace foyer::master
