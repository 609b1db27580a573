#include "tests/sim/trace.h"

#include <cstdio>

namespace foyer::sim {

void Trace::mix(std::string_view text) {
    for (const char letter : text) {
        fingerprint_ ^= static_cast<unsigned char>(letter);
        fingerprint_ *= 0x100000001b3ULL;
    }
}

void Trace::line(std::string_view who, std::string_view what, std::string_view about) {
    ++lines_;
    const Moment now = timeline_.now();
    mix(std::string_view(reinterpret_cast<const char*>(&now), sizeof now));
    mix(who);
    mix(what);
    mix(about);
    if (out_ == nullptr) return;
    char time[48];
    std::snprintf(time, sizeof time, "%3lldd %02lld:%02lld:%02lld.%03lld",
                  static_cast<long long>(now / day), static_cast<long long>(now / hour % 24),
                  static_cast<long long>(now / minute % 60),
                  static_cast<long long>(now / second % 60), static_cast<long long>(now % second));
    *out_ << time << "  " << who << "  " << what << (about.empty() ? "" : "  ") << about << '\n';
}

}  // namespace foyer::sim
