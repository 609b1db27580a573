// Whether a text is an IPv6 address and nothing else: what passes is written into the languages of
// other programs.
#pragma once

#include <arpa/inet.h>
#include <string>

namespace foyer::agent {

inline bool is_ipv6(const std::string& text) {
    in6_addr parsed = {};
    // inet_pton stops at a zero byte; what stands behind it would go on unread.
    return text.find('\0') == std::string::npos &&
           ::inet_pton(AF_INET6, text.c_str(), &parsed) == 1;
}

}  // namespace foyer::agent
