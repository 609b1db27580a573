#include "node-agent/domain/first_answer.h"

#include <algorithm>

namespace foyer::agent {

AnswerWatch routed(const EdgeRoute& route, const FirstAnswerRules& rules, MonoTime now) {
    AnswerWatch watch;
    watch.fence = route.fence;
    watch.ordered_at = route.ordered_at;
    watch.heard_at = route.heard_at.value_or(now);
    watch.routed_at = now;
    return put_off(std::move(watch), rules, now);
}

AnswerWatch counted(AnswerWatch watch, std::uint64_t answers, const FirstAnswerRules& rules,
                    MonoTime now) {
    // A proxy that was started again counts from zero.
    if (!watch.answers_before || answers < *watch.answers_before) watch.answers_before = answers;
    if (answers == *watch.answers_before) return put_off(std::move(watch), rules, now);
    watch.answered_at = now;
    watch.next_look.reset();
    return watch;
}

AnswerWatch put_off(AnswerWatch watch, const FirstAnswerRules& rules, MonoTime now) {
    const Duration since = now - watch.routed_at;
    watch.next_look.reset();
    if (since < rules.gives_up)
        watch.next_look = now + (since < rules.eager ? rules.look : rules.look_rarely);
    return watch;
}

bool is_time_to_look(const AnswerWatch& watch, MonoTime now) {
    return watch.next_look && now >= *watch.next_look;
}

std::optional<MonoTime> next_look(const std::map<std::string, AnswerWatch>& watches) {
    std::optional<MonoTime> next;
    for (const auto& [hostname, watch] : watches)
        if (watch.next_look) next = std::min(next.value_or(*watch.next_look), *watch.next_look);
    return next;
}

RoutingReport routing_report(const EdgeRoute& route, const AnswerWatch& watch, Now now) {
    RoutingReport report;
    report.instance = route.instance;
    report.ordered_at = watch.ordered_at;
    report.fence = watch.fence;
    report.heard_at = now.wall + (watch.heard_at - now.mono);
    report.routed = watch.routed_at - watch.heard_at;
    if (watch.answered_at) report.answered = *watch.answered_at - watch.heard_at;
    return report;
}

}  // namespace foyer::agent
