// A host's limits as he writes them: options of `foyer-node limits`, or a TOML file:
//
//   upload_mbit = 20
//   download_mbit = 100
//   upload_active_mbit = 5       # while the household needs its line
//   download_active_mbit = 30
//   month_gb = 500               # both directions together; 1 GB is 1,000,000,000 bytes
//   quiet = ["22:30-06:30=pause", "18:00-22:00=lower"]
//
// All keys may be left out. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "node-agent/domain/host_limits.h"

namespace foyer::agent {

// What was given; empty texts change nothing, "none" takes a limit away.
struct LimitsEdit {
    std::string upload;
    std::string download;
    std::string upload_active;
    std::string download_active;
    std::string month_gb;
    std::vector<std::string> quiet;  // replaces all quiet hours
    bool any() const;
};

// `limits` with what was given in place. InvalidArgument: every mistake, one a line.
Result<HostLimits> edited(HostLimits limits, const LimitsEdit& edit);

// InvalidArgument: every mistake of the file, one a line; `name` stands in messages.
Result<HostLimits> parse_limits(std::string_view toml, const std::string& name);
std::string limits_toml(const HostLimits& limits);

// "22:30-06:30=pause".
Result<QuietHours> parse_quiet(std::string_view text);
std::string to_text(const QuietHours& hours);

// "20", "0.5": with as many digits as it has.
std::string mbit_text(KbitPerSecond rate);
// "123.4 GB".
std::string gigabytes_text(Bytes bytes);

}  // namespace foyer::agent
