// What a box remembers of itself, as the text of a file. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "common/base/result.h"
#include "node-agent/care/history.h"

namespace foyer::agent::care {

inline constexpr std::size_t history_bytes_max = std::size_t{256} << 10;

std::string history_json(const History& history);
// InvalidArgument: it is none, or not whole. Whatever the text is, the limits of history.h hold.
Result<History> history_from(const std::string& text);

}  // namespace foyer::agent::care
