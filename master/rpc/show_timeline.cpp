// The takeovers of an instance as messages.
#include "master/domain/electing.h"
#include "master/domain/takeovers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

api::TakeoverCause to_wire(TakeoverCause cause) {
    switch (cause) {
        case TakeoverCause::First: return api::TAKEOVER_CAUSE_FIRST;
        case TakeoverCause::PromiseOver: return api::TAKEOVER_CAUSE_PROMISE_OVER;
        case TakeoverCause::Resigned: return api::TAKEOVER_CAUSE_RESIGNED;
        case TakeoverCause::HandedOver: return api::TAKEOVER_CAUSE_HANDED_OVER;
    }
    CHECK(false);
}

api::LeadershipEndReason to_wire(LeadershipEndReason reason) {
    switch (reason) {
        case LeadershipEndReason::LeaseOver: return api::LEADERSHIP_END_REASON_LEASE_OVER;
        case LeadershipEndReason::HandedOver: return api::LEADERSHIP_END_REASON_HANDED_OVER;
        case LeadershipEndReason::Ill: return api::LEADERSHIP_END_REASON_ILL;
        case LeadershipEndReason::ClockWrong: return api::LEADERSHIP_END_REASON_CLOCK_WRONG;
        case LeadershipEndReason::Superseded: return api::LEADERSHIP_END_REASON_SUPERSEDED;
        case LeadershipEndReason::NewGeneration: return api::LEADERSHIP_END_REASON_NEW_GENERATION;
        case LeadershipEndReason::HostStops: return api::LEADERSHIP_END_REASON_HOST_STOPS;
        case LeadershipEndReason::Retired: return api::LEADERSHIP_END_REASON_RETIRED;
        case LeadershipEndReason::NotResumed: return api::LEADERSHIP_END_REASON_NOT_RESUMED;
    }
    CHECK(false);
}

void show_side(ReplicaIndex index, const NodeId& node, const SiteId& site, Fence fence,
               api::TakeoverSide& to) {
    to.set_index(index.number);
    to.set_node(node.str());
    to.set_site(site.str());
    to.set_generation(fence.generation.number());
    to.set_epoch(fence.epoch.number());
}

SiteId former_site(const State& state, const TakeoverView& view) {
    if (view.former != nullptr) return view.former->site;
    const Node* node = state.nodes().get(view.former_node);
    return node == nullptr ? SiteId() : node->site;
}

void show(const State& state, const TakeoverView& from, api::Takeover& to) {
    const Takeover& row = *from.row;
    const LeadershipBegin& begin = *row.begin;
    if (begin.former)
        show_side(*begin.former, from.former_node, former_site(state, from), begin.former_fence,
                  *to.mutable_from());
    show_side(*row.leader, row.node, row.site, row.fence, *to.mutable_to());
    to.set_cause(to_wire(begin.cause));
    if (from.former != nullptr && from.former->end) {
        to.set_former_end(to_wire(from.former->end->reason));
        to.set_former_closing_ms(from.former->end->closing.count());
    }
    set_time(begin.began_at, *to.mutable_began_at());
    to.set_detected_ms(begin.detected.count());
    to.set_fenced_ms(begin.fenced.count());
    to.set_elected_ms(begin.elected.count());
    if (begin.announced) to.set_announced_ms(begin.announced->count());
    if (begin.promoted) to.set_promoted_ms(begin.promoted->count());
    if (begin.opened) to.set_opened_ms(begin.opened->count());
    if (from.routed) to.set_routed_ms(from.routed->count());
    if (from.answered) to.set_answered_ms(from.answered->count());
    if (row.routed) to.set_edge(row.routed->edge.str());
}

}  // namespace

void show_timeline(const State& state, const Instance& from, api::InstanceTimeline& to) {
    to.set_elects(elects(from));
    for (const TakeoverView& view : timeline(state, from.name))
        show(state, view, *to.add_takeovers());
}

}  // namespace foyer::master
