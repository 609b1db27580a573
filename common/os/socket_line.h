// A question and its answer over a local socket: one line each way, of which neither may be long or
// late. For descriptors of sockets that are not blocking, or that have just become ready.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "common/base/time.h"

namespace foyer::os {

// `events` as poll() has them. False: nothing of them came within that time.
bool ready(int descriptor, short events, Duration within);

// Up to the first line's end, without it. Nothing: no piece of it came for `patience`, the other
// side left, or it is longer than that.
std::optional<std::string> read_line(int descriptor, std::size_t bytes_max, Duration patience);

}  // namespace foyer::os
