#include "node-agent/domain/log_lines.h"

#include <algorithm>

#include "common/base/rfc3339.h"
#include "common/base/text.h"
#include "common/base/utf8.h"

namespace foyer::agent {
namespace {

// As conmon writes it: in capitals, and after 1970.
std::optional<WallTime> parse_time(std::string_view text) {
    const auto time = parse_rfc3339(text);
    if (!time || time->seconds < 0 || text.find_first_of("tz") != std::string_view::npos)
        return std::nullopt;
    return WallTime{time->seconds * 1'000 + time->nanos / 1'000'000};
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
