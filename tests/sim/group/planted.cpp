#include "tests/sim/group/planted.h"

#include <algorithm>

namespace foyer::sim::group {
namespace {

// Changes the record a member has just made, wherever it is: state, disk queue, messages.
template <class Change>
void rewrite(lead::State& state, lead::Effects& effects, const Change& change) {
    const lead::Ballot ballot = state.durable.record->ballot;
    const auto edit = [&](std::optional<lead::Record>& record) {
        if (record && record->ballot == ballot) change(*record);
    };
    edit(state.durable.record);
    for (auto& [version, durable] : state.writing) edit(durable.record);
    for (lead::Effect& effect : effects) {
        if (auto* persist = effect.edit_if<lead::Persist>()) edit(persist->durable.record);
        if (auto* send = effect.edit_if<lead::Send>())
            if (auto* write = send->message.body.edit_if<lead::Write>())
                if (write->record.ballot == ballot) change(write->record);
    }
}

void count_from_answer(lead::State& state, const lead::Message& message, MonoTime now) {
    const auto peer = state.peers.find(message.envelope.from);
    if (peer == state.peers.end()) return;
    for (lead::Asked& asked : peer->second.asked)
        if (asked.number == message.envelope.number) asked.sent = now;
}

void ignore_fence(lead::State& state, lead::LogPosition& position) {
    if (state.data.position && position.end >= state.data.position->end)
        position.fence = std::max(position.fence, state.data.position->fence);
}

bool is_ballot_request(const lead::Body& body) {
    return body.is<lead::Vote>() || body.is<lead::Prevote>();
}

void forget_vote(lead::State& state, const lead::Message& message) {
    const auto* vote = message.body.get_if<lead::Vote>();
    if (vote == nullptr || vote->epoch != state.durable.epoch) return;
    if (state.durable.voted_for == message.envelope.from || lead::Role::Follower != state.role)
        return;
    state.durable.epoch = Epoch(state.durable.epoch.number() - 1);
    state.promise.until = {};
}

void spoil_message(Planted planted, lead::State& state, lead::Message& message, MonoTime now) {
    if (planted == Planted::NoWait && is_ballot_request(message.body)) {
        state.promise.until = {};
        state.promise.quiet_until = {};
        state.promise.remembered = true;
    }
    if (planted == Planted::VotesTwice) forget_vote(state, message);
    if (planted == Planted::BareLsn) {
        if (auto* vote = message.body.edit_if<lead::Vote>()) ignore_fence(state, vote->position);
        if (auto* prevote = message.body.edit_if<lead::Prevote>())
            ignore_fence(state, prevote->position);
    }
    if (planted == Planted::RejoiningVotes && is_ballot_request(message.body))
        state.durable.rejoining = false;
    if (planted == Planted::PromiseFromAnswer) count_from_answer(state, message, now);
}

void spoil_step(Planted planted, lead::State& state) {
    if (state.role != lead::Role::Leader) return;
    lead::Leading& leading = state.leading;
    if (planted == Planted::EarlyShrink && leading.work &&
        leading.work->step == lead::SyncStep::Shrink &&
        leading.work->phase != lead::SyncPhase::Record)
        leading.work->phase = lead::SyncPhase::Holding;
    if (planted == Planted::OpenedAlone && leading.open_end)
        for (const ReplicaIndex index : state.durable.record->in_sync)
            leading.streaming[index].flushed = *leading.open_end;
}

// A change of members from a record of which nobody knows yet whether it will stay.
void change_early(lead::State& state, lead::Effects& effects, MonoTime now) {
    const lead::Record record = *state.durable.record;
    state.leading.committed = record;
    state.leading.open_record = false;
    for (const lead::MemberEntry& entry : record.members) {
        if (entry.index == state.identity.self || !record.old_members.empty()) continue;
        lead::Proposal proposal{record.ballot, lead::Replace{entry.index, std::nullopt}};
        lead::Outcome outcome = lead::step(std::move(state), proposal, now);
        state = std::move(outcome.state);
        effects.insert(effects.end(), outcome.effects.begin(), outcome.effects.end());
        return;
    }
}

void give_base(lead::State& state, lead::Effects& effects, const lead::State& before) {
    if (!state.durable.rejoining || before.durable.rejoining || state.durable.rejoin_base) return;
    const lead::RejoinBase base{{state.durable.generation, state.durable.epoch},
                                state.durable.record->start};
    state.durable.rejoin_base = base;
    for (auto& [version, durable] : state.writing)
        if (durable.rejoining) durable.rejoin_base = base;
    for (lead::Effect& effect : effects)
        if (auto* persist = effect.edit_if<lead::Persist>())
            if (persist->durable.rejoining) persist->durable.rejoin_base = base;
}

// What it promised before is as long as it was: a record with a shorter T takes nothing back.
void shorten_wait(lead::State& state, const lead::State& before, MonoTime now) {
    const auto& held = state.durable.record;
    const auto& had = before.durable.record;
    if (!held || !had || held->promise >= had->promise) return;
    state.promise.until =
        std::min(state.promise.until, now + held->promise + state.timing.rate_slack);
}

// The box obeys the master's list of members instead of its own record.
void obey_master(ReplicaIndex self, lead::Record& record) {
    if (record.leader == self || record.members.size() < 3 || !record.old_members.empty()) return;
    std::erase_if(record.members, [&](const lead::MemberEntry& entry) {
        return entry.index != self && entry.index != record.leader &&
               !lead::in_sync(record, entry.index);
    });
    if (record.members.size() < 3 || static_cast<int>(record.in_sync.size()) <= record.k) return;
    const ReplicaIndex out = record.in_sync.back();
    if (out == self || out == record.leader) return;
    std::erase(record.in_sync, out);
    std::erase_if(record.members, [&](const auto& entry) { return entry.index == out; });
}

}  // namespace

std::string_view to_text(Planted planted) {
    switch (planted) {
        case Planted::None: return "none";
        case Planted::NoWait: return "1 no wait before voting";
        case Planted::VotesTwice: return "2 votes twice in an epoch";
        case Planted::VoteNotFsynced: return "2 vote not fsynced";
        case Planted::ReceiverRuns: return "3 receiver not stopped before voting";
        case Planted::BareLsn: return "4 a bare LSN as position";
        case Planted::EarlyShrink: return "5 S shrunk before the rest caught up";
        case Planted::SwapInOneStep: return "6 member swapped in one step";
        case Planted::MasterSwaps: return "7 members changed by the master alone";
        case Planted::ForgetfulVoter: return "8 a voter without state votes on";
        case Planted::PromiseFromAnswer: return "9 promise counted from the answer";
        case Planted::EarlyPromote: return "10 promote before the first record is committed";
        case Planted::RecordChanged: return "11 record changed at the same ballot";
        case Planted::EarlyResign: return "12 resign before the service is dead";
        case Planted::NamesBeforeRecord: return "13 grow: names before the record";
        case Planted::OpenedAlone: return "14 opened without k holding the end";
        case Planted::RejoiningVotes: return "15 a rejoining member of S votes";
        case Planted::EarlyChange: return "16 change before the first record is committed";
        case Planted::AlwaysABase: return "18 a base although it holds that fence's marker";
        case Planted::TornIsWhole: return "19 a torn copy is taken as whole";
        case Planted::EarlyPosition: return "21 a position before the log is replayed";
        case Planted::WaitsNewPromise: return "22 waits a shorter T from the moment it hears of it";
        case Planted::WaitIgnored: return "20 stays open though a wait was broken";
    }
    CHECK(false);
}

void spoil_before(Planted planted, lead::State& state, lead::Input& input, MonoTime now) {
    if (planted == Planted::None) return;
    if (auto* message = input.edit_if<lead::Message>())
        spoil_message(planted, state, *message, now);
    if (input.is<lead::Tick>()) spoil_step(planted, state);
    if (planted == Planted::WaitIgnored && input.is<lead::WaitBroken>()) input = lead::Tick{};
}

void spoil_after(Planted planted, lead::State& state, lead::Effects& effects,
                 const lead::State& before, MonoTime now) {
    if (planted == Planted::AlwaysABase) give_base(state, effects, before);
    if (planted == Planted::WaitsNewPromise) shorten_wait(state, before, now);
    if (planted == Planted::None || state.role != lead::Role::Leader) return;
    const bool elected = before.role == lead::Role::Candidate;
    lead::Leading& leading = state.leading;
    if (planted == Planted::EarlyPromote && elected) {
        leading.committed = *state.durable.record;
        leading.open_record = false;
    }
    const bool joint = leading.open_record && !state.durable.record->old_members.empty() &&
                       before.durable.record->old_members.empty();
    if (planted == Planted::SwapInOneStep && joint)
        rewrite(state, effects, [](lead::Record& record) {
            record.old_members.clear();
            std::erase_if(record.in_sync, [&](ReplicaIndex index) {
                return lead::find_entry(record, index) == nullptr;
            });
            record.k = std::min(record.k, static_cast<int>(record.in_sync.size()));
        });
    if (planted == Planted::EarlyChange && elected) change_early(state, effects, now);
    if (planted == Planted::NamesBeforeRecord && leading.work && !before.leading.work &&
        leading.work->step == lead::SyncStep::Grow)
        effects.insert(effects.begin(), lead::SetQuorum{0, lead::quorum_of(*state.durable.record)});
}

void spoil_disk(Planted planted, ReplicaIndex self, lead::Durable& durable) {
    if (!durable.record) return;
    if (planted == Planted::ForgetfulVoter) {
        durable.epoch = Epoch();
        durable.voted_for.reset();
        durable.record->ballot = {durable.generation, Epoch(), 0};
        durable.record->leader.reset();
        durable.t_max = Duration(0);
    }
    if (planted == Planted::MasterSwaps) obey_master(self, *durable.record);
    // A leader that restarts writes its record anew instead of the one on its disk.
    if (planted == Planted::RecordChanged && durable.record->leader == self)
        durable.record->promise += Duration(1);
}

}  // namespace foyer::sim::group
