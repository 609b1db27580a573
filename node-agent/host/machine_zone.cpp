#include "node-agent/host/machine_zone.h"

#include <ctime>

namespace foyer::agent {
namespace {

std::tm local(WallTime time) {
    const std::time_t seconds = time.unix_ms / 1000;
    std::tm shown{};
    ::tzset();  // the zone may have been changed since the program began
    ::localtime_r(&seconds, &shown);
    return shown;
}

std::string two(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

}  // namespace

TimeZone machine_zone() {
    return {[](WallTime now) {
                const std::tm day = local(now);
                return LocalDay{day.tm_year + 1900, day.tm_mon + 1, day.tm_mday};
            },
            [](LocalDay day, int minute) {
                std::tm shown{};
                shown.tm_year = day.year - 1900;
                shown.tm_mon = day.month - 1;
                shown.tm_mday = day.day;
                shown.tm_hour = minute / 60;
                shown.tm_min = minute % 60;
                shown.tm_isdst = -1;  // the zone knows
                return WallTime{std::int64_t{std::mktime(&shown)} * 1000};
            }};
}

std::string local_text(WallTime time) {
    const std::tm shown = local(time);
    return std::to_string(shown.tm_year + 1900) + "-" + two(shown.tm_mon + 1) + "-" +
           two(shown.tm_mday) + " " + two(shown.tm_hour) + ":" + two(shown.tm_min);
}

}  // namespace foyer::agent
