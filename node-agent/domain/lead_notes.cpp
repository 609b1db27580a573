#include "node-agent/domain/lead_notes.h"

#include <algorithm>

namespace foyer::agent {
namespace {

namespace lead = leadership;

bool is_promise_over(const lead::Promise& promise, MonoTime now) {
    return promise.released || (promise.until <= now && promise.quiet_until <= now);
}

MonoTime end_of(const lead::Promise& promise, MonoTime now) {
    const MonoTime end = std::max(promise.until, promise.quiet_until);
    // After a restart nothing is remembered of a promise that was over already.
    return promise.released || end == MonoTime{} ? now : std::min(end, now);
}

// A promise to a mere candidate says nothing of the leader.
void watch_leader(LeadNotes& notes, const lead::State& state, MonoTime now) {
    const auto& record = state.durable.record;
    if (!record || record->ballot.epoch != state.durable.epoch) return;
    if (!is_promise_over(state.promise, now)) {
        notes.heard.reset();
        notes.fenced.reset();
        if (!state.warmed) notes.detected.reset();
        if (state.warmed && !notes.detected) notes.detected = now;
        return;
    }
    if (state.preferred) notes.cause = TakeoverCause::HandedOver;
    if (notes.fenced) return;
    notes.fenced = end_of(state.promise, now);
    notes.cause = state.preferred          ? TakeoverCause::HandedOver
                  : state.promise.released ? TakeoverCause::Resigned
                                           : TakeoverCause::PromiseOver;
    if (!record->leader) return;
    const auto peer = state.peers.find(*record->leader);
    if (peer != state.peers.end()) notes.heard = peer->second.heard;
}

LeadershipReport report_of(const lead::State& state) {
    LeadershipReport report;
    report.fence = {state.durable.generation, state.durable.epoch};
    return report;
}

void begin_lead(LeadNotes& notes, const lead::State& state, Now now) {
    const MonoTime elected = std::min(state.leading.elected_at, now.mono);
    const MonoTime fenced = std::min(notes.fenced.value_or(elected), elected);
    const MonoTime detected = std::min(notes.detected.value_or(fenced), fenced);
    notes.began = std::min(notes.heard.value_or(detected), detected);
    LeadershipBegin begin;
    begin.began_at = now.wall + (notes.began - now.mono);
    begin.detected = detected - notes.began;
    begin.fenced = fenced - notes.began;
    begin.elected = elected - notes.began;
    const lead::Record& before = state.leading.elected_with;
    if (before.leader) {
        begin.former = before.leader;
        begin.former_fence = lead::fence_of(before.ballot);
        begin.cause = notes.cause;
    }
    notes.report = report_of(state);
    notes.report.begin = begin;
    notes.was_open = false;
    notes.closed.reset();
    // Told: the next election of this copy has moments of its own.
    notes.heard.reset();
    notes.detected.reset();
    notes.fenced.reset();
}

void watch_own_lead(LeadNotes& notes, const lead::State& state, MonoTime now) {
    const bool open = state.leading.stage == lead::Stage::Open;
    if (open) notes.closed.reset();
    if (!open && notes.was_open && !notes.closed) notes.closed = now;
    notes.was_open = notes.was_open || open;
    if (!notes.report.begin) return;
    LeadershipBegin& begin = *notes.report.begin;
    const Duration span = now - notes.began;
    if (!begin.announced && state.leading.committed) begin.announced = span;
    if (!begin.promoted && state.leading.promoted) begin.promoted = span;
    if (!begin.opened && open) begin.opened = span;
}

void end_lead(LeadNotes& notes, const lead::State& state, Now now) {
    LeadershipEnd end;
    end.reason = state.fenced_for.value_or(LeadershipEndReason::LeaseOver);
    end.ended_at = now.wall;
    end.closing = now.mono - notes.closed.value_or(now.mono);
    notes.report.end = end;
}

}  // namespace

std::optional<LeadershipReport> note_lead(LeadNotes& notes, const lead::State& state, Now now) {
    const lead::Role before = std::exchange(notes.role, state.role);
    const LeadershipReport told = notes.report;
    switch (state.role) {
        case lead::Role::Follower:
            if (before == lead::Role::Fencing) end_lead(notes, state, now);
            [[fallthrough]];
        case lead::Role::PreCandidate:
        case lead::Role::Candidate: watch_leader(notes, state, now.mono); break;
        case lead::Role::Resuming: notes.report = report_of(state); break;
        case lead::Role::Leader:
            if (before != lead::Role::Leader && before != lead::Role::Resuming)
                begin_lead(notes, state, now);
            watch_own_lead(notes, state, now.mono);
            break;
        case lead::Role::Fencing:
            if (before != lead::Role::Fencing && !notes.closed) notes.closed = now.mono;
            break;
    }
    if (notes.report == told || (!notes.report.begin && !notes.report.end)) return std::nullopt;
    return notes.report;
}

}  // namespace foyer::agent
