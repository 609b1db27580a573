#include "common/leadership/members.h"

#include <algorithm>

namespace foyer::leadership {
namespace {

Error refused(std::string why) {
    return error(ErrorCode::FailedPrecondition, "members stay: " + std::move(why));
}

}  // namespace

bool is_joint(const Record& record) { return !record.old_members.empty(); }

Result<Record> joint(const Record& record, std::optional<ReplicaIndex> out,
                     const std::optional<MemberEntry>& in) {
    if (is_joint(record)) return refused("another change is not finished");
    if (!out && !in) return refused("nobody comes and nobody goes");
    if (out && record.leader == out) return refused("the leader hands over first");
    if (out && !is_member(record, *out)) return refused("who should go is no member");
    if (in && is_member(record, in->index)) return refused("this index is taken");
    Record next = record;
    ++next.ballot.seq;
    next.old_members = record.members;
    if (out) std::erase_if(next.members, [&](const auto& entry) { return entry.index == *out; });
    if (in) next.members.push_back(*in);
    TRY(check_valid(next));
    return next;
}

bool may_end_joint(const Record& record) {
    return is_joint(record) && std::ranges::all_of(record.in_sync, [&](ReplicaIndex index) {
               return is_member(record, index);
           });
}

Record end_joint(const Record& record) {
    Record next = record;
    ++next.ballot.seq;
    next.old_members.clear();
    return next;
}

std::optional<ReplicaIndex> leaving_from_in_sync(const Record& record) {
    if (!is_joint(record)) return std::nullopt;
    for (const MemberEntry& entry : record.members) {
        const bool comes = std::ranges::find(record.old_members, entry.index,
                                             &MemberEntry::index) == record.old_members.end();
        if (comes && entry.kind == ReplicaKind::Data && !in_sync(record, entry.index))
            return std::nullopt;
    }
    for (const ReplicaIndex index : record.in_sync)
        if (!is_member(record, index)) return index;
    return std::nullopt;
}

}  // namespace foyer::leadership
