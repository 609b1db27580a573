// Small texts of /proc and /sys. Pure; anything may stand in them.
#pragma once

#include <optional>
#include <string_view>

#include "node-agent/care/box_facts.h"

namespace foyer::agent::care {

// A file of one number, with its line end; 0x… too.
std::optional<std::int64_t> whole_number(std::string_view text);
// A file of one word or line; unprintable characters are shown as '?', and it is cut at 64.
std::string line_of(std::string_view text);
// "45000" → 45. Absent: it is no temperature that a machine survives (-60 to 200).
std::optional<int> milli_celsius(std::string_view text);
// /proc/pressure/*. Absent: no line of it is right.
std::optional<Pressure> parse_pressure(std::string_view text);
// /proc/meminfo.
std::optional<Memory> parse_memory(std::string_view text);
// "0x02 0x01": the larger of both, as the most that is used in percent (0x0b: more than 100).
std::optional<int> emmc_used_percent(std::string_view text);
// "0x01".
std::optional<EmmcReserve> emmc_reserve(std::string_view text);

}  // namespace foyer::agent::care
