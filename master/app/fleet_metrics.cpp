#include "master/app/fleet_metrics.h"

#include <array>
#include <map>
#include <optional>

#include "common/base/check.h"
#include "master/domain/progress.h"

namespace foyer::master {
namespace {

constexpr std::array node_states{NodeState::Expected, NodeState::Online, NodeState::Silent,
                                 NodeState::Lost};
constexpr std::array instance_states{InstanceState::Preparing, InstanceState::Running,
                                     InstanceState::Degraded,  InstanceState::Unavailable,
                                     InstanceState::Promoting, InstanceState::Stopped,
                                     InstanceState::Deleting};

std::string_view name_of(InstanceState state) {
    switch (state) {
        case InstanceState::Preparing: return "preparing";
        case InstanceState::Running: return "running";
        case InstanceState::Degraded: return "degraded";
        case InstanceState::Unavailable: return "unavailable";
        case InstanceState::Promoting: return "promoting";
        case InstanceState::Stopped: return "stopped";
        case InstanceState::Deleting: return "deleting";
    }
    CHECK(false);
}

// The boxes of one ISP. Edges are counted, but hold no copies.
struct OfIsp {
    std::map<NodeState, int> boxes;
    std::map<NodeState, int> edges;
    Resources capacity;  // of the boxes where a copy could come to now
    Resources reserved;  // on them
};

struct OfBoxes {
    std::map<IspId, OfIsp> by_isp;  // all ISPs, those without boxes too
    int held = 0;                   // boxes whose eviction the brake holds
    std::optional<WallTime> certificate_ends;
};

OfBoxes count_boxes(const State& state) {
    OfBoxes found;
    for (const auto& [name, isp] : state.isps()) found.by_isp[name];
    for (const auto& [name, node] : state.nodes()) {
        const auto site = state.sites().find(node.site);
        if (site == state.sites().end()) continue;
        OfIsp& isp = found.by_isp[site->second.isp];
        ++(node.edge ? isp.edges : isp.boxes)[node.state];
        found.held += node.eviction_held ? 1 : 0;
        // A box that is lost for long must come back with its old certificate: not worth an alarm.
        const bool renews = node.state == NodeState::Online || node.state == NodeState::Silent;
        if (renews &&
            (!found.certificate_ends || node.certificate_expires_at < *found.certificate_ends))
            found.certificate_ends = node.certificate_expires_at;
        if (node.edge || node.state != NodeState::Online || node.wish != NodeWish::Open) continue;
        isp.capacity += node.capacity;
        isp.reserved += state.reserved_on(name);
    }
    return found;
}

void write_states(MetricsText& text, std::string_view family, const IspId& isp,
                  const std::map<NodeState, int>& counted) {
    for (const NodeState state : node_states) {
        const auto at = counted.find(state);
        text.sample(family, label("isp", isp.str()) + "," + label("state", to_text(state)),
                    at == counted.end() ? 0 : at->second);
    }
}

void write_resources(MetricsText& text, std::string_view family, const IspId& isp,
                     const Resources& amount) {
    const auto sample = [&](std::string_view resource, std::int64_t count) {
        text.sample(family, label("isp", isp.str()) + "," + label("resource", resource),
                    static_cast<double>(count));
    };
    sample("cpu_millicores", amount.cpu.count());
    sample("memory_bytes", amount.memory.count());
    sample("disk_bytes", amount.disk.count());
    sample("uplink_kbit", amount.uplink.count());
}

void write_boxes(MetricsText& text, const State& state, WallTime now) {
    const OfBoxes found = count_boxes(state);
    text.family("foyer_isp_boxes", "gauge", "Boxes in homes by ISP of their line and by state.");
    for (const auto& [isp, of] : found.by_isp) write_states(text, "foyer_isp_boxes", isp, of.boxes);
    text.family("foyer_isp_edges", "gauge", "Edges by ISP of their line and by state.");
    for (const auto& [isp, of] : found.by_isp) write_states(text, "foyer_isp_edges", isp, of.edges);
    text.family("foyer_isp_capacity", "gauge", "Offered by boxes that are online and open.");
    for (const auto& [isp, of] : found.by_isp)
        write_resources(text, "foyer_isp_capacity", isp, of.capacity);
    text.family("foyer_isp_reserved", "gauge", "Reserved by copies on the same boxes.");
    for (const auto& [isp, of] : found.by_isp)
        write_resources(text, "foyer_isp_reserved", isp, of.reserved);
    text.family("foyer_evictions_held", "gauge",
                "Boxes silent for too long that are not given up: too many fell silent together.");
    text.sample("foyer_evictions_held", {}, found.held);
    if (!found.certificate_ends) return;
    text.family("foyer_box_certificate_left_seconds", "gauge",
                "Until the first certificate of a box that is online or silent ends.");
    text.sample("foyer_box_certificate_left_seconds", {},
                static_cast<double>((*found.certificate_ends - now).count()) / 1000);
}

void write_instances(MetricsText& text, const State& state) {
    std::map<InstanceState, int> by_state;
    int leaderless = 0;
    int waiting = 0;
    for (const auto& [name, instance] : state.instances()) {
        ++by_state[instance_state(state, instance)];
        const bool should = instance.desired == DesiredState::Running && instance.initialized;
        leaderless += should && !instance.leader ? 1 : 0;
        waiting += instance.repair_wait ? 1 : 0;
    }
    text.family("foyer_instances_by_state", "gauge", "Instances by state, as customers see it.");
    for (const InstanceState each : instance_states)
        text.sample("foyer_instances_by_state", label("state", name_of(each)), by_state[each]);
    text.family(
        "foyer_instances_leaderless", "gauge",
        "Instances that have served and should, but no copy leads as far as is known here.");
    text.sample("foyer_instances_leaderless", {}, leaderless);
    text.family("foyer_repairs_waiting", "gauge",
                "Instances that wait for a place for a copy to be made anew.");
    text.sample("foyer_repairs_waiting", {}, waiting);
    text.family("foyer_copies_being_made", "gauge", "Copies that do not count yet.");
    text.sample("foyer_copies_being_made", {}, static_cast<double>(state.learners().size()));
}

}  // namespace

void write_fleet(MetricsText& text, const State& state, WallTime now) {
    write_boxes(text, state, now);
    write_instances(text, state);
}

}  // namespace foyer::master
