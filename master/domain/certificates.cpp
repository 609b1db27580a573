// Certificates that are about to end: those of boxes, which renew them by themselves while they
// reach the master, and the master's own, which it makes at its start.
#include "common/base/text.h"
#include "master/domain/draft.h"
#include "master/domain/events.h"

namespace foyer::master {
namespace {

constexpr Duration master_warning{std::int64_t{30} * 24 * 3600 * 1000};
constexpr Duration master_told_again{std::int64_t{7} * 24 * 3600 * 1000};
constexpr int told_at_once_max = 100;

bool is_near(const Node& node, Duration warning, WallTime now) {
    return !node.key_fingerprint.empty() && node.state != NodeState::Expected &&
           node.certificate_expires_at - now < warning &&
           node.certificate_told != node.certificate_expires_at;
}

}  // namespace

Result<Decision> look_at_certificates(const State& state, const LookAtCertificates& command,
                                      WallTime now) {
    Draft draft(state, now);
    int told = 0;
    for (const auto& [name, row] : state.nodes()) {
        if (told == told_at_once_max) break;
        if (!is_near(row, command.node_warning, now)) continue;
        Node node = row;
        node.certificate_told = node.certificate_expires_at;
        draft.event("node_certificate_ends", node,
                    "its certificate ends at " + to_rfc3339(node.certificate_expires_at));
        draft.put(std::move(node));
        ++told;
    }
    if (command.master_ends && *command.master_ends - now < master_warning &&
        !was_told(state, "master_certificate_ends", {}, now + -master_told_again))
        draft.event("master_certificate_ends",
                    "the master's own certificate ends at " + to_rfc3339(*command.master_ends));
    Decision decision = std::move(draft).done();
    decision.reply.more = told == told_at_once_max;
    return decision;
}

}  // namespace foyer::master
