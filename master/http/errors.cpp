#include "master/http/errors.h"

#include <algorithm>

#include "master/http/json_text.h"

namespace foyer::master {

int http_status_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument: return 400;
        case ErrorCode::NotFound: return 404;
        case ErrorCode::AlreadyExists: return 409;
        case ErrorCode::PermissionDenied: return 403;
        case ErrorCode::Unauthenticated: return 401;
        case ErrorCode::FailedPrecondition:
            return 409;  // the state says no: the same request may go through later
        case ErrorCode::ResourceExhausted: return 429;
        case ErrorCode::Aborted: return 409;
        case ErrorCode::Unavailable: return 503;
        case ErrorCode::DeadlineExceeded: return 504;
        case ErrorCode::Unknown:
            return 504;  // it may have happened: repeat with the same Idempotency-Key
        case ErrorCode::Internal: return 500;
    }
    CHECK(false);
}

std::string_view advice_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument:
            return "The request is wrong and stays wrong: change what `path` or `field` names.";
        case ErrorCode::NotFound: return "There is no such thing, or it is not yours to see.";
        case ErrorCode::AlreadyExists: return "The name is taken: choose another one.";
        case ErrorCode::PermissionDenied:
            return "You are known, and may not do this: `roles` names who may.";
        case ErrorCode::Unauthenticated:
            return "The token is missing, unknown or over: send a good one.";
        case ErrorCode::FailedPrecondition:
            return "The request is right, the state is not: `rule` says which; try again once that "
                   "has changed.";
        case ErrorCode::ResourceExhausted:
            return "There is no room, or a limit is reached: ask later or for less; with the rule "
                   "`rate` after `retry_after_ms`.";
        case ErrorCode::Aborted:
            return "Something else came first, or the Idempotency-Key belongs to another request: "
                   "read again, then decide again.";
        case ErrorCode::Unavailable: return "A part is away: repeat the same request.";
        case ErrorCode::DeadlineExceeded:
            return "It took too long, and may have happened: repeat it with the same "
                   "Idempotency-Key.";
        case ErrorCode::Unknown:
            return "The outcome could not be learnt: repeat it with the same Idempotency-Key.";
        case ErrorCode::Internal: return "A bug of ours: tell us the `request_id`.";
    }
    CHECK(false);
}

int http_status_of(const Error& failure) {
    const auto is_if_match = [](const ErrorDetail& detail) {
        return detail.key == "rule" && detail.value == "if_match";
    };
    if (failure.code == ErrorCode::Aborted && std::ranges::any_of(failure.details, is_if_match))
        return 412;
    return http_status_of(failure.code);
}

std::string error_body(const Error& failure, std::string_view request_id) {
    std::string body = "{\"code\":";
    append_json_string(body, to_text(failure.code));
    body += ",\"message\":";
    append_json_string(body, failure.message);
    body += ",\"details\":[";
    for (std::size_t i = 0; i < failure.details.size(); ++i) {
        body += i == 0 ? "{\"key\":" : ",{\"key\":";
        append_json_string(body, failure.details[i].key);
        body += ",\"value\":";
        append_json_string(body, failure.details[i].value);
        body += '}';
    }
    body += "],\"request_id\":";
    append_json_string(body, request_id);
    body += ",\"doc\":\"/v1/docs#code-" + std::string(to_text(failure.code)) + "\"}\n";
    return body;
}

}  // namespace foyer::master
