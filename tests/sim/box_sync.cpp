// The long poll of a box, in virtual time: what node-agent/link/sync_loop does with a thread, by
// the same SyncPace.
#include <algorithm>
#include <iterator>

#include "tests/sim/box.h"

namespace foyer::sim {

using agent::SyncPace;

void Box::round() {
    next_round_ = no_event;
    if (!agent_ || agent_is_dying()) return;
    room_.timeline.cancel(nudge_);
    news_ = false;
    pausing_until_news_ = false;
    const Entered inside(*this);
    SyncReport report = agent_->report();
    if (report.observation_number != 0) {
        for (const PartitionObservation& seen : report.observations)
            room_.trace.line(spec_.name.str(), "reports",
                             seen.partition.str() + " " + std::string(to_text(seen.role)) + " " +
                                 std::string(to_text(seen.phase)) + (seen.ready ? " ready " : " ") +
                                 seen.reason);
        report.immediate = true;
        progress_ = false;
    } else if (progress_ && ++progress_rounds_ > 4) {
        progress_ = false;  // it went and came back: there is nothing to say
    }
    calling_ = true;
    holding_ = agent::is_ended_by_news(report);
    call_began_ = room_.timeline.now();
    ++syncs_;
    const std::uint64_t call = ++call_;
    line_.sync(number_, altered(std::move(report)),
               [this, call](Result<SyncAnswer> answer) { answered(call, std::move(answer)); });
}

void Box::poke() {
    news_ = true;
    if (calling_) {
        if (!holding_ || nudge_ != no_event) return;
        const Duration since(room_.timeline.now() - call_began_);
        const Duration quiet = pace_->until_news_end_call(since);
        nudge_ = room_.timeline.after(quiet.count(), [this] { nudge(); });
    } else if (pausing_until_news_ && next_round_ != no_event) {
        pausing_until_news_ = false;
        room_.timeline.cancel(next_round_);
        next_round_ = room_.timeline.after(sync_rules_.coalesce.count(), [this] { round(); });
    }
}

void Box::nudge() {
    nudge_ = no_event;
    if (!calling_ || !news_ || !agent_) return;
    end_call();
    line_.hang_up(number_);
    round();
}

void Box::end_call() {
    calling_ = false;
    ++call_;
    room_.timeline.cancel(nudge_);
}

void Box::call_broke() {
    if (!calling_ || !agent_) return;
    end_call();
    failed(ErrorCode::Unavailable);
}

void Box::answered(std::uint64_t call, Result<SyncAnswer> answer) {
    if (call != call_ || !calling_ || !agent_ || agent_is_dying()) return;
    end_call();
    if (!answer.ok()) return failed(answer.failure().code);
    const SyncAnswer heard = altered(std::move(answer).value());
    const Entered inside(*this);
    const Status digested = agent_->digest(heard);
    if (agent_is_dying()) return;
    const Revision now_at = journal_.desired() ? journal_.desired()->revision : Revision();
    if (now_at > Revision() && now_at < newest_)
        room_.broken("box '" + spec_.name.str() + "' went back from revision " +
                     std::to_string(newest_.number()) + " to " + std::to_string(now_at.number()));
    newest_ = std::max(newest_, now_at);
    const SyncPace::Pause next = pace_->answered(heard, digested, dice_.rng());
    room_.coverage.saw("sync", digested.ok() ? "digested"
                               : digested.failure().code == ErrorCode::Aborted
                                   ? "difference did not fit"
                                   : "orders not taken");
    if (digested.ok()) tend_certificate();
    pause(next);
    if (digested.ok() && agent_->has_overdue_news()) poke();
}

// By the box's own clock: at two thirds of the life, after an answer, and not more often than once
// a minute.
Moment Box::renewal_due() const {
    const Moment life = certificate_.until - certificate_.from;
    return certificate_.from + life * 2 / 3 - clock_.wrong().count();
}

void Box::tend_certificate() {
    const Moment now = room_.timeline.now();
    if (now < renewal_due() || now < next_renewal_) return;
    next_renewal_ = now + minute;
    line_.renew(number_);
}

void Box::renewed(const Certificate& certificate) {
    if (certificate_.until != 0) room_.coverage.saw("certificate", "renewed");
    certificate_ = certificate;
    // A quiet call would not end for it.
    const auto remind = [this](const auto& again) -> void {
        const Moment at = std::max(renewal_due(), room_.timeline.now() + minute);
        renewing_ = room_.timeline.at(at, [this, again] {
            if (agent_) line_.progress(number_);
            again(again);
        });
    };
    room_.timeline.cancel(renewing_);
    remind(remind);
}

void Box::failed(ErrorCode code) {
    room_.trace.line(spec_.name.str(), "sync failed", to_text(code));
    room_.coverage.saw("sync", "failed: " + std::string(to_text(code)));
    pause(pace_->failed(code, dice_.rng()));
}

void Box::pause(SyncPace::Pause pause) {
    pausing_until_news_ = pause.until_news;
    room_.timeline.cancel(next_round_);
    const bool at_once = pause.until_news && news_;
    const Duration span = at_once ? sync_rules_.coalesce : pause.span;
    next_round_ = room_.timeline.after(span.count(), [this] { round(); });
}

// What an agent of before does not say, and the planted bugs of the agent's side of the line.
SyncReport Box::altered(SyncReport report) const {
    if (room_.bug == Bug::WrongBase && report.applied_revision > Revision())
        report.applied_revision = report.applied_revision.next();
    if (room_.bug == Bug::LoseErased) report.erased.clear();
    if (world.old_agent) {
        report.disk_free_bytes = 0;
        for (PartitionObservation& seen : report.observations) {
            seen.applied = Revision();
            seen.ordered_at = {};
        }
    }
    if (room_.bug == Bug::TooFewPositions && journal_.desired()) {
        // Says that it follows nobody any more as soon as it is told to, and not when it is so.
        for (PartitionObservation& seen : report.observations) {
            const auto wanted = journal_.desired()->assignments.find(seen.partition);
            if (wanted == journal_.desired()->assignments.end() || !seen.position) continue;
            if (!wanted->second.leader) seen.position->receiving = false;
            seen.fence = wanted->second.fence;
        }
    }
    return report;
}

SyncAnswer Box::altered(SyncAnswer answer) {
    if (world.old_agent) {  // it skips fields that it does not know
        answer.clock = {};
        for (Assignment& assignment : answer.delta.assignments) {
            assignment.learners.clear();
            assignment.ordered_at = {};
        }
        for (EdgeRoute& route : answer.delta.routes) route.ordered_at = {};
    }
    if (room_.bug == Bug::WrongBase && answer.delta.base > Revision() && journal_.desired())
        answer.delta.base = journal_.desired()->revision;
    if (room_.bug == Bug::ReorderDeltas && !answer.delta.assignments.empty()) {
        if (held_back_.empty() && !answer.delta.full()) {
            held_back_.swap(answer.delta.assignments);
        } else {
            std::ranges::move(held_back_, std::back_inserter(answer.delta.assignments));
            held_back_.clear();
        }
    }
    return answer;
}

}  // namespace foyer::sim
