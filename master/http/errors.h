// Errors as HTTP: the one table of codes, and the one shape of body.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::master {

// Of an error: that of its code, but 412 where an If-Match names another revision.
int http_status_of(const Error& failure);
int http_status_of(ErrorCode code);

// {"code": "not_found", "message": …, "details": [{"key": …, "value": …}], "request_id": …}
std::string error_body(const Error& failure, std::string_view request_id);

}  // namespace foyer::master
