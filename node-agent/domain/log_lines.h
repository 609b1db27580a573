// The text of a partition's log as conmon writes it (its format "k8s-file"), and places in it.
// Pure.
//
//   2026-03-01T12:30:00.250000000+00:00 stdout F listening on 8000
//   time                                stream F: whole line, P: it goes on
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/model/errand.h"

namespace foyer::agent {

// Nothing: no such line (cut by a full disk or a power cut).
std::optional<LogLine> parse_log_line(std::string_view line);

// Byte of a file; a rotated log is another file.
struct LogPlace {
    std::uint64_t file = 0;  // inode
    std::uint64_t offset = 0;
    friend bool operator==(const LogPlace&, const LogPlace&) = default;
};
std::string to_text(const LogPlace& place);
std::optional<LogPlace> parse_log_place(std::string_view text);

// The whole lines of `bytes`, which stand in the file from `begin` on: all of them, or the `newest`
// last ones where that is not 0, as many as a part may hold. `last` is the place behind them; a
// line that has no end yet is not among them.
LogPart lines_of(std::string_view bytes, const LogPlace& begin, int newest);

}  // namespace foyer::agent
