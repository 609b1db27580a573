#include "master/app/metrics.h"

#include <array>
#include <cstdio>
#include <unistd.h>

#include "common/base/text.h"
#include "common/os/files.h"

namespace foyer::master {

void MetricsText::family(std::string_view name, std::string_view type, std::string_view help) {
    text_ += "# HELP " + std::string(name) + " " + std::string(help) + "\n# TYPE " +
             std::string(name) + " " + std::string(type) + "\n";
}

void MetricsText::sample(std::string_view name, std::string_view labels, double value) {
    std::array<char, 40> number{};
    std::snprintf(number.data(), number.size(), "%.15g", value);
    text_ += name;
    if (!labels.empty()) text_ += "{" + std::string(labels) + "}";
    text_ += " " + std::string(number.data()) + "\n";
}

std::string label(std::string_view key, std::string_view value) {
    std::string text = std::string(key) + "=\"";
    for (const char letter : value) {
        if (letter == '\\' || letter == '"') text += '\\';
        text += letter == '\n' ? ' ' : letter;
    }
    return text + "\"";
}

void HttpMetrics::count(std::string_view route, int status, Duration took) {
    const std::scoped_lock lock(mutex_);
    Sum& sum = sums_[{std::string(route), status}];
    ++sum.requests;
    sum.ms += took.count();
}

void HttpMetrics::write(MetricsText& text) const {
    const std::scoped_lock lock(mutex_);
    text.family("foyer_http_requests_total", "counter",
                "Finished HTTP requests by route and status.");
    for (const auto& [key, sum] : sums_) {
        text.sample("foyer_http_requests_total",
                    label("route", key.first) + "," + label("status", std::to_string(key.second)),
                    static_cast<double>(sum.requests));
    }
    text.family("foyer_http_request_seconds_total", "counter", "Time spent on them.");
    for (const auto& [key, sum] : sums_) {
        text.sample("foyer_http_request_seconds_total",
                    label("route", key.first) + "," + label("status", std::to_string(key.second)),
                    static_cast<double>(sum.ms) / 1000);
    }
}

std::int64_t resident_bytes() {
    const auto text = os::read_file("/proc/self/statm");
    if (!text.ok()) return 0;
    const auto fields = split(text.value(), ' ');
    const auto pages = fields.size() > 1 ? parse_int(fields[1]) : std::nullopt;
    return pages ? *pages * ::sysconf(_SC_PAGESIZE) : 0;
}

}  // namespace foyer::master
