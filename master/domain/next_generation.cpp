#include "master/domain/next_generation.h"

#include <algorithm>

#include "common/leadership/election.h"
#include "common/leadership/record_text.h"
#include "master/domain/electing.h"
#include "master/domain/group.h"
#include "master/domain/membership.h"
#include "master/domain/patience.h"

namespace foyer::master {
namespace {

namespace lead = leadership;

// What the boxes go by: the newest record that was told, or the one they began with.
std::optional<lead::Record> record_of(const Group& group) {
    if (!elects(group.instance)) return std::nullopt;
    if (auto told = committed_record(group.instance)) return told;
    auto first = lead::parse_record(group.instance.electing->first_record);
    return first.ok() ? std::optional(std::move(first).value()) : std::nullopt;
}

// Its box is heard of, and its voter is the one of the record.
bool is_there(const Group& group, const lead::MemberEntry& entry) {
    const Replica* replica = group.find(entry.index);
    return replica != nullptr && !group.is_silent(replica->node) &&
           replica->incarnation == lead::to_text(entry.incarnation);
}

lead::IndexSet members_there(const Group& group, const lead::Record& record) {
    lead::IndexSet there;
    for (const auto* list : {&record.members, &record.old_members})
        for (const lead::MemberEntry& entry : *list)
            if (is_there(group, entry)) there.insert(entry.index);
    return there;
}

bool has_data(const Group& group, ReplicaIndex index) {
    const Replica* replica = group.find(index);
    return replica->kind == ReplicaKind::Data && replica->observed.initialized;
}

lead::Record next_record(const Group& group, const lead::Record& last) {
    lead::Record next;
    next.ballot = {group.instance.fence.generation.next(), Epoch(), 0};
    for (const ReplicaIndex index : members_there(group, last)) {
        lead::MemberEntry entry = *lead::find_entry(last, index);
        entry.may_lead = group.may_lead(*group.find(index));
        next.members.push_back(entry);
        if (has_data(group, index)) next.in_sync.push_back(index);
    }
    next.k = 1;  // so every copy that is left has to tell what it holds
    next.copies = last.copies;
    next.floor = last.floor;
    next.mode = last.mode;
    next.promise = promise_of(group.instance);
    next.barred = barred_of(group.state(), next, group.instance.name);
    next.desired = group.instance.desired;
    begin_chain(next, group.state().settings());
    return next;
}

std::string copies_text(const Group& group, const lead::IndexSet& indexes) {
    std::string text;
    for (const ReplicaIndex index : indexes) {
        const Replica* replica = group.find(index);
        text += (text.empty() ? "copy " : ", copy ") + std::to_string(index.number) +
                (replica == nullptr ? "" : " on '" + replica->node.str() + "'");
    }
    return text;
}

std::size_t majority(const lead::Record& record) { return record.members.size() / 2 + 1; }

}  // namespace

std::string loss_command(const InstanceName& instance) {
    return "foyer instance promote " + instance.str() + " --accept-data-loss " + instance.str();
}

std::optional<std::string> why_no_election(const Group& group) {
    if (group.is_serving()) return std::nullopt;  // before the record is read: each page asks
    const auto record = record_of(group);
    if (!record) return std::nullopt;
    const lead::IndexSet there = members_there(group, *record);
    if (lead::is_enough(*record, there)) return std::nullopt;
    if (there.size() < majority(*record))
        return std::to_string(there.size()) + " of " + std::to_string(record->members.size()) +
               " members of its group answer, " + std::to_string(majority(*record)) +
               " are needed to elect who leads";
    const auto synced = std::ranges::count_if(
        record->in_sync, [&](ReplicaIndex index) { return there.contains(index); });
    return std::to_string(synced) + " of the " + std::to_string(record->in_sync.size()) +
           " copies that may hold the newest writes answer, " +
           std::to_string(lead::positions_needed(*record)) + " are needed to elect who leads";
}

Status may_begin_generation(const Group& group) {
    const std::string name = group.instance.name.str();
    const auto record = record_of(group);
    if (!record)
        return error(ErrorCode::FailedPrecondition,
                     "the group of '" + name + "' has not begun yet: there is nothing to give up",
                     {{"rule", "group_not_begun"}});
    const lead::IndexSet there = members_there(group, *record);
    if (group.is_serving() || lead::is_enough(*record, there))
        return error(ErrorCode::FailedPrecondition,
                     std::to_string(there.size()) + " of " +
                         std::to_string(record->members.size()) +
                         " members of its group answer, so it elects who leads by itself and "
                         "nothing has to be given up; `foyer instance show " +
                         name + "` tells what it waits for",
                     {{"rule", "group_can_elect"}});
    const bool heir = std::ranges::any_of(there, [&](ReplicaIndex index) {
        return has_data(group, index) && group.may_lead(*group.find(index));
    });
    if (!heir)
        return error(
            ErrorCode::FailedPrecondition,
            "no box that answers holds a whole copy that may lead; bring back one of " +
                copies_text(group, lead::IndexSet(record->in_sync.begin(), record->in_sync.end())),
            {{"rule", "no_candidate"}});
    return ok_status();
}

void begin_generation(Group& group, Draft& draft, const std::string& by) {
    Instance& instance = group.instance;
    const lead::Record last = *record_of(group);
    const lead::Record next = next_record(group, last);
    lead::IndexSet gone;
    for (const Replica& replica : group.replicas) {
        const bool named = lead::find_entry(next, replica.key.index) != nullptr;
        const bool learns = replica.membership == Membership::Learner;
        if (!named && !(learns && !group.is_silent(replica.node))) gone.insert(replica.key.index);
    }
    draft.event("data_loss_accepted", instance,
                "'" + by + "' gave up what only " + copies_text(group, gone) +
                    " held; generation " + std::to_string(next.ballot.generation.number()) +
                    " begins with " + copies_text(group, lead::voters(next)));
    for (const ReplicaIndex index : gone) group.remove(index);
    instance.fence = {next.ballot.generation, Epoch(1)};
    instance.leader.reset();
    instance.promotion.reset();
    instance.electing.edit() = Electing{lead::to_text(next), {}};
    group.group_changed(draft);
}

}  // namespace foyer::master
