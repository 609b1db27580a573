#include "common/base/time.h"

#include <ctime>

namespace foyer {
namespace {

std::int64_t read_ms(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

WallTime SystemClock::wall() const { return WallTime{read_ms(CLOCK_REALTIME)}; }
MonoTime SystemClock::mono() const { return MonoTime{read_ms(CLOCK_BOOTTIME)}; }

}  // namespace foyer
