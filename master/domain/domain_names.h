// Which names a customer may bring along: hostnames as DNS and certificates have them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::master {

inline constexpr std::size_t domain_bytes_max = 253;  // RFC 1035, as text
inline constexpr std::size_t domain_label_bytes_max = 63;

// Lower case and without a dot at its end: the one text of a name. Nothing else is changed.
std::string to_domain_text(std::string_view name);

// InvalidArgument, with the rule in words and what to type: not such a text, a wildcard, an
// address, a name that no public authority vouches for, or one at or below `zone`, which is the
// cloud's own.
Status check_domain_name(std::string_view name, std::string_view zone);

}  // namespace foyer::master
