// What comes through the local socket: one JSON object on a line.
//
//   {"do": "status"}
//   {"do": "order", "wish": "paused" | "draining" | "leaving" | "serving", "until_unix_ms": 0}
//
// The answer is the status document, for an order as it is afterwards, or {"error": "…"}. Pure.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/model/host_wish.h"

namespace foyer::agent {

// An order may end by itself within so long.
inline constexpr Duration order_span_max{366LL * 24 * 3600 * 1000};

struct HostRequest {
    std::optional<HostOrder> order;  // none: only the status is asked for
    friend bool operator==(const HostRequest&, const HostRequest&) = default;
};

std::string to_line(const HostRequest& request);
// InvalidArgument: it is none, or its time is over, or too far.
Result<HostRequest> parse_request(const std::string& line, WallTime now);

std::string refusal_json(const Error& failure);
// The reason in such an answer; nothing when it is a document.
std::optional<std::string> refusal_in(const std::string& answer);

}  // namespace foyer::agent
