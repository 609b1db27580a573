// CHECK: an invariant that holds or the program stops. Never for input; stays on in release builds.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace foyer {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace foyer

#define CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::foyer::check_failed(#condition, __FILE__, __LINE__))
