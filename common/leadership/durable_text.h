// What a member never forgets, as text: the file of a group on its box (node-agent/state).
#pragma once

#include <string>
#include <string_view>

#include "common/leadership/durable.h"

namespace foyer::leadership {

constexpr std::size_t durable_text_max = 1'048'576;  // twice a full chain of the largest group

std::string to_text(const Durable& durable);
// InvalidArgument names the line. Only what to_text() writes is accepted.
Result<Durable> parse_durable(std::string_view text);

}  // namespace foyer::leadership
