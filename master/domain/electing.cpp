#include "master/domain/electing.h"

#include <algorithm>

#include "common/leadership/evidence_text.h"
#include "common/leadership/record_text.h"
#include "master/domain/group.h"
#include "master/domain/handover.h"
#include "master/domain/membership.h"
#include "master/domain/patience.h"

namespace foyer::master {
namespace {

namespace lead = leadership;

// Only a well-formed one may become part of a record.
std::string checked_incarnation(const std::string& text) {
    return lead::parse_incarnation(text).ok() ? text : std::string();
}

GroupSeat seat_of(const State& state, const Replica& replica) {
    return {replica.key.index, replica.kind, state.nodes().at(replica.node).key_fingerprint,
            *replica.incarnation, may_lead(state, replica)};
}

lead::MemberEntry entry_of(const GroupSeat& seat) {
    return {seat.index, seat.kind, lead::NodeKey(seat.node_key),
            lead::parse_incarnation(seat.incarnation).value(), seat.may_lead};
}

lead::Record first_record(const Group& group) {
    lead::Record record;
    record.ballot = {group.instance.fence.generation, Epoch(), 0};
    for (const Replica& replica : group.replicas) {
        if (!replica.incarnation) continue;
        record.members.push_back(entry_of(seat_of(group.state(), replica)));
        if (replica.founder) record.in_sync.push_back(replica.key.index);
    }
    record.k = 1;
    record.copies = group.copies();
    // Serves with one copy at worst, or not below what a write needs.
    const bool goes_on = group.instance.policy.short_of_copies == ShortOfCopies::GoOn;
    record.floor = goes_on ? 1 : group.copies();
    record.mode = group.instance.policy.mode;
    record.promise = promise_of(group.instance);
    record.desired = group.instance.desired;
    record.barred = barred_of(group.state(), record, group.instance.name);
    begin_chain(record, group.state().settings());
    return record;
}

std::optional<ReplicaIndex> member_to_go(const lead::Record& record,
                                         const std::vector<const Replica*>& replicas) {
    for (const lead::MemberEntry& entry : record.members) {
        if (record.leader == entry.index) continue;  // another one leads first
        const auto row = std::ranges::find_if(
            replicas, [&](const Replica* one) { return one->key.index == entry.index; });
        if (row == replicas.end() || (*row)->membership != Membership::Member) return entry.index;
    }
    return std::nullopt;
}

const Replica* member_to_come(const lead::Record& record,
                              const std::vector<const Replica*>& replicas) {
    for (const Replica* replica : replicas) {
        const bool wanted = replica->membership == Membership::Member && replica->incarnation;
        if (wanted && lead::find_entry(record, replica->key.index) == nullptr) return replica;
    }
    return nullptr;
}

std::optional<GroupProposal> proposal_of(const State& state, const Instance& instance) {
    const auto record = committed_record(instance);
    if (!record || !record->old_members.empty()) return std::nullopt;
    GroupProposal proposal;
    proposal.made_for = lead::to_text(record->ballot);
    if (record->desired != instance.desired && instance.desired != DesiredState::Deleted) {
        proposal.desired = instance.desired;
        return proposal;
    }
    const auto replicas = state.replicas_of(instance.name);
    proposal.out = member_to_go(*record, replicas);
    if (const Replica* in = member_to_come(*record, replicas)) proposal.in = seat_of(state, *in);
    if (proposal.out || proposal.in) return proposal;
    if (instance.promotion && instance.promotion->wanted != record->leader)
        proposal.prefer = instance.promotion->wanted;
    if (proposal.prefer) return proposal;
    const lead::IndexSet barred = barred_of(state, *record, instance.name);
    if (barred != record->barred)
        proposal.barred = barred;
    else if (promise_of(instance) != record->promise)
        proposal.promise = promise_of(instance);
    return proposal.barred || proposal.promise ? std::optional(proposal) : std::nullopt;
}

// A group that goes on with fewer copies than ordered says so, and when that is over.
void tell_copies(const lead::Record& before, const lead::Record& now, const Instance& instance,
                 Draft& draft) {
    const auto is_short = [](const lead::Record& record) { return record.k < record.copies; };
    if (before.leader && is_short(now) && !is_short(before))
        draft.event("copies_short", instance,
                    "goes on with fewer copies, as ordered: a write needs " +
                        std::to_string(now.k) + " instead of " + std::to_string(now.copies));
    if (before.leader && !is_short(now) && is_short(before))
        draft.event("copies_enough", instance,
                    "a write needs " + std::to_string(now.k) + " copies, as ordered");
}

bool is_voter_of(const State& state, const Replica& replica, const lead::FalseVoter& voter) {
    return replica.key.index == voter.index && replica.incarnation &&
           *replica.incarnation == lead::to_text(voter.incarnation) &&
           state.nodes().at(replica.node).key_fingerprint == voter.key.str();
}

void learn_record(Group& group, const std::string& text, Draft& draft) {
    Instance& instance = group.instance;
    const auto record = lead::parse_record(text);
    if (!record.ok() || !lead::check_valid(record.value()).ok() || !record.value().leader) return;
    const auto known = committed_record(instance);
    if (known && record.value().ballot <= known->ballot) return;
    if (record.value().ballot.generation != instance.fence.generation) return;
    if (group.find(*record.value().leader) == nullptr) return;  // of a copy that was let go
    if (known) tell_copies(*known, record.value(), instance, draft);
    instance.electing.edit().record = text;
    const Fence fence{record.value().ballot.generation, record.value().ballot.epoch};
    const bool elected = fence > instance.fence;
    if (elected || instance.leader != record.value().leader) {
        // Until it has served once, nobody was taken over.
        const EventKind kind =
            instance.served ? EventKind("leader_elected") : EventKind("first_leader");
        instance.fence = fence;
        instance.leader = record.value().leader;
        group.route_changed(draft);
        draft.event(kind, instance,
                    copy_text(*group.leader()) + " leads in epoch " +
                        std::to_string(fence.epoch.number()) + ", elected by its group");
        if (elected) hear_elected(group, draft);
    }
    group.group_changed(draft);  // proposals name the newest record
}

}  // namespace

std::optional<lead::Record> committed_record(const Instance& instance) {
    if (!elects(instance) || instance.electing->record.empty()) return std::nullopt;
    auto record = lead::parse_record(instance.electing->record);
    if (!record.ok()) return std::nullopt;
    return std::move(record).value();
}

void begin_chain(lead::Record& first, const ClusterSettings& settings) {
    first.config_hash = {};
    if (settings.hash != nullptr) first.config_hash = lead::config_hash({}, first, settings.hash);
}

lead::IndexSet barred_of(const State& state, const lead::Record& record,
                         const InstanceName& instance) {
    lead::IndexSet barred;
    for (const Replica* replica : state.replicas_of(instance))
        if (lead::is_member(record, replica->key.index) && is_barred(state, *replica))
            barred.insert(replica->key.index);
    return barred;
}

bool is_named(const std::optional<lead::Record>& record, ReplicaIndex index) {
    return record && lead::find_entry(*record, index) != nullptr;
}

GroupWish group_wish(const State& state, const Instance& instance) {
    return {{instance.electing->first_record, {}}, proposal_of(state, instance)};
}

bool votes_no_more(const Replica& replica, const PartitionObservation& seen) {
    if (replica.evidence) return true;
    if (!seen.group) return false;
    const bool other = replica.incarnation && *replica.incarnation != seen.group->incarnation;
    return other || seen.group->retired;
}

void hear_member(Group& group, Replica& replica, const PartitionObservation& seen, Draft& draft) {
    if (!seen.group) return;
    const std::string incarnation = checked_incarnation(seen.group->incarnation);
    // Before the group begins, whoever is there has the seat.
    const bool begun = !group.instance.electing->first_record.empty();
    if (!incarnation.empty() && (!replica.incarnation || !begun)) replica.incarnation = incarnation;
    if (!seen.group->record.empty()) learn_record(group, seen.group->record, draft);
}

void hear_evidence(Group& group, const PartitionObservation& seen, Draft& draft) {
    const lead::SignerFinder signer_of = group.state().settings().signer_of;
    if (!seen.group || signer_of == nullptr) return;
    for (const std::string& text : seen.group->evidence) {
        const auto evidence = lead::parse_evidence(text);
        if (!evidence.ok()) continue;
        Replica* replica = group.find(evidence.value().who);
        if (replica == nullptr || replica->evidence) continue;  // judged before
        const auto voter = lead::judge_two_votes(group.instance.name, evidence.value(), signer_of);
        if (!voter.ok() || !is_voter_of(group.state(), *replica, voter.value())) continue;
        replica->evidence = text;
        if (!replica->failing_since) replica->failing_since = draft.now();
        draft.event("false_voter", group.instance,
                    copy_text(*replica) + " signed two votes in epoch " +
                        std::to_string(voter.value().fence.epoch.number()) +
                        ": its votes count no more, and it is made anew on another box");
    }
}

void begin_group(Group& group, Draft& draft) {
    Instance& instance = group.instance;
    if (!elects(instance) || !instance.electing->first_record.empty()) return;
    const auto known = static_cast<std::size_t>(std::ranges::count_if(
        group.replicas, [](const Replica& one) { return one.incarnation.has_value(); }));
    const bool founder = std::ranges::any_of(
        group.replicas, [](const Replica& one) { return one.founder && one.incarnation; });
    const bool waited = draft.now() - instance.created_at >= founders_awaited;
    const bool enough =
        known == group.replicas.size() || (waited && 2 * known > group.replicas.size());
    if (!founder || !enough) return;
    instance.electing.edit().first_record = lead::to_text(first_record(group));
    group.group_changed(draft);
    draft.event("group_begun", instance, std::to_string(known) + " voters elect who leads");
}

}  // namespace foyer::master
