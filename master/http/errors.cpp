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
    body += "}\n";
    return body;
}

}  // namespace foyer::master
