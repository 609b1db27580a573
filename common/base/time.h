// Two clocks, two types, never mixed: WallTime is stored and shown, MonoTime measures.
//
// Decisions receive `now` as an argument. Only main and tests make a Clock.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace foyer {

using Duration = std::chrono::milliseconds;

// Milliseconds since 1970-01-01T00:00:00Z.
struct WallTime {
    std::int64_t unix_ms = 0;
    friend constexpr auto operator<=>(const WallTime&, const WallTime&) = default;
    friend constexpr WallTime operator+(WallTime time, Duration span) {
        return WallTime{time.unix_ms + span.count()};
    }
    friend constexpr Duration operator-(WallTime a, WallTime b) {
        return Duration(a.unix_ms - b.unix_ms);
    }
};

// Milliseconds since this machine booted, suspended time included (CLOCK_BOOTTIME). Means nothing
// elsewhere.
struct MonoTime {
    std::int64_t boot_ms = 0;
    friend constexpr auto operator<=>(const MonoTime&, const MonoTime&) = default;
    friend constexpr MonoTime operator+(MonoTime time, Duration span) {
        return MonoTime{time.boot_ms + span.count()};
    }
    friend constexpr Duration operator-(MonoTime a, MonoTime b) {
        return Duration(a.boot_ms - b.boot_ms);
    }
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual WallTime wall() const = 0;
    virtual MonoTime mono() const = 0;
};

// The machine's own clocks.
class SystemClock final : public Clock {
public:
    WallTime wall() const override;
    MonoTime mono() const override;
};

}  // namespace foyer
