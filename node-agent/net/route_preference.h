// Which edge the box's traffic goes through. Pure: told what answered and what time it is, it says
// whom to use.
//
// An edge is alive while it answered within `silence_max`. The edge in use stays in use as long as
// it is alive, however good another looks (no flapping); when it is dead, the first live one in the
// box's own order takes over. When none lives, nothing changes: there is nowhere better to go, and
// the first that answers is taken.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer::agent {

class RoutePreference {
public:
    explicit RoutePreference(Duration silence_max) : silence_max_(silence_max) {}

    // `rank`: the box's order among its edges; boxes differ in it, so that edges share the load.
    void set_edges(const std::map<NodeId, std::uint64_t>& rank);
    void heard(const NodeId& edge, MonoTime now);
    // The edge in use is to be kept (after a restart of the agent).
    void adopt(const NodeId& edge) { current_ = edge; }
    bool is_alive(const NodeId& edge, MonoTime now) const;
    // Edges that answered before and have been silent for so long while another one answers: they
    // may be there again, without their memory. Asked again and again, ever more slowly. Where all
    // are silent it is our own line: they remember us, and who forgets them waits seconds longer
    // for its end. Of an only edge one cannot tell.
    std::vector<NodeId> forgetful(MonoTime now, Duration silence);
    // The edge to use; none only when there are no edges.
    std::optional<NodeId> choose(MonoTime now);

private:
    struct EdgeState {
        std::uint64_t rank = 0;
        std::optional<MonoTime> last_heard;
        MonoTime next_told;  // by forgetful()
    };
    Duration silence_max_;
    std::map<NodeId, EdgeState> edges_;
    std::optional<NodeId> current_;
};

}  // namespace foyer::agent
