// What a host pastes: the text as it is, and bytes as the JSON inside it.
#include "common/tls/enrol_token.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/tls/address.h"
#include "common/tls/wireguard_key.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

void read_token(std::string_view text) {
    const auto token = tls::decode_enrol_token(text);
    if (!token.ok()) return;
    const std::string again = tls::encode_enrol_token(token.value());
    CHECK(tls::decode_enrol_token(again).value() == token.value());
    for (const std::string& address : token.value().addresses)
        CHECK(tls::split_address(address).ok());
}

void feed(std::string_view bytes) {
    read_token(bytes);
    read_token("foyer1." + to_base64url(as_bytes(bytes)));
    discard(tls::split_address(bytes), "only that it returns");
    discard(tls::wireguard_public_key(Secret(std::string(bytes))), "only that it returns");
}

std::vector<std::string> seeds() {
    const tls::EnrolToken token{{"foyer.example:7443", "[2001:db8::1]:7443"},
                                Secret<std::string>("s3"),
                                std::string(64, 'a')};
    const std::string text = tls::encode_enrol_token(token);
    const auto inside = from_base64url(std::string_view(text).substr(7));
    return {text, std::string(inside->begin(), inside->end()), "[::1]:443",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"};
}

}  // namespace

const Target enrol_token{"enrol_token", feed, seeds};

}  // namespace foyer::fuzz
