#include "master/domain/exclusion.h"

#include "common/base/check.h"

namespace foyer::master {

std::optional<Exclusion> exclusion_of(const Node& node) {
    if (node.edge) return Exclusion::Edge;
    if (node.state != NodeState::Online) return Exclusion::NotOnline;
    if (node.wish != NodeWish::Open) return Exclusion::Cordoned;
    if (node.host_order.wish != HostWish::Serving) return Exclusion::Paused;
    if (node.line_differs) return Exclusion::Line;
    if (node.care.health != BoxHealth::Well) return Exclusion::Worn;
    return std::nullopt;
}

std::string_view to_text(Exclusion exclusion) {
    switch (exclusion) {
        case Exclusion::NotOnline: return "not_online";
        case Exclusion::Cordoned: return "cordoned";
        case Exclusion::Paused: return "paused";
        case Exclusion::Line: return "line";
        case Exclusion::Worn: return "worn";
        case Exclusion::Edge: return "edge";
        case Exclusion::Country: return "country";
        case Exclusion::RefusedByHost: return "refused_by_host";
        case Exclusion::Capacity: return "capacity";
        case Exclusion::DiskLow: return "disk_low";
    }
    CHECK(false);
}

}  // namespace foyer::master
