// What the shell is told, and how errors are worded.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::cli {

// Documented in `foyer --help`; scripts rely on the numbers.
enum class ExitCode {
    Ok = 0,
    Failed = 1,
    Usage = 2,
    NotFound = 3,
    Refused = 4,
    StillRunning = 5,
    Conflict = 6,
    NotReachable = 7,
};

ExitCode exit_code_of(ErrorCode code);

// What help and manual say of each.
struct ExitStatus {
    ExitCode code;
    std::string_view meaning;
};
std::span<const ExitStatus> exit_statuses();

// The API's name of a code and back ("failed_precondition"). Unknown names are Internal.
ErrorCode error_code_of(std::string_view name);

// Keys of details this program gives a meaning to: the command to try next, the request's id.
inline constexpr std::string_view next_key = "next";
inline constexpr std::string_view request_id_key = "request_id";

// An error of wrong use; `next` is the command to try.
Error usage_error(std::string message, std::string next = {});

// "foyer: what went wrong", its facts, `next: …`. Every line ends in '\n'.
std::string describe(const Error& failure);

}  // namespace foyer::cli
