// Countries, as hosts and operators write them.
#pragma once

#include "common/model/ids.h"

namespace foyer {

// Of whom nobody has said where he is. No country has this code.
inline constexpr std::string_view unknown_country = "ZZ";

// An assigned code of ISO 3166-1 alpha-2, in capitals. "UK" is none: that is GB.
bool is_country(const CountryCode& country);

}  // namespace foyer
