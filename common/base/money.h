// Amounts of money as people read them.
#pragma once

#include <string>
#include <string_view>

#include "common/base/units.h"

namespace foyer {

// "27.00", "0.05", "-1.50"; of every number of cents.
std::string decimal_text(Cents cents);

// An ISO 4217 code is three capitals, like EUR. Whether one exists is not asked.
bool is_currency_code(std::string_view text);

}  // namespace foyer
