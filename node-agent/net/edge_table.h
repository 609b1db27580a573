// What an edge serves: names, each in a slot of the proxy, each at the newest fence seen. Pure.
//
// The proxy has a fixed number of slots, declared when it starts, one server each; a route change
// tells one slot a new address. So nothing is ever reloaded.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/model/assignment.h"

namespace foyer::agent {

struct EdgeSlot {
    int slot = 0;
    std::string backend;  // "[fd50:…::1]:8000"; empty: nobody leads
    Fence fence;
    WallTime ordered_at = {};  // of the order that the fence is of; 0: not known
    friend bool operator==(const EdgeSlot&, const EdgeSlot&) = default;
};

using EdgeTable = std::map<std::string, EdgeSlot>;  // by hostname

struct EdgeAddress {
    std::string address;
    int port = 0;
};
// "[address]:port"; empty gives a closed port of the box itself: requests wait there until somebody
// leads.
Result<EdgeAddress> parse_backend(const std::string& backend);

// The table after these routes: names not among them go, new ones take free slots, a route with an
// older fence than the one held changes nothing, unless it is of another order of its name, whose
// fences began anew. InvalidArgument: an impossible hostname or
// backend; ResourceExhausted: no slot left.
Result<EdgeTable> merge_routes(const EdgeTable& now, const std::map<std::string, EdgeRoute>& routes,
                               int slots_max);

std::string fence_text(const Fence& fence);  // "generation.epoch"

// For the disk.
std::string to_json(const EdgeTable& table);
Result<EdgeTable> edge_table_from(const std::string& json);

}  // namespace foyer::agent
