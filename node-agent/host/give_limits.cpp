#include "node-agent/host/give_limits.h"

#include "node-agent/host/host_request.h"
#include "node-agent/host/limits_page.h"

namespace foyer::agent {

Result<std::string> give_limits(const LimitsOrder& order,
                                const std::function<Result<std::string>(const std::string&)>& ask) {
    const std::string before = TRY(ask(to_line({})));
    const HostLimits set = TRY(limits_in(before));
    if (!order.all && !order.edit.any()) return before;
    const HostLimits wanted = TRY(edited(order.all.value_or(set), order.edit));
    std::string answer = TRY(ask(to_line({std::nullopt, wanted})));
    if (const auto why = refusal_in(answer)) return error(ErrorCode::FailedPrecondition, *why);
    return answer;
}

}  // namespace foyer::agent
