#include "master/http/cookies.h"

#include "common/base/trim.h"
#include "common/tls/sha256.h"

namespace foyer::master {
namespace {

constexpr std::size_t value_bytes_max = 1'000;

}  // namespace

std::string cookie_in(std::string_view header, std::string_view name) {
    std::string found;
    int times = 0;
    while (!header.empty()) {
        const auto end = header.find(';');
        const std::string_view pair = trimmed(header.substr(0, end));
        header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
        found = pair.substr(equals + 1);
        ++times;
    }
    return times == 1 && found.size() <= value_bytes_max ? found : std::string();
}

std::string set_cookie(std::string_view name, std::string_view value, Duration life) {
    return std::string(name) + "=" + std::string(value) +
           "; Path=/; Max-Age=" + std::to_string(life.count() / 1000) +
           "; Secure; HttpOnly; SameSite=Strict";
}

std::string csrf_token_of(std::string_view token) {
    return tls::sha256_hex("foyer csrf\n" + std::string(token));
}

bool is_own_origin(std::string_view origin, std::string_view host) {
    if (origin.empty()) return true;
    constexpr std::string_view scheme = "https://";
    return origin.starts_with(scheme) && origin.substr(scheme.size()) == host;
}

}  // namespace foyer::master
