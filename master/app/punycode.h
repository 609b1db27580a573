// Names with letters that DNS has not, as DNS would have them (IDNA 2008).
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::master {

// Nothing is wrong with letters of DNS. InvalidArgument for others, with what to type instead where
// there is such a name.
Status check_letters_of_dns(std::string_view name);

}  // namespace foyer::master
