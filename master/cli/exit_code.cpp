#include "master/cli/exit_code.h"

#include <array>
#include <utility>

#include "master/cli/text_width.h"

namespace foyer::cli {
namespace {

constexpr std::size_t facts_shown_max = 30;

constexpr auto code_names = std::to_array<std::pair<std::string_view, ErrorCode>>({
    {"invalid_argument", ErrorCode::InvalidArgument},
    {"not_found", ErrorCode::NotFound},
    {"already_exists", ErrorCode::AlreadyExists},
    {"permission_denied", ErrorCode::PermissionDenied},
    {"unauthenticated", ErrorCode::Unauthenticated},
    {"failed_precondition", ErrorCode::FailedPrecondition},
    {"resource_exhausted", ErrorCode::ResourceExhausted},
    {"aborted", ErrorCode::Aborted},
    {"unavailable", ErrorCode::Unavailable},
    {"deadline_exceeded", ErrorCode::DeadlineExceeded},
    {"unknown", ErrorCode::Unknown},
    {"internal", ErrorCode::Internal},
});

constexpr auto statuses = std::to_array<ExitStatus>({
    {ExitCode::Ok, "done"},
    {ExitCode::Failed, "failed (an operation failed, doctor found the cloud unwell, or a bug)"},
    {ExitCode::Usage, "wrong use, or input the master calls invalid"},
    {ExitCode::NotFound, "not found"},
    {ExitCode::Refused, "refused: rights, policy, capacity or state"},
    {ExitCode::StillRunning, "still running when the time to wait was over"},
    {ExitCode::Conflict, "conflict: the name is taken, or somebody was faster"},
    {ExitCode::NotReachable,
     "the master cannot be reached (or its answer was lost: repeat with --request-id)"},
});

}  // namespace

ExitCode exit_code_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument: return ExitCode::Usage;
        case ErrorCode::NotFound: return ExitCode::NotFound;
        case ErrorCode::AlreadyExists: return ExitCode::Conflict;
        case ErrorCode::PermissionDenied: return ExitCode::Refused;
        case ErrorCode::Unauthenticated: return ExitCode::Refused;
        case ErrorCode::FailedPrecondition: return ExitCode::Refused;
        case ErrorCode::ResourceExhausted: return ExitCode::Refused;
        case ErrorCode::Aborted: return ExitCode::Conflict;
        case ErrorCode::Unavailable: return ExitCode::NotReachable;
        case ErrorCode::DeadlineExceeded: return ExitCode::StillRunning;
        case ErrorCode::Unknown: return ExitCode::NotReachable;
        case ErrorCode::Internal: return ExitCode::Failed;
    }
    return ExitCode::Failed;
}

std::span<const ExitStatus> exit_statuses() { return statuses; }

ErrorCode error_code_of(std::string_view name) {
    for (const auto& [known, code] : code_names) {
        if (known == name) return code;
    }
    return ErrorCode::Internal;
}

Error usage_error(std::string message, std::string next) {
    Error failure = error(ErrorCode::InvalidArgument, std::move(message));
    if (!next.empty()) failure.details.push_back({std::string(next_key), std::move(next)});
    return failure;
}

std::string describe(const Error& failure) {
    std::string text = "foyer: " + printable(failure.message) + "\n";
    std::string next;
    std::size_t shown = 0;
    for (const ErrorDetail& fact : failure.details) {
        if (fact.key == next_key) {
            next = "  next: " + printable(fact.value) + "\n";
        } else if (++shown <= facts_shown_max) {
            text += "  " + printable(fact.key) + ": " + printable(fact.value) + "\n";
        }
    }
    if (shown > facts_shown_max) {
        text += "  … and " + std::to_string(shown - facts_shown_max) + " more facts\n";
    }
    return text + next;
}

}  // namespace foyer::cli
