#include "master/domain/patience.h"

#include "common/base/text.h"
#include "master/domain/electing.h"
#include "master/domain/group.h"

namespace foyer::master {
namespace {

constexpr int aged_at_once_max = 100;

bool is_short_silence(const LeadershipEnd& end, WallTime now) {
    const Duration told_after = now - end.ended_at;
    return end.reason == LeadershipEndReason::LeaseOver && told_after <= silence_told_within &&
           told_after >= -silence_told_within;
}

std::string seconds(Duration span) { return std::to_string(span.count() / 1'000) + " s"; }

// Of this order, of the box that held the copy, and not told before: boxes repeat themselves.
bool is_first_news(const Group& group, const NodeId& from, const LeadershipReport& seen) {
    const Replica* replica = group.state().find_replica(seen.partition);
    if (!seen.end || replica == nullptr || replica->node != from) return false;
    if (replica->key.instance != group.instance.name ||
        is_other_order(seen.ordered_at, group.instance.created_at))
        return false;
    const Takeover* known = group.state().takeovers().get({group.instance.name, seen.fence});
    return known == nullptr || !known->end;
}

void note_silence(Group& group, Draft& draft) {
    Electing& electing = group.instance.electing.edit();
    const bool again = electing.silence_at && draft.now() - *electing.silence_at <= silences_within;
    const bool was_patient = electing.patient_until.has_value();
    electing.silence_at = draft.now();
    if (!again && !was_patient) return;
    electing.patient_until = draft.now() + patient_for;
    if (was_patient) return;
    group.group_changed(draft);
    draft.event("patience_raised", group.instance,
                "twice within a week the line of a home that serves it was silent for a moment, "
                "and another home took over: from now on that happens after " +
                    seconds(patient_promise) + " of silence instead of " + seconds(quick_promise) +
                    ", until " + to_rfc3339(*electing.patient_until) +
                    " if no more such silences come");
}

}  // namespace

Duration promise_of(const Instance& instance) {
    switch (instance.policy.patience) {
        case Patience::Quick: return quick_promise;
        case Patience::Patient: return patient_promise;
        case Patience::Measured:
            return instance.electing && instance.electing->patient_until ? patient_promise
                                                                         : quick_promise;
    }
    CHECK(false);
}

void hear_silences(Group& group, const ReportNode& command, Draft& draft) {
    if (!elects(group.instance) || group.instance.policy.patience != Patience::Measured) return;
    for (const LeadershipReport& seen : command.leaderships)
        if (is_first_news(group, command.node, seen) && is_short_silence(*seen.end, draft.now()))
            note_silence(group, draft);
}

void age_patience(Draft& draft) {
    const State& state = draft.state();
    int aged = 0;
    for (const auto& [until, name] : state.patient()) {
        if (until > draft.now() || aged == aged_at_once_max) return;
        Instance instance = state.instances().at(name);
        instance.electing.edit().patient_until.reset();
        instance.group_revision = draft.revision();
        draft.event("patience_lowered", instance,
                    "the lines of its homes were not silent for " +
                        std::to_string(patient_for.count() / 86'400'000) +
                        " days: another home takes over after " + seconds(quick_promise) +
                        " again");
        draft.put(std::move(instance));
        ++aged;
    }
}

}  // namespace foyer::master
