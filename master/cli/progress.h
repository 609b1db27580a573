// Progress of an operation as text: functions of the operation's JSON and the time, nothing else.
#pragma once

#include <string>
#include <vector>

#include "common/base/time.h"
#include "master/cli/json_fields.h"

namespace foyer::cli {

struct ProgressStyle {
    int width = 80;  // columns of the terminal
    bool unicode = true;
};

// One line that is drawn over and over: "order acme  [████░░░░]  3/8  prepare acme-1: fetching
// 0:12"
std::string progress_line(const Json& operation, WallTime now, const ProgressStyle& style);

// What happened between two looks, a line each: steps begun, said something new, ended. `before` is
// null at the first look. With `ended_only` just the ended ones (a terminal shows the rest itself).
enum class News { All, EndedOnly };
std::vector<std::string> progress_news(const Json& before, const Json& after, WallTime now,
                                       News which);

// "tryton image 1/3  [███░░░]  12 MiB of 40 MiB  8.1 MiB/s  0:02"
struct Transfer {
    std::string what;
    std::int64_t done_bytes = 0;
    std::int64_t total_bytes = 0;
    Duration elapsed{0};
};
std::string transfer_line(const Transfer& transfer, const ProgressStyle& style);

// The instance or the node it works on.
std::string subject_of(const Json& operation);
bool is_running(const Json& operation);
bool has_failed(const Json& operation);

}  // namespace foyer::cli
