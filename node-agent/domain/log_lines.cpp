#include "node-agent/domain/log_lines.h"

#include <algorithm>
#include <chrono>

#include "common/base/text.h"
#include "common/base/utf8.h"

namespace foyer::agent {
namespace {

constexpr std::size_t date_bytes = 19;  // 2026-03-01T12:30:00

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int number = 0;
    for (const char letter : text.substr(at, count)) {
        if (letter < '0' || letter > '9') return std::nullopt;
        number = 10 * number + (letter - '0');
    }
    return number;
}

// "Z", "+02:00"; minutes east of UTC.
std::optional<int> zone_minutes(std::string_view text) {
    if (text == "Z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    const auto hours = digits(text, 1, 2);
    const auto minutes = digits(text, 4, 2);
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    return (text[0] == '-' ? -1 : 1) * (60 * *hours + *minutes);
}

// RFC 3339 with any number of decimals.
std::optional<WallTime> parse_time(std::string_view text) {
    using namespace std::chrono;
    const auto of_year = digits(text, 0, 4);
    const auto of_month = digits(text, 5, 2);
    const auto of_day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2);
    const auto minute = digits(text, 14, 2);
    const auto second = digits(text, 17, 2);
    if (!of_year || !of_month || !of_day || !hour || !minute || !second) return std::nullopt;
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    const year_month_day date{year(*of_year), month(static_cast<unsigned>(*of_month)),
                              day(static_cast<unsigned>(*of_day))};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    std::size_t zone = date_bytes;
    int milliseconds = 0;
    if (zone < text.size() && text[zone] == '.') {
        const std::size_t end = text.find_first_not_of("0123456789", ++zone);
        if (end == std::string_view::npos || end == zone) return std::nullopt;
        int weight = 100;
        for (std::size_t at = zone; at < std::min(end, zone + 3); ++at, weight /= 10)
            milliseconds += (text[at] - '0') * weight;
        zone = end;
    }
    const auto east = zone_minutes(text.substr(std::min(zone, text.size())));
    if (!east) return std::nullopt;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    const std::int64_t minutes = (days * 24 + *hour) * 60 + *minute - *east;
    return WallTime{(minutes * 60 + *second) * 1'000 + milliseconds};
}

}  // namespace

std::optional<LogLine> parse_log_line(std::string_view line) {
    const std::size_t first = line.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || second + 2 >= line.size()) return std::nullopt;
    const auto at = parse_time(line.substr(0, first));
    const std::string_view stream = line.substr(first + 1, second - first - 1);
    const char whole = line[second + 1];
    if (!at || (stream != "stdout" && stream != "stderr")) return std::nullopt;
    if ((whole != 'F' && whole != 'P') || line[second + 2] != ' ') return std::nullopt;
    return LogLine{*at, stream == "stderr" ? LogStream::Error : LogStream::Output,
                   plain_text(line.substr(second + 3), errand_limits::line_bytes_max),
                   whole == 'P'};
}

std::string to_text(const LogPlace& place) {
    return std::to_string(place.file) + "-" + std::to_string(place.offset);
}

std::optional<LogPlace> parse_log_place(std::string_view text) {
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto file = parse_int(text.substr(0, dash));
    const auto offset = parse_int(text.substr(dash + 1));
    if (!file || !offset || *file < 0 || *offset < 0) return std::nullopt;
    return LogPlace{static_cast<std::uint64_t>(*file), static_cast<std::uint64_t>(*offset)};
}

LogPart lines_of(std::string_view bytes, const LogPlace& begin, int newest) {
    struct Found {
        LogLine line;
        std::size_t end;  // behind its '\n'
    };
    std::vector<Found> found;
    std::size_t at = 0;
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos;
         end = bytes.find('\n', at)) {
        if (auto line = parse_log_line(bytes.substr(at, end - at)))
            found.push_back({std::move(*line), end + 1});
        at = end + 1;
    }
    const auto most = static_cast<std::size_t>(
        newest > 0 ? std::min(newest, errand_limits::lines_max) : errand_limits::lines_max);
    LogPart part;
    std::size_t used = 0;
    const auto fits = [&](const LogLine& line) {
        used += line.text.size();
        return used <= errand_limits::log_bytes_max;
    };
    if (newest > 0) {
        std::size_t first = found.size();
        while (first > 0 && found.size() - first < most && fits(found[first - 1].line)) --first;
        found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(first));
        for (Found& one : found) part.lines.push_back(std::move(one.line));
    } else {
        for (Found& one : found) {
            if (part.lines.size() == most || !fits(one.line)) {
                part.more = true;
                break;
            }
            part.lines.push_back(std::move(one.line));
            at = one.end;
        }
        if (!part.more && !found.empty()) at = bytes.rfind('\n') + 1;
    }
    part.last = to_text(LogPlace{begin.file, begin.offset + at});
    return part;
}

}  // namespace foyer::agent
