#include "common/wire/status_map.h"

#include <grpcpp/support/status.h>
#include <nlohmann/json.hpp>

namespace foyer::wire {
namespace {

constexpr std::size_t details_max = 32;
constexpr std::size_t details_bytes_max = 4096;
constexpr std::size_t message_bytes_max =
    2048;  // HTTP/2 headers have a limit of their own, 8 KiB by default

grpc::StatusCode code_to_grpc(ErrorCode code) {
    switch (code) {
        case ErrorCode::InvalidArgument: return grpc::StatusCode::INVALID_ARGUMENT;
        case ErrorCode::NotFound: return grpc::StatusCode::NOT_FOUND;
        case ErrorCode::AlreadyExists: return grpc::StatusCode::ALREADY_EXISTS;
        case ErrorCode::PermissionDenied: return grpc::StatusCode::PERMISSION_DENIED;
        case ErrorCode::Unauthenticated: return grpc::StatusCode::UNAUTHENTICATED;
        case ErrorCode::FailedPrecondition: return grpc::StatusCode::FAILED_PRECONDITION;
        case ErrorCode::ResourceExhausted: return grpc::StatusCode::RESOURCE_EXHAUSTED;
        case ErrorCode::Aborted: return grpc::StatusCode::ABORTED;
        case ErrorCode::Unavailable: return grpc::StatusCode::UNAVAILABLE;
        case ErrorCode::DeadlineExceeded: return grpc::StatusCode::DEADLINE_EXCEEDED;
        case ErrorCode::Unknown: return grpc::StatusCode::UNKNOWN;
        case ErrorCode::Internal: return grpc::StatusCode::INTERNAL;
    }
    CHECK(false);
}

ErrorCode code_from_grpc(grpc::StatusCode code) {
    switch (code) {
        case grpc::StatusCode::OK: return ErrorCode::Internal;  // the caller promised a failure
        case grpc::StatusCode::CANCELLED: return ErrorCode::Unavailable;
        case grpc::StatusCode::UNKNOWN: return ErrorCode::Unknown;
        case grpc::StatusCode::INVALID_ARGUMENT: return ErrorCode::InvalidArgument;
        case grpc::StatusCode::DEADLINE_EXCEEDED: return ErrorCode::DeadlineExceeded;
        case grpc::StatusCode::NOT_FOUND: return ErrorCode::NotFound;
        case grpc::StatusCode::ALREADY_EXISTS: return ErrorCode::AlreadyExists;
        case grpc::StatusCode::PERMISSION_DENIED: return ErrorCode::PermissionDenied;
        case grpc::StatusCode::RESOURCE_EXHAUSTED: return ErrorCode::ResourceExhausted;
        case grpc::StatusCode::FAILED_PRECONDITION: return ErrorCode::FailedPrecondition;
        case grpc::StatusCode::ABORTED: return ErrorCode::Aborted;
        case grpc::StatusCode::OUT_OF_RANGE: return ErrorCode::InvalidArgument;
        case grpc::StatusCode::UNIMPLEMENTED: return ErrorCode::FailedPrecondition;
        case grpc::StatusCode::INTERNAL: return ErrorCode::Internal;
        case grpc::StatusCode::UNAVAILABLE: return ErrorCode::Unavailable;
        case grpc::StatusCode::DATA_LOSS: return ErrorCode::Internal;
        case grpc::StatusCode::UNAUTHENTICATED: return ErrorCode::Unauthenticated;
        case grpc::StatusCode::DO_NOT_USE: break;
    }
    return ErrorCode::Unknown;  // a number from a newer peer
}

std::string details_text(const std::vector<ErrorDetail>& details) {
    auto list = nlohmann::json::array();
    std::string text;
    for (const ErrorDetail& detail : details) {
        if (list.size() == details_max) break;
        list.push_back({{"key", detail.key}, {"value", detail.value}});
        std::string longer = list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
        if (longer.size() > details_bytes_max) break;
        text = std::move(longer);
    }
    return text;
}

std::vector<ErrorDetail> details_from(const std::string& text) {
    std::vector<ErrorDetail> details;
    if (text.empty() || text.size() > details_bytes_max) return details;
    const auto list = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!list.is_array()) return details;
    for (const auto& item : list) {
        if (details.size() == details_max || !item.is_object()) break;
        const auto key = item.find("key");
        const auto value = item.find("value");
        if (key == item.end() || value == item.end() || !key->is_string() || !value->is_string())
            break;
        details.push_back({key->get<std::string>(), value->get<std::string>()});
    }
    return details;
}

}  // namespace

grpc::Status to_grpc(const Error& failure) {
    return {code_to_grpc(failure.code), failure.message.substr(0, message_bytes_max),
            details_text(failure.details)};
}

Error from_grpc(const grpc::Status& status) {
    return error(code_from_grpc(status.error_code()), status.error_message(),
                 details_from(status.error_details()));
}

}  // namespace foyer::wire
