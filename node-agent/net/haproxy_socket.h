// haproxy's runtime socket: one command, one answer.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::agent {

// Unavailable when nobody answers within `timeout`. The answer is haproxy's text, without the blank
// line at its end.
Result<std::string> ask_haproxy(const std::string& socket_path, const std::string& command,
                                Duration timeout = Duration(5'000));

}  // namespace foyer::agent
