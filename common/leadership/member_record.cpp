// The leader's stages, the four steps, the members and the proposals, in step(): sections 7 and 8.
#include <algorithm>

#include "common/leadership/members.h"
#include "common/leadership/turn.h"

namespace foyer::leadership {
namespace {

void read_open_end(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    leading.open_end.reset();
    leading.open_number = state.next_number++;
    turn.effects.push_back(ReadEnd{leading.open_number});
}

// Stopped by order: the group and its lease go on, the database does not.
void stand_still(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    move_to(turn, Stage::Writing);
    leading.promote_asked = false;
    leading.promoted = false;
    leading.shown = false;
    leading.work.reset();
    leading.handover.reset();
    leading.running_since.reset();
    state.health.promoting.reset();
    state.health.opened_at.reset();
    for (auto& [index, one] : leading.streaming) {
        one.since.reset();
        one.away_since = turn.now;
    }
}

// Elected with nothing, and nobody else counts: what it promotes must be made first, which takes as
// long as its line and its disk do. To resign would only begin that anew.
bool makes_first_copy(const Record& record) {
    return record.start == LogPosition{} && record.in_sync.size() == 1;
}

void advance_writing(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    if (!leading.committed || leading.open_record) return;
    if (leading.committed->desired != DesiredState::Running) return;
    move_to(turn, Stage::Promoting);
    if (!makes_first_copy(*leading.committed)) state.health.promoting = Promoting{turn.now};
    set_quorum(turn, quorum_of(*leading.committed));
}

void advance_promoting(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    if (leading.shown && !leading.promote_asked) {
        leading.promote_asked = true;
        turn.effects.push_back(Promote{own_fence(state)});
    }
    if (!leading.promoted) return;
    state.health.promoting.reset();
    move_to(turn, Stage::Closed);
    read_open_end(turn);
}

// Of the newest record too, while it is open: what can be read from then on must be held as that
// record says, if it is the one that stays.
bool may_open(const State& state) {
    const Leading& leading = state.leading;
    const Record& record = *leading.committed;
    const Record& newest = *state.durable.record;
    if (leading.open_end &&
        holding(newest, leading.streaming, *leading.open_end, std::nullopt) < newest.k)
        return false;
    return !leading.handover && record.desired == DesiredState::Running &&
           record.k >= record.floor && leading.open_end && leading.shown &&
           covers(leading.wanted, *record.leader, record) &&
           holding(record, leading.streaming, *leading.open_end, std::nullopt) >= record.k;
}

void advance_closed(Turn& turn) {
    Leading& leading = turn.state.leading;
    if (leading.open_number == 0) return read_open_end(turn);
    if (!may_open(turn.state)) return;
    leading.open_number = 0;
    leading.open_end.reset();
    move_to(turn, Stage::Open);
    auto& opened = turn.state.health.opened_at;
    if (!opened) opened = turn.now;
    turn.effects.push_back(Clients{Gate::Open});
}

void close(Turn& turn) {
    if (turn.state.leading.stage == Stage::Open) move_to(turn, Stage::Closed);
    turn.state.leading.open_number = 0;
    turn.state.leading.open_end.reset();
}

void finish_work(Turn& turn) {
    turn.state.leading.work.reset();
    turn.state.leading.last_step = turn.now;
}

void advance_work(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    SyncWork& work = *leading.work;
    const Record& record = *state.durable.record;
    switch (work.phase) {
        case SyncPhase::Names:
            if (!leading.shown) break;
            if (!database_first(work.step)) return finish_work(turn);
            work.phase = SyncPhase::ReadingEnd;
            leading.work_number = state.next_number++;
            turn.effects.push_back(ReadEnd{leading.work_number});
            break;
        case SyncPhase::ReadingEnd: break;  // on_end
        case SyncPhase::Holding:
            if (!is_held(work, record, leading.streaming)) break;
            work.phase = SyncPhase::Record;
            return write_record(turn, record_after(work, record));
        case SyncPhase::Record:
            if (leading.open_record) return;
            if (database_first(work.step)) return finish_work(turn);
            work.phase = SyncPhase::Names;
            return set_quorum(turn, quorum_of(work, record));
    }
    // The record is not written: the record's own names are as safe, whatever was acknowledged.
    if (database_first(work.step) && turn.now - work.since >= state.timing.step_max) {
        set_quorum(turn, quorum_of(record));
        finish_work(turn);
    }
}

bool may_step(const State& state, MonoTime now) {
    const Leading& leading = state.leading;
    if (!leading.promoted || !leading.shown || leading.handover) return false;
    const bool pauses = !leading.committed || !is_closed_for_want(*leading.committed);
    if (pauses && leading.last_step && now - *leading.last_step < state.timing.step_pause)
        return false;
    return !leading.running_since || now - *leading.running_since >= state.timing.settle;
}

void begin_step(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    if (!leading.committed || leading.open_record || leading.handover) return;
    const Record& record = *leading.committed;
    if (may_end_joint(record) && is_chain_held(state)) return write_record(turn, end_joint(record));
    if (record.desired != DesiredState::Running || !may_step(state, turn.now)) return;
    leading.work = choose_step(record, leading.streaming, state.timing, turn.now);
    if (!leading.work) return;
    if (database_first(leading.work->step))
        set_quorum(turn, quorum_of(*leading.work, record));
    else
        write_record(turn, record_after(*leading.work, record));
}

void advance_handover(Turn& turn) {
    Leading& leading = turn.state.leading;
    const Handover& handover = *leading.handover;
    if (handover.end && leading.streaming[handover.to].flushed >= *handover.end)
        return start_fencing(turn, handover.to, LeadershipEndReason::HandedOver);
    if (turn.now >= handover.deadline) leading.handover.reset();
}

// What a committed record asks of the stages.
void apply_committed(Turn& turn) {
    Leading& leading = turn.state.leading;
    if (!leading.committed) return;
    const bool run = leading.committed->desired == DesiredState::Running;
    if (!run && leading.stage != Stage::Writing) {
        if (leading.promote_asked) turn.state.data.led = true;
        return stand_still(turn);
    }
    if (leading.committed->k < leading.committed->floor && leading.stage == Stage::Open)
        close(turn);
}

void refuse(Turn& turn, std::string why) { report(turn, "proposal refused: " + std::move(why)); }

void propose(Turn& turn, const Prefer& prefer) {
    State& state = turn.state;
    Leading& leading = state.leading;
    const Record& record = *leading.committed;
    const MemberEntry* entry = find_entry(record, prefer.who);
    if (!prefer.at_once && turn.now - leading.elected_at < state.timing.tenure)
        return refuse(turn, "its leader was elected less than ten minutes ago");
    if (entry == nullptr || !entry->may_lead || !in_sync(record, prefer.who) ||
        !is_member(record, prefer.who) || prefer.who == state.identity.self)
        return refuse(turn, "who is preferred cannot be elected");
    if (!leading.streaming[prefer.who].since || !leading.promoted)
        return refuse(turn, "who is preferred is not caught up");
    close(turn);
    leading.handover = Handover{prefer.who, state.next_number++, std::nullopt,
                                turn.now + state.timing.handover_max};
    turn.effects.push_back(ReadEnd{leading.handover->number});
}

void propose_record(Turn& turn, Record next) {
    ++next.ballot.seq;
    const Status valid = check_valid(next);
    if (!valid.ok()) return refuse(turn, valid.failure().message);
    write_record(turn, std::move(next));
}

void propose(Turn& turn, const Replace& replace) {
    if (!is_chain_held(turn.state))
        return refuse(turn, "the members of now are not on record with enough of them yet");
    auto next = joint(*turn.state.leading.committed, replace.out, replace.in);
    if (!next.ok()) return refuse(turn, next.failure().message);
    write_record(turn, std::move(next).value());
}

void propose(Turn& turn, const SetDesired& wish) {
    Record next = *turn.state.leading.committed;
    if (next.desired == DesiredState::Deleted) return refuse(turn, "it is deleted");
    if (next.desired != DesiredState::Running && wish.desired == DesiredState::Running)
        turn.state.leading.running_since = turn.now;
    next.desired = wish.desired;
    propose_record(turn, std::move(next));
}

void propose(Turn& turn, const SetPromise& wish) {
    if (wish.promise < Duration(2'000) || wish.promise > Duration(100'000))
        return refuse(turn, "a promise lasts between 2 and 100 seconds");
    Record next = *turn.state.leading.committed;
    next.promise = wish.promise;
    propose_record(turn, std::move(next));
}

void propose(Turn& turn, const SetBarred& wish) {
    Record next = *turn.state.leading.committed;
    next.barred = wish.who;
    propose_record(turn, std::move(next));
}

void propose(Turn& turn, const SetCopies& wish) {
    Record next = *turn.state.leading.committed;
    next.copies = wish.copies;
    next.floor = wish.floor;
    propose_record(turn, std::move(next));
}

}  // namespace

void set_quorum(Turn& turn, const DatabaseQuorum& wanted) {
    State& state = turn.state;
    Leading& leading = state.leading;
    leading.wanted = wanted;
    leading.shown = false;
    leading.quorum_number = state.next_number++;
    turn.effects.push_back(SetQuorum{leading.quorum_number, wanted});
}

void advance(Turn& turn) {
    State& state = turn.state;
    Leading& leading = state.leading;
    apply_committed(turn);
    switch (leading.stage) {
        case Stage::Writing: advance_writing(turn); break;
        case Stage::Promoting: advance_promoting(turn); break;
        case Stage::Closed: advance_closed(turn); break;
        case Stage::Open: break;
    }
    if (leading.handover) return advance_handover(turn);
    if (leading.work)
        advance_work(turn);
    else
        begin_step(turn);
}

void on_shown(Turn& turn, const QuorumShown& fact) {
    Leading& leading = turn.state.leading;
    if (turn.state.role == Role::Leader && fact.number == leading.quorum_number)
        leading.shown = true;
}

void on_end(Turn& turn, const EndRead& fact) {
    Leading& leading = turn.state.leading;
    if (turn.state.role != Role::Leader) return;
    if (leading.open_number != 0 && fact.number == leading.open_number) leading.open_end = fact.end;
    if (leading.handover && fact.number == leading.handover->number)
        leading.handover->end = fact.end;
    if (leading.work && leading.work->phase == SyncPhase::ReadingEnd &&
        fact.number == leading.work_number) {
        leading.work->end = fact.end;
        leading.work->phase = SyncPhase::Holding;
    }
}

// Commits that stopped waiting can be read when it opens again: a step counts them as well.
void on_wait_broken(Turn& turn) {
    State& state = turn.state;
    if (state.role != Role::Leader) return;
    Leading& leading = state.leading;
    close(turn);
    if (!leading.work || !database_first(leading.work->step)) return;
    SyncWork& work = *leading.work;
    if (work.phase != SyncPhase::ReadingEnd && work.phase != SyncPhase::Holding) return;
    work.phase = SyncPhase::ReadingEnd;
    leading.work_number = state.next_number++;
    turn.effects.push_back(ReadEnd{leading.work_number});
}

void on_streams(Turn& turn, const MemberStreams& fact) {
    if (turn.state.role != Role::Leader) return;
    Streaming& one = turn.state.leading.streaming[fact.who];
    if (fact.streaming)
        one.away_since.reset();
    else if (!one.away_since)
        one.away_since = turn.now;
    if (!fact.streaming || !fact.caught_up)
        one.since.reset();
    else if (!one.since)
        one.since = turn.now;
}

void on_flushed(Turn& turn, const Flushed& fact) {
    if (turn.state.role != Role::Leader || fact.fence != own_fence(turn.state)) return;
    Lsn& flushed = turn.state.leading.streaming[fact.who].flushed;
    flushed = std::max(flushed, fact.end);
}

void on_proposal(Turn& turn, const Proposal& proposal) {
    const State& state = turn.state;
    const Leading& leading = state.leading;
    if (state.role != Role::Leader) return refuse(turn, "this member does not lead");
    if (!leading.committed || leading.committed->ballot != proposal.made_for)
        return refuse(turn, "it was made for another record");
    if (leading.open_record || leading.work || leading.handover)
        return refuse(turn, "another change is not finished");
    std::visit([&](const auto& what) { propose(turn, what); }, proposal.what);
}

}  // namespace foyer::leadership
