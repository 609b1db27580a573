// What the host allows, and what was moved: for the disk, the local socket and the status.
//
//   {"upload_kbit": 20000, "download_kbit": 0, "upload_active_kbit": 0, "download_active_kbit": 0,
//    "month_bytes": 0, "quiet": [{"from": "22:30", "until": "06:30", "act": "pause" | "lower"}]}
//
// 0: no such limit.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "node-agent/domain/host_limits.h"
#include "node-agent/domain/traffic_book.h"

namespace foyer::agent {

nlohmann::json to_json(const HostLimits& limits);
std::optional<HostLimits> limits_from_json(const nlohmann::json& body);

nlohmann::json to_json(const TrafficBook& book);
std::optional<TrafficBook> traffic_from_json(const nlohmann::json& body);

// "22:30", and back: minutes after midnight.
std::string clock_text(int minute);
std::optional<int> clock_minute(std::string_view text);

std::string_view to_text(QuietAct act);
std::optional<QuietAct> quiet_act_from(std::string_view text);

}  // namespace foyer::agent
