#include "master/rpc/list_filters.h"

#include <algorithm>

#include "master/domain/progress.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

Status check_number(bool known, const std::string& field) {
    if (known) return ok_status();
    return error(ErrorCode::InvalidArgument, "'/" + field + "' is none of its values",
                 {{"path", "/" + field}});
}

template <class Name>
bool is(const std::string& asked, const Name& name) {
    return asked.empty() || asked == name.str();
}

// Unspecified is 0: any.
template <class Value>
bool is(Value asked, Value value) {
    return static_cast<int>(asked) == 0 || asked == value;
}

bool has_copy(const State& state, const Instance& row, const api::ListInstancesRequest& asked) {
    if (asked.node().empty() && asked.country().empty()) return true;
    return std::ranges::any_of(state.replicas_of(row.name), [&](const Replica* replica) {
        if (!is(asked.node(), replica->node)) return false;
        const Node* node = state.nodes().get(replica->node);
        const Site* site = node == nullptr ? nullptr : state.sites().get(node->site);
        return site != nullptr && is(asked.country(), site->country);
    });
}

}  // namespace

Status check_filter(const api::ListInstancesRequest& asked) {
    return check_number(api::InstanceState_IsValid(asked.state()), "state");
}

Status check_filter(const api::ListNodesRequest& asked) {
    TRY(check_number(api::NodeState_IsValid(asked.state()), "state"));
    TRY(check_number(api::NodeWish_IsValid(asked.wish()), "wish"));
    return check_number(api::NodeHealth_IsValid(asked.health()), "health");
}

Status check_filter(const api::ListOperationsRequest& asked) {
    return check_number(api::OperationState_IsValid(asked.state()), "state");
}

bool fits(const State& state, const Instance& row, const api::ListInstancesRequest& asked) {
    return is(asked.release(), row.release) && is(asked.owner(), row.owner) &&
           has_copy(state, row, asked) && is(asked.state(), to_wire(instance_state(state, row)));
}

bool fits(const Site& row, const api::ListSitesRequest& asked) {
    return is(asked.isp(), row.isp) && is(asked.host(), row.host) &&
           is(asked.country(), row.country);
}

bool fits(const State& state, const Node& row, const api::ListNodesRequest& asked) {
    const Site* site = state.sites().get(row.site);
    return is(asked.site(), row.site) && is(asked.state(), to_wire(row.state)) &&
           is(asked.wish(), to_wire(row.wish)) && is(asked.health(), to_wire(row.care.health)) &&
           site != nullptr && is(asked.isp(), site->isp) && is(asked.host(), site->host) &&
           is(asked.country(), site->country);
}

bool fits(const Operation& row, const api::ListOperationsRequest& asked) {
    return is(asked.state(), to_wire(row.state)) && is(asked.instance(), row.instance) &&
           is(asked.node(), row.node);
}

}  // namespace foyer::master
