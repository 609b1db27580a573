// An HTTP request as the message its rpc takes: body, path, query and Idempotency-Key put together.
// Pure.
#pragma once

#include <string_view>

#include "common/base/result.h"
#include "master/http/json_parse.h"
#include "master/http/router.h"

namespace foyer::master {

struct RequestParts {
    const Matched& matched;
    std::string_view body;             // JSON; only for POST and PUT
    std::string_view idempotency_key;  // empty: none
};

// InvalidArgument with the path of what is wrong: a field given twice with different values, an
// unknown query key, …
Status fill_request(const RequestParts& parts, google::protobuf::Message& message,
                    const JsonLimits& limits);

}  // namespace foyer::master
