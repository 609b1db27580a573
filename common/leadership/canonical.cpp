#include "common/leadership/canonical.h"

namespace foyer::leadership {
namespace {

std::uint64_t code(ReplicaKind kind) { return kind == ReplicaKind::Data ? 0 : 1; }
std::uint64_t code(ReplicationMode mode) { return mode == ReplicationMode::Synchronous ? 0 : 1; }

std::uint64_t code(DesiredState desired) {
    switch (desired) {
        case DesiredState::Running: return 0;
        case DesiredState::Stopped: return 1;
        case DesiredState::Deleted: return 2;
    }
    CHECK(false);
}

// Of a record in which somebody is barred. One in which nobody is has the bytes that it had before
// there was such a list: what members signed then stays signed.
constexpr std::uint64_t list_follows = 16;

// An index as a number: 0 is none, so that nobody and member 0 differ.
std::uint64_t code(std::optional<ReplicaIndex> index) {
    return index ? static_cast<std::uint64_t>(index->number) + 1 : 0;
}

}  // namespace

void put(Bytes& bytes, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(number >> static_cast<unsigned>(shift)));
}

void put(Bytes& bytes, std::string_view text) {
    put(bytes, text.size());
    bytes.insert(bytes.end(), text.begin(), text.end());
}

void put(Bytes& bytes, const Hash& hash) { bytes.insert(bytes.end(), hash.begin(), hash.end()); }

void put(Bytes& bytes, const Incarnation& incarnation) {
    put(bytes, incarnation.high);
    put(bytes, incarnation.low);
}

void put(Bytes& bytes, const Fence& fence) {
    put(bytes, fence.generation.number());
    put(bytes, fence.epoch.number());
}

void put(Bytes& bytes, const Ballot& ballot) {
    put(bytes, fence_of(ballot));
    put(bytes, ballot.seq);
}

void put(Bytes& bytes, const LogPosition& position) {
    put(bytes, position.fence);
    put(bytes, position.end.number());
}

void put(Bytes& bytes, const std::vector<MemberEntry>& list) {
    put(bytes, list.size());
    for (const MemberEntry& entry : list) {
        put(bytes, static_cast<std::uint64_t>(entry.index.number));
        put(bytes, code(entry.kind));
        put(bytes, std::string_view(entry.key.str()));
        put(bytes, entry.incarnation);
        put(bytes, entry.may_lead ? 1 : 0);
    }
}

void put(Bytes& bytes, const Record& record) {
    put(bytes, record.ballot);
    put(bytes, code(record.leader));
    put(bytes, record.members);
    put(bytes, record.old_members);
    put(bytes, record.in_sync.size());
    for (const ReplicaIndex index : record.in_sync)
        put(bytes, static_cast<std::uint64_t>(index.number));
    put(bytes, static_cast<std::uint64_t>(record.k));
    put(bytes, static_cast<std::uint64_t>(record.copies));
    put(bytes, static_cast<std::uint64_t>(record.floor));
    put(bytes, code(record.mode));
    put(bytes, static_cast<std::uint64_t>(record.promise.count()));
    put(bytes, code(record.desired) | (record.barred.empty() ? 0 : list_follows));
    put(bytes, record.start);
    put(bytes, record.config_hash);
    if (record.barred.empty()) return;
    put(bytes, record.barred.size());
    for (const ReplicaIndex index : record.barred)
        put(bytes, static_cast<std::uint64_t>(index.number));
}

}  // namespace foyer::leadership
