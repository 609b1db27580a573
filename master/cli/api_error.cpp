#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/api_client.h"
#include "master/cli/exit_code.h"
#include "master/cli/json_fields.h"

namespace foyer::cli {
namespace {

// For replies that are not the API's own (a proxy, an old master).
ErrorCode code_of_status(int status) {
    if (status == 400 || status == 413 || status == 422) return ErrorCode::InvalidArgument;
    if (status == 401) return ErrorCode::Unauthenticated;
    if (status == 403) return ErrorCode::PermissionDenied;
    if (status == 404) return ErrorCode::NotFound;
    if (status == 409) return ErrorCode::Aborted;
    if (status == 412) return ErrorCode::Aborted;
    if (status == 429) return ErrorCode::ResourceExhausted;
    if (status == 502 || status == 503) return ErrorCode::Unavailable;
    if (status == 504) return ErrorCode::DeadlineExceeded;
    return ErrorCode::Internal;
}

}  // namespace

Error error_of_reply(int status, std::string_view body, const Asked& asked) {
    const Json reply = Json::parse(body, nullptr, false);
    const std::string code = text_field(reply, "code");
    Error failure;
    if (code.empty()) {
        failure = error(code_of_status(status),
                        fmt::format("the server answered HTTP {} without a reason", status));
    } else {
        failure = error(error_code_of(code), text_field(reply, "message"));
        if (failure.message.empty()) failure.message = code;
    }
    for (const Json& fact : list_field(reply, "details")) {
        failure.details.push_back({text_field(fact, "key"), text_field(fact, "value")});
    }
    const std::string request = text_field(reply, "request_id");
    if (!request.empty()) failure.details.push_back({std::string(request_id_key), request});
    std::string next = next_after(failure, asked);
    if (!next.empty()) failure.details.push_back({std::string(next_key), std::move(next)});
    return failure;
}

}  // namespace foyer::cli
