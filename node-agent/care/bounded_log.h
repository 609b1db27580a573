// Logs of programs that run for months and know no end of their files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/result.h"

namespace foyer::agent::care {

inline constexpr std::int64_t log_bytes_max = std::int64_t{1} << 20;
inline constexpr std::int64_t log_bytes_kept = std::int64_t{64} << 10;

// A log longer than log_bytes_max begins anew: its last log_bytes_kept, from the start of a line
// on, are put into `file`.1, in place of what was there. Its writer appends (O_APPEND) and needs
// not be told; what it writes in that very moment may be lost. True: it was cut. Missing is fine.
Result<bool> bound_log(const std::string& file);
// All "*.log" of a folder; those that were cut. A missing folder is fine.
Result<std::vector<std::string>> bound_logs_in(const std::string& folder);

}  // namespace foyer::agent::care
