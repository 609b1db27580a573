// What an identity provider sends: an ID token in line 1, its key set behind. And what browsers
// send as cookies.
#include "master/login/id_token.h"

#include "common/base/check.h"
#include "master/http/cookies.h"
#include "tests/fuzz/target.h"

namespace foyer::fuzz {
namespace {

void feed(std::string_view bytes) {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const std::string token(bytes.substr(0, end));
    const std::string keys(bytes.substr(std::min(end + 1, bytes.size())));
    const master::IdTokenRules rules{"https://a.example", "foyer", "nonce"};
    const WallTime now{1'700'000'000'000};
    // No key of these signed anything.
    CHECK(!master::read_id_token(token, keys, rules, now).ok());
    static_cast<void>(master::names_unknown_key(token, keys));  // only that it returns
    const std::string cookie = master::cookie_in(bytes, master::session_cookie);
    CHECK(cookie.size() <= 1'000 && cookie.find(';') == std::string::npos);
}

std::vector<std::string> seeds() {
    const std::string set = R"({"keys":[{"kty":"EC","crv":"P-256","kid":"k",)"
                            R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                            R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";
    return {"eyJhbGciOiJFUzI1NiIsImtpZCI6ImsifQ.eyJzdWIiOiJhIn0.AAAA\n" + set,
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.\n{}",
            "a=b; __Host-foyer_session=foyer_a_b; __Host-foyer_device=x"};
}

}  // namespace

const Target id_token{"id_token", feed, seeds};

}  // namespace foyer::fuzz
