// How fast the others' clocks run against mine, from the stamps of ordinary messages: section 8.
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "common/leadership/timing.h"
#include "common/model/ids.h"

namespace foyer::leadership {

// One exchange: what the peer's clock said when mine said `mine`, known to half of `round_trip`.
struct Exchange {
    MonoTime mine;
    MonoTime theirs;
    Duration round_trip{0};
};

// The best exchange of each minute, the newest window only: at most eleven of them.
class PeerClock {
public:
    void add(const Exchange& exchange, const Timing& timing);
    // What is older than the window says nothing of a clock that was mended since.
    void forget(MonoTime now, const Timing& timing);
    // Parts per million by which it runs faster than mine; none before half a window was seen.
    std::optional<double> rate_ppm(const Timing& timing) const;

private:
    std::deque<Exchange> kept_;
};

// I am the one who is wrong when the median of the others says so. Fewer than two others: no
// median, and nobody is excluded.
bool is_clock_wrong(const std::map<ReplicaIndex, PeerClock>& peers, const Timing& timing);

}  // namespace foyer::leadership
