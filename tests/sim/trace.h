// What happened, line by line: for people (replay), and as a fingerprint (the same seed gives the
// same trace).
#pragma once

#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>

#include "tests/sim/timeline.h"

namespace foyer::sim {

class Trace {
public:
    explicit Trace(const Timeline& timeline) : timeline_(timeline) {}

    // Lines go to `out` as they come; null: only counted.
    void show_on(std::ostream* out) { out_ = out; }
    void line(std::string_view who, std::string_view what, std::string_view about = {});

    std::uint64_t fingerprint() const { return fingerprint_; }
    std::uint64_t lines() const { return lines_; }

private:
    void mix(std::string_view text);

    const Timeline& timeline_;
    std::ostream* out_ = nullptr;
    std::uint64_t fingerprint_ = 0xcbf29ce484222325ULL;
    std::uint64_t lines_ = 0;
};

}  // namespace foyer::sim
