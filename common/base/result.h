// Result<T>: a value or an Error, and TRY, which leaves the function with the error.
//
// Errors of the world are values; exceptions are for bugs and exhausted memory only. A code exists
// only if some caller reacts to it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/base/check.h"

namespace foyer {

// A subset of the gRPC codes; one table per border maps it (common/wire/status_map,
// master/http/errors).
enum class ErrorCode {
    InvalidArgument,     // the caller's input is wrong, and will stay wrong
    NotFound,            // no such thing, or not yours to see
    AlreadyExists,       // the name is taken
    PermissionDenied,    // known, but not allowed
    Unauthenticated,     // unknown caller
    FailedPrecondition,  // right input, wrong state: do not retry before the state changed
    ResourceExhausted,   // no capacity, or a limit reached: retry later or order less
    Aborted,             // lost a race (revision, idempotency key with another body): decide again
    Unavailable,         // a part is down: retry the same call
    DeadlineExceeded,    // it took too long; it may or may not have happened
    Unknown,   // the outcome could not be learnt (lost commit): repeat with the same request_id
    Internal,  // a bug of ours
};

// The code as APIs and logs spell it: "not_found".
constexpr std::string_view to_text(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument: return "invalid_argument";
        case ErrorCode::NotFound: return "not_found";
        case ErrorCode::AlreadyExists: return "already_exists";
        case ErrorCode::PermissionDenied: return "permission_denied";
        case ErrorCode::Unauthenticated: return "unauthenticated";
        case ErrorCode::FailedPrecondition: return "failed_precondition";
        case ErrorCode::ResourceExhausted: return "resource_exhausted";
        case ErrorCode::Aborted: return "aborted";
        case ErrorCode::Unavailable: return "unavailable";
        case ErrorCode::DeadlineExceeded: return "deadline_exceeded";
        case ErrorCode::Unknown: return "unknown";
        case ErrorCode::Internal: return "internal";
    }
    CHECK(false);
}

// One fact of an error a machine can check: which rule, which field, which node. Keys are
// snake_case.
struct ErrorDetail {
    std::string key;
    std::string value;
    friend bool operator==(const ErrorDetail&, const ErrorDetail&) = default;
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;  // lower case, no full stop, ids quoted: what, why, and what to do next
                          // where that is known
    std::vector<ErrorDetail> details = {};
    friend bool operator==(const Error&, const Error&) = default;
};

[[nodiscard]] inline Error error(ErrorCode code, std::string message,
                                 std::vector<ErrorDetail> details = {}) {
    return Error{code, std::move(message), std::move(details)};
}

// "context: message", code and details kept.
[[nodiscard]] inline Error in_context(std::string_view context, Error cause) {
    cause.message = std::string(context) + ": " + cause.message;
    return cause;
}

struct Unit {
    friend bool operator==(const Unit&, const Unit&) = default;
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: meant to be implicit
    Result(Error failure)
        : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT: meant to be implicit

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T& value() const& {
        CHECK(ok());
        return std::get<0>(state_);
    }
    T& value() & {
        CHECK(ok());
        return std::get<0>(state_);
    }
    T&& value() && {
        CHECK(ok());
        return std::get<0>(std::move(state_));
    }
    const Error& failure() const& {
        CHECK(!ok());
        return std::get<1>(state_);
    }
    Error&& failure() && {
        CHECK(!ok());
        return std::get<1>(std::move(state_));
    }
    T value_or(T fallback) && {
        return ok() ? std::get<0>(std::move(state_)) : std::move(fallback);
    }

private:
    std::variant<T, Error> state_;
};

using Status = Result<Unit>;
inline Status ok_status() { return Unit{}; }

// Ignoring a result on purpose says why, and can be searched for.
template <class T>
void discard(const Result<T>&, std::string_view /*why*/) {}

}  // namespace foyer

// TRY(expr): the value of a Result, or return its error from this function.
#define TRY(expression)                                   \
    __extension__({                                       \
        auto&& foyer_try_result = (expression);           \
        if (!foyer_try_result.ok()) [[unlikely]] {        \
            return std::move(foyer_try_result).failure(); \
        }                                                 \
        std::move(foyer_try_result).value();              \
    })
