#include "common/tls/enrol_token.h"

#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/base/trim.h"
#include "common/tls/address.h"

namespace foyer::tls {
namespace {

constexpr std::string_view family = "foyer";
constexpr std::string_view prefix = "foyer1.";

Error refuse(std::string_view why) {
    return error(ErrorCode::InvalidArgument,
                 "this is not a usable enrolment token: " + std::string(why) +
                     "; copy it again, or ask for a new one with `foyer node token`");
}

Result<EnrolToken> from_json(const nlohmann::json& body) {
    const auto addresses = body.find("a");
    const auto secret = body.find("t");
    const auto pin = body.find("ca");
    if (addresses == body.end() || !addresses->is_array() || addresses->empty())
        return refuse("it names no master");
    if (addresses->size() > EnrolToken::addresses_max) return refuse("it names too many masters");
    EnrolToken token;
    for (const auto& address : *addresses) {
        if (!address.is_string()) return refuse("an address is not text");
        const auto& text = address.get_ref<const std::string&>();
        if (!split_address(text).ok()) return refuse("an address is not 'host:port'");
        token.addresses.push_back(text);
    }
    if (secret == body.end() || !secret->is_string() ||
        secret->get_ref<const std::string&>().empty()) {
        return refuse("it holds no secret");
    }
    token.secret = Secret(secret->get<std::string>());
    if (pin == body.end() || !pin->is_string()) return refuse("it does not name the master's CA");
    token.ca_sha256 = pin->get<std::string>();
    const auto digest = from_hex(token.ca_sha256);
    if (!digest || digest->size() != 32)
        return refuse("the hash of the master's CA is not 64 hex digits");
    return token;
}

}  // namespace

std::string encode_enrol_token(const EnrolToken& token) {
    const nlohmann::json body = {
        {"a", token.addresses}, {"t", token.secret.reveal()}, {"ca", token.ca_sha256}};
    return std::string(prefix) + to_base64url(as_bytes(body.dump()));
}

Result<EnrolToken> decode_enrol_token(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return refuse("it is empty");
    if (text.size() > EnrolToken::text_bytes_max) return refuse("it is too long");
    if (!text.starts_with(family))
        return refuse("it does not begin with '" + std::string(prefix) + "'");
    if (!text.starts_with(prefix)) return refuse("it is of another version than 'foyer1'");
    const auto bytes = from_base64url(text.substr(prefix.size()));
    if (!bytes) return refuse("it is cut short or altered");
    const auto body =
        nlohmann::json::parse(bytes->begin(), bytes->end(), nullptr, /*allow_exceptions=*/false);
    if (!body.is_object()) return refuse("it is cut short or altered");
    return from_json(body);
}

}  // namespace foyer::tls
