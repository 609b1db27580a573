#include "common/leadership/record.h"

#include <algorithm>
#include <string>

#include "common/leadership/canonical.h"

namespace foyer::leadership {
namespace {

Error invalid(std::string what) {
    return error(ErrorCode::InvalidArgument, "invalid group record: " + std::move(what));
}

const MemberEntry* find_in(const std::vector<MemberEntry>& list, ReplicaIndex index) {
    const auto found = std::ranges::find(list, index, &MemberEntry::index);
    return found == list.end() ? nullptr : &*found;
}

bool majority(const std::vector<MemberEntry>& list, const IndexSet& who) {
    const auto count = static_cast<std::size_t>(std::ranges::count_if(
        list, [&](const MemberEntry& entry) { return who.contains(entry.index); }));
    return 2 * count > list.size();
}

bool unique(const std::vector<MemberEntry>& list) {
    IndexSet seen;
    return std::ranges::all_of(
        list, [&](const MemberEntry& entry) { return seen.insert(entry.index).second; });
}

int missing_from(const std::vector<MemberEntry>& some, const std::vector<MemberEntry>& others) {
    return static_cast<int>(std::ranges::count_if(some, [&](const MemberEntry& entry) {
        const MemberEntry* other = find_in(others, entry.index);
        return other == nullptr || *other != entry;
    }));
}

Status check_members(const Record& record) {
    if (record.members.empty() || record.members.size() > members_max)
        return invalid("between 1 and 9 members");
    if (!unique(record.members) || !unique(record.old_members))
        return invalid("an index is named twice");
    if (record.old_members.empty()) return ok_status();
    if (missing_from(record.members, record.old_members) > 1 ||
        missing_from(record.old_members, record.members) > 1)
        return invalid("more than one member is swapped");
    for (const MemberEntry& entry : record.members) {
        const MemberEntry* old = find_in(record.old_members, entry.index);
        if (old != nullptr && *old != entry) return invalid("an index is used for another voter");
    }
    return ok_status();
}

Status check_in_sync(const Record& record) {
    const IndexSet distinct(record.in_sync.begin(), record.in_sync.end());
    if (distinct.size() != record.in_sync.size()) return invalid("S names a member twice");
    if (record.k < 1 || record.k > static_cast<int>(record.in_sync.size()))
        return invalid("k is not between 1 and |S|");
    for (const ReplicaIndex index : record.in_sync) {
        const MemberEntry* entry = find_entry(record, index);
        if (entry == nullptr || entry->kind != ReplicaKind::Data)
            return invalid("S names one that is no data member");
    }
    return ok_status();
}

}  // namespace

const MemberEntry* find_entry(const Record& record, ReplicaIndex index) {
    const MemberEntry* entry = find_in(record.members, index);
    return entry != nullptr ? entry : find_in(record.old_members, index);
}

bool names(const Record& record, ReplicaIndex index, Incarnation incarnation) {
    const MemberEntry* entry = find_entry(record, index);
    return entry != nullptr && entry->incarnation == incarnation;
}

bool is_member(const Record& record, ReplicaIndex index) {
    return find_in(record.members, index) != nullptr;
}

bool is_data(const Record& record, ReplicaIndex index) {
    const MemberEntry* entry = find_entry(record, index);
    return entry != nullptr && entry->kind == ReplicaKind::Data;
}

bool in_sync(const Record& record, ReplicaIndex index) {
    return std::ranges::find(record.in_sync, index) != record.in_sync.end();
}

IndexSet voters(const Record& record) {
    IndexSet all;
    for (const MemberEntry& entry : record.members) all.insert(entry.index);
    for (const MemberEntry& entry : record.old_members) all.insert(entry.index);
    return all;
}

bool is_quorum(const Record& record, const IndexSet& who) {
    return majority(record.members, who) &&
           (record.old_members.empty() || majority(record.old_members, who));
}

Status check_valid(const Record& record) {
    TRY(check_members(record));
    TRY(check_in_sync(record));
    if (record.floor < 1 || record.floor > record.copies)
        return invalid("floor is not between 1 and copies");
    if (record.promise <= Duration(0)) return invalid("a promise without length");
    if (record.barred.size() > members_max) return invalid("more than 9 members are barred");
    if (record.leader && (!in_sync(record, *record.leader) || !is_member(record, *record.leader)))
        return invalid("the leader is not in S and members");
    const bool first = record.ballot.epoch == Epoch(0);
    if (first != !record.leader) return invalid("only a first record has no leader");
    return ok_status();
}

Hash config_hash(const Hash& previous, const Record& record, HashFunction hash) {
    Bytes bytes;
    put(bytes, previous);
    put(bytes, record.ballot.generation.number());
    put(bytes, record.members);
    put(bytes, record.old_members);
    return hash(bytes);
}

}  // namespace foyer::leadership
