// Errors as HTTP: the one table of codes, and the one shape of body.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::master {

// Of an error: that of its code, but 412 where an If-Match names another revision.
int http_status_of(const Error& failure);
int http_status_of(ErrorCode code);

// What a code means and what to do, one sentence for people; on the page of the API.
std::string_view advice_of(ErrorCode code);

// {"code": "not_found", "message": …, "details": [{"key": …, "value": …}], "request_id": …, "doc":
// the place on the page of the API where the code is explained}
std::string error_body(const Error& failure, std::string_view request_id);

}  // namespace foyer::master
