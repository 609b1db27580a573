#include "node-agent/domain/host_limits.h"

#include <algorithm>

#include "common/base/text.h"

namespace foyer::agent {
namespace {

constexpr int day_minutes = 24 * 60;

using Cap = std::optional<KbitPerSecond>;

Cap lower_of(const Cap& usual, const Cap& active) {
    return usual && active ? std::min(usual, active) : (active ? active : usual);
}

void check_cap(const Cap& cap, const std::string& name, std::vector<std::string>& mistakes) {
    if (!cap || (*cap >= cap_least && *cap <= cap_most)) return;
    mistakes.push_back(name + " has to be from 0.25 to 100000 Mbit/s; for no traffic at all: " +
                       "foyer-node pause --now");
}

void check_lower(const Cap& usual, const Cap& active, const std::string& name,
                 std::vector<std::string>& mistakes) {
    if (usual && active && *active > *usual)
        mistakes.push_back(name + "-active is above " + name +
                           ": while the household needs its line the box has to take less");
}

}  // namespace

LineCaps lower_caps(const HostLimits& limits) {
    return {lower_of(limits.caps.upload, limits.active_caps.upload),
            lower_of(limits.caps.download, limits.active_caps.download)};
}

Status check(const HostLimits& limits) {
    std::vector<std::string> mistakes;
    check_cap(limits.caps.upload, "upload", mistakes);
    check_cap(limits.caps.download, "download", mistakes);
    check_cap(limits.active_caps.upload, "upload-active", mistakes);
    check_cap(limits.active_caps.download, "download-active", mistakes);
    check_lower(limits.caps.upload, limits.active_caps.upload, "upload", mistakes);
    check_lower(limits.caps.download, limits.active_caps.download, "download", mistakes);
    if (limits.month && (*limits.month < month_least || *limits.month > month_most))
        mistakes.emplace_back("month-gb has to be from 1 to 1000000");
    if (limits.quiet.size() > quiet_max)
        mistakes.push_back("quiet hours: at most " + std::to_string(quiet_max) + " times a day");
    for (const QuietHours& hours : limits.quiet) {
        const auto is_minute = [](int minute) { return minute >= 0 && minute < day_minutes; };
        if (!is_minute(hours.from_minute) || !is_minute(hours.until_minute) ||
            hours.from_minute == hours.until_minute)
            mistakes.emplace_back(
                "quiet hours have to end at another time than they begin, like 22:30-06:30; to be "
                "quiet for days: foyer-node pause --now");
        if (hours.act == QuietAct::LowerCaps && !limits.active_caps.any())
            mistakes.emplace_back(
                "quiet hours with =lower need lower caps: give --upload-active or "
                "--download-active too, or write =pause");
    }
    if (mistakes.empty()) return ok_status();
    std::sort(mistakes.begin(), mistakes.end());
    mistakes.erase(std::unique(mistakes.begin(), mistakes.end()), mistakes.end());
    return error(ErrorCode::InvalidArgument, join(mistakes, "\n"));
}

}  // namespace foyer::agent
