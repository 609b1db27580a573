// What comes through the local socket: one JSON object on a line.
//
//   {"do": "status"}
//   {"do": "limits", "limits": {…}}    all of them, as in node-agent/state/limits_json.h
//   {"do": "refuse", "refuses": {…}}   all of it, as in node-agent/state/host_json.h
//   {"do": "upgrades", "on": true}     whether this box takes newer agents from the master
//   {"do": "order", "wish": "paused" | "draining" | "leaving" | "serving", "until_unix_ms": 0}
//
// The answer is the status document, after an order or limits as it is then, or {"error": "…"}.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/model/host_wish.h"
#include "common/model/refusals.h"
#include "node-agent/domain/host_limits.h"

namespace foyer::agent {

// An order may end by itself within so long.
inline constexpr Duration order_span_max{366LL * 24 * 3600 * 1000};

struct HostRequest {
    std::optional<HostOrder> order;      // neither: only the status is asked for
    std::optional<HostLimits> limits{};  // in place of all that were set
    std::optional<HostRefusals> refuses{};
    std::optional<bool> upgrades{};  // whether this box takes them
    friend bool operator==(const HostRequest&, const HostRequest&) = default;
};

std::string to_line(const HostRequest& request);
// InvalidArgument: it is none, or its time is over, or too far.
Result<HostRequest> parse_request(const std::string& line, WallTime now);

std::string refusal_json(const Error& failure);
// The reason in such an answer; nothing when it is a document.
std::optional<std::string> refusal_in(const std::string& answer);

}  // namespace foyer::agent
