#include "node-agent/care/kernel_text.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "common/base/text.h"

namespace foyer::agent::care {
namespace {

constexpr std::size_t line_bytes_max = 64;

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return text;
}

std::optional<int> hex_byte(std::string_view text) {
    if (!text.starts_with("0x")) return std::nullopt;
    int value = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data() + 2, end, value, 16);
    if (failure != std::errc{} || stopped != end || value < 0 || value > 255) return std::nullopt;
    return value;
}

// "12.34" → 1234. Percent of time: 0.00 to 100.00.
std::optional<int> hundredths(std::string_view text) {
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || text.size() != dot + 3) return std::nullopt;
    const auto whole = parse_int(text.substr(0, dot));
    const auto rest = parse_int(text.substr(dot + 1));
    if (!whole || !rest || *whole < 0 || *whole > 100 || *rest < 0) return std::nullopt;
    const auto share = static_cast<int>(*whole * 100 + *rest);
    return share <= 100'00 ? std::optional(share) : std::nullopt;
}

// "avg10=0.00 avg60=0.00 avg300=0.00 total=0", of which all four are needed.
std::optional<Waits> waits_of(std::istringstream& words) {
    Waits found;
    int right = 0;
    for (std::string word; words >> word;) {
        const std::size_t sign = word.find('=');
        if (sign == std::string::npos) return std::nullopt;
        const std::string_view value = std::string_view(word).substr(sign + 1);
        const std::string key = word.substr(0, sign);
        if (key == "total") {
            const auto total = parse_int(value);
            if (!total || *total < 0) return std::nullopt;
            found.total_us = *total;
        } else {
            const auto share = hundredths(value);
            if (!share) return std::nullopt;
            if (key == "avg10") found.last_10s = *share;
            if (key == "avg60") found.last_60s = *share;
            if (key == "avg300") found.last_300s = *share;
        }
        ++right;
    }
    return right == 4 ? std::optional(found) : std::nullopt;
}

std::optional<Bytes> kib_after(std::string_view text, std::string_view key) {
    const std::string all(text);
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(key)) continue;
        std::string name, count, unit;
        std::istringstream(line) >> name >> count >> unit;
        const auto kib = parse_int(count);
        if (unit != "kB" || !kib || *kib < 0 || *kib > (std::int64_t{1} << 50)) return std::nullopt;
        return Bytes(*kib * 1024);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> whole_number(std::string_view text) {
    const std::string_view word = trimmed(text);
    if (word.starts_with("0x")) return hex_byte(word);
    return parse_int(word);
}

std::string line_of(std::string_view text) {
    std::string line(text.substr(0, std::min(text.find('\n'), line_bytes_max)));
    for (char& c : line)
        if (c < ' ' || c > '~') c = '?';
    return line;
}

std::optional<int> milli_celsius(std::string_view text) {
    const auto found = whole_number(text);
    if (!found || *found < -60'000 || *found > 200'000) return std::nullopt;
    return static_cast<int>(*found / 1000);
}

std::optional<Pressure> parse_pressure(std::string_view text) {
    Pressure found;
    const std::string all(text);
    std::istringstream lines(all);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string who;
        words >> who;
        if (who == "some") found.some = waits_of(words);
        if (who == "full") found.full = waits_of(words);
    }
    if (!found.some && !found.full) return std::nullopt;
    return found;
}

std::optional<Memory> parse_memory(std::string_view text) {
    const auto total = kib_after(text, "MemTotal:");
    const auto available = kib_after(text, "MemAvailable:");
    if (!total || !available || total->count() == 0) return std::nullopt;
    return Memory{*total, *available};
}

std::optional<int> emmc_used_percent(std::string_view text) {
    std::optional<int> most;
    const std::string all(text);
    std::istringstream words(all);
    for (std::string word; words >> word;) {
        const auto step = hex_byte(word);
        // 0: not told; 1 to 10: tenths begun; 11: more than its maker counted on.
        if (!step || *step > 11) return std::nullopt;
        if (*step > 0) most = std::max(most.value_or(0), *step * 10);
    }
    return most;
}

std::optional<EmmcReserve> emmc_reserve(std::string_view text) {
    const auto code = hex_byte(trimmed(text));
    if (code == 1) return EmmcReserve::Normal;
    if (code == 2) return EmmcReserve::Warning;
    if (code == 3) return EmmcReserve::Urgent;
    return std::nullopt;
}

}  // namespace foyer::agent::care
