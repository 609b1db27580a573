#include "node-agent/host/limits_page.h"

#include <nlohmann/json.hpp>

#include "common/base/check.h"
#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "node-agent/host/limits_text.h"
#include "node-agent/host/machine_zone.h"
#include "node-agent/state/limits_json.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

const char* to_text(CapMeans means) {
    switch (means) {
        case CapMeans::None: return "none";
        case CapMeans::FairQueue: return "fair-queue";
        case CapMeans::Queue: return "queue";
        case CapMeans::Drop: return "drop";
    }
    CHECK(false);
}

std::string month_text(LocalMonth month) {
    return std::to_string(month.year) + (month.month < 10 ? "-0" : "-") +
           std::to_string(month.month);
}

// Of a document that may be anything: empty, 0 or an empty object where it is something else.
const Json& at(const Json& body, const char* key) {
    static const Json nothing = Json::object();
    if (!body.is_object()) return nothing;
    const auto found = body.find(key);
    return found == body.end() ? nothing : *found;
}

std::string text_at(const Json& body, const char* key) {
    const Json& found = at(body, key);
    return found.is_string() ? found.get<std::string>() : std::string();
}

std::int64_t number_at(const Json& body, const char* key) {
    const Json& found = at(body, key);
    return found.is_number_integer() ? found.get<std::int64_t>() : 0;
}

bool flag_at(const Json& body, const char* key) {
    const Json& found = at(body, key);
    return found.is_boolean() && found.get<bool>();
}

std::string local_at(const Json& body, const char* key) {
    const auto parts = parse_rfc3339(text_at(body, key));
    return parts ? local_text(WallTime{parts->seconds * 1000}) : std::string();
}

std::string line(std::string name, const std::string& text) {
    name.resize(std::max<std::size_t>(name.size() + 1, 9), ' ');
    return name + text + "\n";
}

std::string rate_at(const Json& body, const char* key) {
    return mbit_text(KbitPerSecond(number_at(body, key)));
}

// "up 5, down 30 Mbit/s: the household needs its line"; nothing without caps.
std::string caps_text(const Json& limits) {
    const Json& force = at(limits, "in_force");
    std::vector<std::string> sides;
    if (number_at(force, "upload_kbit") > 0) sides.push_back("up " + rate_at(force, "upload_kbit"));
    if (number_at(force, "download_kbit") > 0)
        sides.push_back("down " + rate_at(force, "download_kbit"));
    if (sides.empty()) return {};
    const std::string why = text_at(force, "why");
    std::string text = "at most " + join(sides, ", ") + " Mbit/s";
    if (why == to_text(CapReason::HouseholdActive)) text += ": the household needs its line";
    if (why == to_text(CapReason::QuietHours)) text += ": quiet hours";
    return text;
}

// "paused until 2026-12-01 00:00: this month's traffic is used"; nothing while it works.
std::string pause_text(const Json& limits) {
    if (flag_at(limits, "lost"))
        return "paused: the limits cannot be read any more; set them again, or none: foyer-node "
               "limits clear";
    const std::string why = text_at(at(limits, "pause"), "why");
    if (why.empty()) return {};
    const bool month = why == to_text(PauseReason::MonthUsed);
    return "paused until " + local_at(at(limits, "pause"), "until") +
           (month ? ": this month's traffic is used up" : ": quiet hours");
}

std::string held_text(const Json& limits) {
    const std::string means = text_at(limits, "means");
    const std::string problem = text_at(limits, "problem");
    if (means == "fair-queue") return "a queue for each direction, fair among copies";
    if (means == "queue")
        return "a queue for each direction (this kernel has no fq_codel: one copy can stand in "
               "another's way)";
    if (means == "drop") return "dropping what is too much: less even than a queue; " + problem;
    return problem.empty() ? "" : "nothing: " + problem;
}

std::string side_text(const Json& set, const std::string& side) {
    const std::string usual = rate_at(set, (side + "_kbit").c_str());
    const std::string lower = rate_at(set, (side + "_active_kbit").c_str());
    std::string text = usual == "0" ? "no cap" : "at most " + usual + " Mbit/s";
    if (lower != "0")
        text += (usual == "0" ? ", " + lower + " Mbit/s" : ", " + lower) +
                " while the household needs its line";
    return text;
}

std::string month_line(const Json& limits, const HostLimits& set) {
    const Json& month = at(limits, "month");
    const Bytes up(number_at(month, "up_bytes"));
    const Bytes down(number_at(month, "down_bytes"));
    return line("month",
                (set.month ? "at most " + gigabytes_text(*set.month) + "; " : "no limit; ") +
                    gigabytes_text(up + down) + " in " + text_at(month, "name") + " (" +
                    gigabytes_text(up) + " up, " + gigabytes_text(down) +
                    " down); the next begins " + local_at(month, "ends"));
}

}  // namespace

Json limits_json(const LimitsState& state) {
    const InForce& force = state.force;
    const auto kbit = [](const std::optional<KbitPerSecond>& cap) {
        return cap ? cap->count() : std::int64_t{0};
    };
    return {{"set", to_json(state.limits)},
            {"lost", state.lost},
            {"in_force",
             {{"upload_kbit", kbit(force.caps.upload)},
              {"download_kbit", kbit(force.caps.download)},
              {"why", to_text(force.why)}}},
            {"pause",
             {{"why", force.pause ? to_text(force.pause->reason) : ""},
              {"until", force.pause ? to_rfc3339(force.pause->until) : ""}}},
            {"household_active", state.household_active},
            {"month",
             {{"name", month_text(state.month)},
              {"up_bytes", state.used.up.count()},
              {"down_bytes", state.used.down.count()},
              {"ends", to_rfc3339(state.month_end)}}},
            {"rate", {{"up_kbit", state.up_now.count()}, {"down_kbit", state.down_now.count()}}},
            {"means", to_text(state.held.means)},
            {"problem", state.held.problem.empty() ? state.problem : state.held.problem}};
}

Result<HostLimits> limits_in(const std::string& status) {
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    const auto limits = limits_from_json(at(at(body, "limits"), "set"));
    if (limits) return *limits;
    return error(ErrorCode::FailedPrecondition,
                 "the agent that runs is older than this command and knows no limits: systemctl "
                 "restart foyer-node, then try it again");
}

std::string limits_lines(const Json& status) {
    const Json& limits = at(status, "limits");
    const std::string pause = pause_text(limits);
    const std::string caps = caps_text(limits);
    std::string page;
    if (!pause.empty()) page += line("limits", pause + "; foyer-node limits");
    if (!caps.empty()) page += line("limits", caps);
    const Bytes most(number_at(at(limits, "set"), "month_bytes"));
    const Json& month = at(limits, "month");
    if (most > Bytes(0))
        page += line("limits", gigabytes_text(Bytes(number_at(month, "up_bytes") +
                                                    number_at(month, "down_bytes"))) +
                                   " of " + gigabytes_text(most) + " in " + text_at(month, "name"));
    const std::string means = text_at(limits, "means");
    if ((!caps.empty() && means == "none") || means == "drop")
        page += line("limits", "held by " + held_text(limits));
    return page;
}

Result<std::string> limits_page(const std::string& status) {
    const HostLimits set = TRY(limits_in(status));
    const Json body = Json::parse(status, nullptr, /*allow_exceptions=*/false);
    const Json& limits = at(body, "limits");
    std::string page;
    if (!set.any() && !flag_at(limits, "lost"))
        page +=
            "no limits are set; set some: foyer-node limits --upload 20 --download 100 "
            "--month-gb 500\n\n";
    page += line("upload", side_text(at(limits, "set"), "upload"));
    page += line("download", side_text(at(limits, "set"), "download"));
    page += month_line(limits, set);
    std::vector<std::string> quiet;
    for (const QuietHours& hours : set.quiet) quiet.push_back(to_text(hours));
    page += line("quiet", quiet.empty() ? "never" : join(quiet, ", "));
    const std::string pause = pause_text(limits);
    const std::string caps = caps_text(limits);
    page += "\n" + line("now", pause.empty() ? (caps.empty() ? "no cap" : caps) : pause);
    page += line("moving", "up " + rate_at(at(limits, "rate"), "up_kbit") + ", down " +
                               rate_at(at(limits, "rate"), "down_kbit") + " Mbit/s");
    const std::string held = held_text(limits);
    if (!held.empty()) page += line("held by", held);
    return page;
}

}  // namespace foyer::agent
