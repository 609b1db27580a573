// Rebalancing: what it would do, and that it does.
#include "master/domain/rebalance.h"

#include "master/domain/balance.h"
#include "master/rpc/handlers.h"
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

constexpr int moves_default = 20;

Result<int> moves_of(int asked) {
    if (asked == 0) return moves_default;
    if (asked >= 1 && asked <= rebalance_moves_max) return asked;
    return error(ErrorCode::InvalidArgument,
                 "'/moves_max' must be from 1 to " + std::to_string(rebalance_moves_max),
                 {{"path", "/moves_max"}});
}

void show(const Balance& from, api::Balance& to) {
    to.set_mean_millionths(from.mean);
    to.set_family(from.family.str());
    to.set_family_millionths(from.family_most);
    to.set_node(from.node.str());
    to.set_node_millionths(from.node_most);
    to.set_shared_isps(from.shared_isps);
}

}  // namespace

void plan_rebalance(const ApiContext& context, ApiCall call,
                    const api::PlanRebalanceRequest& request, api::RebalancePlan& response) {
    const auto moves_max = moves_of(request.moves_max());
    if (!moves_max.ok()) return call.done(moves_max.failure());
    // A copy costs next to nothing; planning on it keeps nobody waiting.
    const State state = context.planner.read([](const State& now) { return now; });
    const BalancePlan plan = plan_balance(state, moves_max.value());
    for (const BalanceMove& move : plan.moves) {
        api::BalanceMove& added = *response.add_moves();
        added.set_instance(move.replica.instance.str());
        added.set_index(move.replica.index.number);
        added.set_from(move.from.str());
        added.set_to(move.to.str());
        added.set_gain(std::string(to_text(move.gain)));
    }
    show(plan.before, *response.mutable_before());
    show(plan.after, *response.mutable_after());
    if (state.rebalancing()) response.set_operation(state.rebalancing()->str());
    call.done(ok_status());
}

void start_rebalance(const ApiContext& context, ApiCall call,
                     const api::StartRebalanceRequest& request, api::Operation& response) {
    const auto moves_max = moves_of(request.moves_max());
    if (!moves_max.ok()) return call.done(moves_max.failure());
    PreparedWrite write;
    write.command = StartRebalance{moves_max.value(), new_operation(context), call.caller.account};
    write.render = render_operation;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

void stop_rebalance(const ApiContext& context, ApiCall call,
                    const api::StopRebalanceRequest& request, api::Operation& response) {
    PreparedWrite write;
    write.command = StopRebalance{};
    write.render = render_operation;
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

}  // namespace foyer::master
