// Counters of the shell, and the text Prometheus reads.
//
// A writer of our own: the format is a page of text, and the library's server would bring a thread
// pool and a second HTTP parser.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/time.h"

namespace foyer::master {

// Appends "# HELP", "# TYPE" and samples in the text format 0.0.4.
class MetricsText {
public:
    void family(std::string_view name, std::string_view type, std::string_view help);
    // `labels` as they stand between the braces, values escaped by label(); empty: none.
    void sample(std::string_view name, std::string_view labels, double value);
    std::string take() && { return std::move(text_); }

private:
    std::string text_;
};
std::string label(std::string_view key, std::string_view value);  // key="escaped value"

// Finished HTTP requests by route and status. Routes come from the table, so the number of series
// is bounded.
class HttpMetrics {
public:
    void count(std::string_view route, int status, Duration took);
    void write(MetricsText& text) const;

private:
    struct Sum {
        std::uint64_t requests = 0;
        std::int64_t ms = 0;
    };
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, int>, Sum> sums_;
};

// Resident memory of this process, bytes; 0 when it cannot be read.
std::int64_t resident_bytes();

}  // namespace foyer::master
