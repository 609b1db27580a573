// Measures a line against an edge (line_protocol.h): download, upload, round trips while it is idle
// and while it is full, and what kind of NAT stands in front. Takes some fifteen seconds and as
// much data as the line carries meanwhile.
#pragma once

#include <string>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "node-agent/line/line_facts.h"

namespace foyer::agent {

struct MeterRules {
    Duration span{6'000};         // of each direction; more than the warm-up
    Duration answer_max{10'000};  // what was sent has to arrive first
    Duration hung_up_max{3'000};  // until the edge sees that a download is over
    Duration ping_pause{100};
    int pings = 10;  // while the line is idle
};

// `edge`: "host:port". InvalidArgument, NotFound: no such address. Unavailable, DeadlineExceeded:
// nothing answers there. ResourceExhausted: others measure just then.
Result<LineFacts> measure_line(const std::string& edge, const Clock& clock, Rng& rng,
                               const MeterRules& rules = {});

}  // namespace foyer::agent
