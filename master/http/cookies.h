// The two cookies a login gives to a browser, and the check that a write was meant by a page of
// ours. Pure. Both are `__Host-` cookies: Secure, for this host alone, out of reach of scripts, and
// never sent by other sites (RFC 6265bis).
#pragma once

#include <string>
#include <string_view>

#include "common/base/time.h"

namespace foyer::master {

inline constexpr std::string_view session_cookie = "__Host-foyer_session";
inline constexpr std::string_view device_cookie = "__Host-foyer_device";

// The value of a cookie in a Cookie header; empty: it is not there, or twice, or over 1,000 bytes.
std::string cookie_in(std::string_view header, std::string_view name);

// A Set-Cookie line. `life` of 0: the browser forgets it.
std::string set_cookie(std::string_view name, std::string_view value, Duration life);

// What a page sends as X-CSRF-Token: only who was told it with the session can know it.
std::string csrf_token_of(std::string_view token);

// Whether `origin` is the page of this very host. Empty: nobody said, no browser with a page did.
bool is_own_origin(std::string_view origin, std::string_view host);

}  // namespace foyer::master
