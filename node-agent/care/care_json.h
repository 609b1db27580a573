// A box's health in the status, as a document and as lines for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "node-agent/care/care_keeper.h"

namespace foyer::agent::care {

// {"looked_at", "trust_per_mille", "disks_problem", "findings": […], "disks": […],
//  "temperatures": […], …}. What is not known is not in it.
nlohmann::json care_json(const CareState& state);
// "health   worse, trusts itself 800 of 1000" and a line for each finding. Whatever is given;
// nothing before the first look.
std::string care_lines(const nlohmann::json& care);

// For people, in one line each; empty: nothing is known.
std::string disks_text(const std::vector<DiskHealth>& disks);
std::string temperature_text(const std::vector<Temperature>& all);

}  // namespace foyer::agent::care
