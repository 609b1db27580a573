#include "node-agent/domain/partition_state.h"

namespace foyer::agent {
namespace {

constexpr std::string_view paused_text = "its host has paused this box";

// Something of this order that the service may have run on.
bool is_here(const Assignment& desired, const LocalState& local) {
    return !may_begin_anew(local) && !is_leftover(desired, local);
}

}  // namespace

bool is_kept_out(const Assignment* desired, const LocalState& local, const Refused& refused) {
    if (desired == nullptr || refused.reason.empty()) return false;
    return refused.now || !is_here(*desired, local);
}

std::string kept_still(const Assignment* desired, const LocalState& local, const Session& session) {
    if (session.paused) return std::string(paused_text);
    if (!is_kept_out(desired, local, session.refused)) return {};
    return std::string(refused_by_host) + "its host " + session.refused.reason;
}

}  // namespace foyer::agent
