#include "master/domain/clock_trust.h"

#include <map>

#include "common/model/clock_offset.h"
#include "master/domain/electing.h"

namespace foyer::master {
namespace {

bool is_rate_wrong(std::int64_t ppm) {
    return ppm > clock_rate_ppm_max || ppm < -clock_rate_ppm_max;
}

std::string fault_text(const Sighting& seen, ClockFault fault) {
    switch (fault) {
        case ClockFault::None: return {};
        case ClockFault::Time: return "its clock is " + clock_offset_text(seen.clock_offset);
        case ClockFault::Rate:
            return "its clock runs " + std::to_string(std::abs(*seen.clock_rate_ppm)) +
                   " ppm too " + (*seen.clock_rate_ppm > 0 ? "fast" : "slow");
    }
    CHECK(false);
}

// Of the boxes that are there, as they were seen last.
class Fleet {
public:
    Fleet(const State& state, const std::vector<Sighting>& seen) {
        for (const Sighting& one : seen) newest_[one.node] = &one;
        for (const auto& [name, sighting] : state.sightings()) newest_.try_emplace(name, &sighting);
        for (const auto& [name, sighting] : newest_) {
            const Node* node = state.nodes().get(name);
            if (node != nullptr && node->state == NodeState::Online) count(*sighting);
        }
    }

    // The master's own clock is one more that is right by itself.
    bool most_are_wrong(ClockFault fault) const {
        if (fault == ClockFault::None) return false;
        return fault == ClockFault::Time ? 2 * times_wrong_ > boxes_ : 2 * rates_wrong_ > rates_;
    }

private:
    void count(const Sighting& sighting) {
        ++boxes_;
        times_wrong_ += is_clock_wrong(sighting.clock_offset) ? 1 : 0;
        if (!sighting.clock_rate_ppm) return;
        ++rates_;
        rates_wrong_ += is_rate_wrong(*sighting.clock_rate_ppm) ? 1 : 0;
    }

    std::map<NodeId, const Sighting*> newest_;
    int boxes_ = 0;
    int times_wrong_ = 0;
    int rates_ = 0;
    int rates_wrong_ = 0;
};

// Right clocks of boxes that were never doubted cost nothing but this look.
bool is_plain(const Node& node, const Sighting& seen) {
    return node.clock == BoxClock{} && fault_of(seen, ClockFault::None) == ClockFault::None;
}

bool is_news(const State& state, const Sighting& seen) {
    const Sighting* known = state.sightings().get(seen.node);
    return known == nullptr || known->seen_at != seen.seen_at;
}

void tell(const Node& node, const BoxClock& was, const Sighting& seen, Draft& draft) {
    const bool barred = node.clock.standing == ClockStanding::Barred;
    const bool was_barred = was.standing == ClockStanding::Barred;
    if (barred && !was_barred)
        draft.event("node_clock_wrong", node,
                    fault_text(seen, node.clock.fault) + "; it leads nothing if another box can");
    if (was_barred && !barred)
        draft.event("node_clock_right", node, "its clock is right again: it may lead");
}

// What is proposed to a group depends on the clocks of its boxes.
void touch_groups(const std::set<NodeId>& nodes, Draft& draft) {
    const State& state = draft.state();
    std::set<InstanceName> names;
    for (const NodeId& node : nodes)
        for (const ReplicaKey& key : state.replicas_on(node)) names.insert(key.instance);
    for (const InstanceName& name : names) {
        Instance instance = state.instances().at(name);
        if (!elects(instance)) continue;
        instance.group_revision = draft.revision();
        draft.put(std::move(instance));
    }
}

}  // namespace

ClockFault fault_of(const Sighting& seen, ClockFault was) {
    if (is_clock_wrong(seen.clock_offset)) return ClockFault::Time;
    if (!seen.clock_rate_ppm) return was == ClockFault::Rate ? was : ClockFault::None;
    return is_rate_wrong(*seen.clock_rate_ppm) ? ClockFault::Rate : ClockFault::None;
}

BoxClock next_clock(const BoxClock& was, const Sighting& seen, bool most_are_wrong,
                    const ClockSettings& settings) {
    const ClockFault fault = fault_of(seen, was.fault);
    // Nothing new is known of a rate that was wrong.
    if (fault == ClockFault::Rate && !seen.clock_rate_ppm) return was;
    if (fault == ClockFault::None) {
        if (was.standing != ClockStanding::Barred) return {};
        if (!was.since) return {ClockStanding::Barred, was.fault, seen.seen_at};
        return seen.seen_at - *was.since >= settings.right_after ? BoxClock{} : was;
    }
    switch (was.standing) {
        case ClockStanding::Right: return {ClockStanding::Doubted, fault, seen.seen_at};
        case ClockStanding::Doubted:
        case ClockStanding::Held:
            if (seen.seen_at - *was.since < settings.wrong_after)
                return {was.standing, fault, was.since};
            if (most_are_wrong) return {ClockStanding::Held, fault, was.since};
            return {ClockStanding::Barred, fault, std::nullopt};
        case ClockStanding::Barred: return {ClockStanding::Barred, fault, std::nullopt};
    }
    CHECK(false);
}

void judge_clocks(const std::vector<Sighting>& seen, Draft& draft) {
    const State& state = draft.state();
    std::optional<Fleet> fleet;
    std::set<NodeId> changed;
    int held = 0;
    for (const Sighting& one : seen) {
        const Node* known = state.nodes().get(one.node);
        if (known == nullptr || !is_news(state, one) || is_plain(*known, one)) continue;
        if (!fleet) fleet.emplace(state, seen);
        const BoxClock was = known->clock;
        const bool most = fleet->most_are_wrong(fault_of(one, was.fault));
        Node node = *known;
        node.clock = next_clock(was, one, most, state.settings().clocks);
        if (node.clock == was) continue;
        tell(node, was, one, draft);
        held += node.clock.standing == ClockStanding::Held && was.standing != node.clock.standing;
        if (is_barred(node) != is_barred(*known)) changed.insert(node.name);
        draft.put(std::move(node));
    }
    touch_groups(changed, draft);
    if (held == 0) return;
    draft.event("clocks_differ",
                "the clocks of " + std::to_string(held) +
                    " more boxes differ from this master's, as those of most do: look at the clock "
                    "of the master's machine first; no box loses its right to lead for it");
}

}  // namespace foyer::master
