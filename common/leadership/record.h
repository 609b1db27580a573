// The group record: what the leader of a ballot wrote. A register, not a log: a newer ballot
// replaces it. Pure values; every part of the protocol and the border that signs them use these.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "common/base/id.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "common/model/phase.h"

namespace foyer::leadership {

using Lsn = Counter<struct LsnTag>;     // end of a database's log; 0: nothing
using NodeKey = Id<struct NodeKeyTag>;  // the box's public signing key
using Hash = std::array<std::uint8_t, 32>;
using IndexSet = std::set<ReplicaIndex>;

constexpr std::size_t members_max = 9;

// 128 random bits made with a voter's empty state: a voter that lost its state is another voter.
struct Incarnation {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    friend constexpr auto operator<=>(const Incarnation&, const Incarnation&) = default;
};

// Orders records, left to right. (g, 0, 0) is the first of generation g, signed by the master.
struct Ballot {
    Generation generation;
    Epoch epoch;
    std::uint64_t seq = 0;
    friend constexpr auto operator<=>(const Ballot&, const Ballot&) = default;
};

// Where a copy stands: the fence named by the newest marker in its log, and the end on its disk.
// A bare LSN would compare the logs of two leaders.
struct LogPosition {
    Fence fence;
    Lsn end;
    friend constexpr auto operator<=>(const LogPosition&, const LogPosition&) = default;
};

struct MemberEntry {
    ReplicaIndex index;  // never used twice
    ReplicaKind kind = ReplicaKind::Data;
    NodeKey key;
    Incarnation incarnation;
    bool may_lead = true;
    friend bool operator==(const MemberEntry&, const MemberEntry&) = default;
};

struct Record {
    Ballot ballot;
    std::optional<ReplicaIndex> leader;  // none in a first record
    std::vector<MemberEntry> members;
    std::vector<MemberEntry> old_members;  // empty but during a change
    std::vector<ReplicaIndex> in_sync;     // S, in order of preference
    int k = 1;                             // copies a write needs, the leader's included
    int copies = 1;                        // k as ordered
    int floor = 1;                         // the least k at which clients are served
    ReplicationMode mode = ReplicationMode::Synchronous;
    Duration promise{7'000};  // T
    DesiredState desired = DesiredState::Running;
    LogPosition start;  // of the leader when it was elected
    Hash config_hash{};
    // Who stands only once nobody else has: their clocks are wrong. A wish, no rule of safety.
    IndexSet barred = {};
    friend bool operator==(const Record&, const Record&) = default;
};

// Everybody refuses a record that is not valid; the message says which rule.
Status check_valid(const Record& record);

const MemberEntry* find_entry(const Record& record, ReplicaIndex index);
bool names(const Record& record, ReplicaIndex index, Incarnation incarnation);
bool is_member(const Record& record, ReplicaIndex index);  // of `members`
bool is_data(const Record& record, ReplicaIndex index);
bool in_sync(const Record& record, ReplicaIndex index);
IndexSet voters(const Record& record);  // members ∪ old_members

// A majority of `members`, and one of `old_members` where that is not empty.
bool is_quorum(const Record& record, const IndexSet& who);

constexpr Fence fence_of(const Ballot& ballot) { return {ballot.generation, ballot.epoch}; }

// A pure digest; the caller's border gives it (SHA-256 in programs).
using HashFunction = Hash (*)(std::span<const std::uint8_t>);

// H(previous hash, generation, members, old_members): what a link of the chain is signed over.
Hash config_hash(const Hash& previous, const Record& record, HashFunction hash);

}  // namespace foyer::leadership
