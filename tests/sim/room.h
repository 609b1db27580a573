// What every part of one simulation shares.
#pragma once

#include <functional>
#include <string>

#include "common/log/log.h"
#include "tests/sim/coverage.h"
#include "tests/sim/planted.h"
#include "tests/sim/timeline.h"
#include "tests/sim/trace.h"

namespace foyer::sim {

// Collects what must never happen. The first one ends the run.
struct Verdict {
    std::string violation;
    Moment at = 0;
    bool broken() const { return !violation.empty(); }
};

struct Room {
    explicit Room(std::uint64_t seed, Bug planted)
        : trace(timeline),
          dice(seed),
          log_clock(timeline),
          log(sink, log_clock, LogLevel::Error),
          bug(planted) {}

    Timeline timeline;
    Trace trace;
    Dice dice;
    Coverage coverage;
    Verdict verdict;

    void broken(const std::string& what) {
        trace.line("INVARIANT", "broken", what);
        if (!verdict.broken()) verdict = {what, timeline.now()};
    }

    struct Nowhere final : LogSink {
        void write(LogLevel, std::string_view) override {}
    };
    Nowhere sink;
    SimClock log_clock;
    Log log;  // of the real code: silent
    const Bug bug;
};

}  // namespace foyer::sim
