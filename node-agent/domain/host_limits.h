// What a host lets his box take of his line. He sets it on the box, and nobody else can.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/units.h"

namespace foyer::agent {

// At most so much, of all that this box sends or receives through its tunnels, together, as it
// travels on the line: WireGuard, UDP and IP counted. Absent: no cap.
struct LineCaps {
    std::optional<KbitPerSecond> upload;
    std::optional<KbitPerSecond> download;
    bool any() const { return upload.has_value() || download.has_value(); }
    friend bool operator==(const LineCaps&, const LineCaps&) = default;
};

enum class QuietAct { Pause, LowerCaps };

// Each day from one minute after midnight (0 to 1439) to another, by the household's clocks; over
// midnight when it ends before it begins.
struct QuietHours {
    int from_minute = 0;
    int until_minute = 0;
    QuietAct act = QuietAct::Pause;
    friend bool operator==(const QuietHours&, const QuietHours&) = default;
};

struct HostLimits {
    LineCaps caps;
    LineCaps active_caps;        // while the household needs its line; where absent, `caps` holds
    std::optional<Bytes> month;  // both directions together, in a month of the household's calendar
    std::vector<QuietHours> quiet;
    bool any() const {
        return caps.any() || active_caps.any() || month.has_value() || !quiet.empty();
    }
    friend bool operator==(const HostLimits&, const HostLimits&) = default;
};

inline constexpr KbitPerSecond cap_least{250};  // groups need some of it to stay what they are
inline constexpr KbitPerSecond cap_most{100'000'000};
inline constexpr Bytes gigabyte{1'000'000'000};  // as ISPs count
inline constexpr Bytes month_least = gigabyte;
inline constexpr Bytes month_most{1'000'000 * gigabyte.count()};
inline constexpr std::size_t quiet_max = 8;

// What holds in place of `limits.caps` while the household needs the line: the lower of both.
LineCaps lower_caps(const HostLimits& limits);

// InvalidArgument: every mistake, one a line, with what to write instead.
Status check(const HostLimits& limits);

}  // namespace foyer::agent
