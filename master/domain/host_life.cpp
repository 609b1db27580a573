#include "master/domain/host_life.h"

#include <algorithm>

#include "common/base/text.h"
#include "master/domain/membership.h"
#include "master/domain/node_life.h"

namespace foyer::master {
namespace {

constexpr int aged_at_once_max = 100;

std::string span_text(const HostOrder& order) {
    return order.until ? "until " + to_rfc3339(*order.until) : "until its host resumes it";
}

void tell(const Node& node, Draft& draft) {
    switch (node.host_order.wish) {
        case HostWish::Serving: return draft.event("node_resumed", node, "its host lets it serve");
        case HostWish::Paused: return draft.event("node_paused", node, span_text(node.host_order));
        case HostWish::Draining:
            draft.event(
                "node_host_drains", node,
                std::to_string(draft.state().replicas_on(node.name).size()) + " copies move away");
            return tell_leaving(node, "which is emptied", draft);
        case HostWish::Leaving:
            draft.event(
                "node_host_leaves", node,
                std::to_string(draft.state().replicas_on(node.name).size()) + " copies move away");
            return tell_leaving(node, "which leaves", draft);
    }
    CHECK(false);
}

}  // namespace

Node hear_host(const HostOrder& order, Node node, Draft& draft) {
    if (order == node.host_order) return node;
    const HostWish before = node.host_order.wish;
    node.host_order = order;
    if (order.wish == before) return node;  // another time of its end
    node.pause_lasts = false;
    node.paused_since.reset();
    if (order.wish == HostWish::Paused) node.paused_since = draft.now();
    tell(node, draft);
    return node;
}

Status check_may_leave(const State& state, const Node& node) {
    if (node.host_order.wish != HostWish::Leaving)
        return error(ErrorCode::FailedPrecondition,
                     "the host of node '" + node.name.str() +
                         "' has not said that it leaves; on the box: foyer-node leave",
                     {{"rule", "node_not_leaving"}});
    return check_empty(state, node);
}

Result<ExitReceipt> exit_receipt(const State& state, const NodeId& name, const std::string& cloud,
                                 WallTime now) {
    const Node node = TRY(find_row(state.nodes(), name, "node", "foyer node ls"));
    TRY(check_may_leave(state, node));
    const Site& site = state.sites().at(node.site);
    return ExitReceipt{
        cloud, node.name, node.site, site.host, site.isp, site.country, node.key_fingerprint, now};
}

Result<Decision> leave_node(const State& state, const LeaveNode& command, WallTime now) {
    const Node node = TRY(find_row(state.nodes(), command.name, "node", "foyer node ls"));
    TRY(check_may_leave(state, node));
    Draft draft(state, now);
    forget_node(node, "node_left", "its host took it out; its certificate is refused from now on",
                draft);
    return std::move(draft).done(node.name.str());
}

void age_pauses(Draft& draft, WallTime hearing_since) {
    const State& state = draft.state();
    int aged = 0;
    for (const NodeId& name : state.paused()) {
        if (aged == aged_at_once_max) return;
        Node node = state.nodes().at(name);
        if (node.edge || node.pause_lasts || state.replicas_on(name).empty() ||
            draft.now() - std::max(*node.paused_since, hearing_since) < lost_after(state, node))
            continue;
        node.pause_lasts = true;
        draft.event("node_pause_lasts", node, "since " + to_rfc3339(*node.paused_since));
        tell_leaving(node, "which its host has paused", draft);
        draft.put(std::move(node));
        ++aged;
    }
}

}  // namespace foyer::master
