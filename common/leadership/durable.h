// What a member never forgets: fsynced before anything that tells it. And the evidence and proofs
// of section 9, as data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/leadership/record.h"

namespace foyer::leadership {

using Signature = std::string;  // made and checked outside the pure code; empty where not asked

// One step of the chain that ties a set of members to the master's first record: a configuration,
// and who accepted it. The first of a chain is the first record's, which the master signed.
struct Link {
    Ballot ballot;
    Hash config_hash{};
    std::map<ReplicaIndex, Signature> signatures;
    std::vector<MemberEntry> members;
    std::vector<MemberEntry> old_members;
    friend bool operator==(const Link&, const Link&) = default;
};

// That a quorum elected `leader` in (generation, epoch): each voter signed its own grant.
struct Certificate {
    Fence fence;
    ReplicaIndex leader;
    Ballot record;  // with which it was elected
    Hash config_hash{};
    std::map<ReplicaIndex, Signature> signatures;
    LogPosition start;  // of the leader when it stood
    friend bool operator==(const Certificate&, const Certificate&) = default;
};

enum class EvidenceKind {
    BehindItself,  // an answer older than what was known of its sender when it was asked
    TwoRecords,    // one ballot with two contents
    TwoFirsts,     // two first records of one generation
    Retired,       // others have seen more of this voter than it remembers
    TwoVotes,      // signed by one voter in one epoch, for two candidates
};
std::string_view to_text(EvidenceKind kind);

// What was signed, and the signature: whoever doubts can check it again.
struct Proof {
    std::vector<std::uint8_t> bytes;
    Signature signature;
    friend bool operator==(const Proof&, const Proof&) = default;
};

struct Evidence {
    EvidenceKind kind = EvidenceKind::BehindItself;
    ReplicaIndex who;
    Ballot ballot;
    std::vector<Proof> proofs;  // of two votes
    friend bool operator==(const Evidence&, const Evidence&) = default;
};

constexpr std::size_t evidence_max = 16;  // the oldest stay: they are what started it
constexpr std::size_t chain_max = 64;     // the newest stay: who follows the group has the others
constexpr std::uint64_t counter_block = 1'000'000;

// Where a rejoin began: this copy acknowledged nothing of `fence` or later, and all that was
// acknowledged before is in every log that contains the one that ends at `start`.
struct RejoinBase {
    Fence fence;        // of the leader it rejoins
    LogPosition start;  // of that leader when it was elected
    friend bool operator==(const RejoinBase&, const RejoinBase&) = default;
};

struct Durable {
    Generation generation;                  // 0: none yet
    Epoch epoch;                            // newest taken part in
    std::optional<ReplicaIndex> voted_for;  // in `epoch`, for good
    std::optional<Record> record;           // newest held
    Duration t_max{0};                      // largest T promised
    Epoch resigned;                         // highest own epoch given up
    bool rejoining = false;                 // my copy may be rewound or cloned at any moment
    std::optional<RejoinBase> rejoin_base;  // of it; none: it may have acknowledged in that fence
    Incarnation incarnation;
    bool retired = false;
    std::uint64_t counter_limit = 0;             // answers use counters below it
    std::map<ReplicaIndex, std::uint64_t> seen;  // highest counter of each peer
    std::vector<Link> chain;  // up to the configuration of `record`, or the one before
    std::optional<Certificate> certificate;  // newest heard of, or made
    std::vector<Evidence> evidence;
    friend bool operator==(const Durable&, const Durable&) = default;
};

// The only one this voter may have promised in its epoch.
std::optional<ReplicaIndex> holder(const Durable& durable);
Ballot ballot_of(const Durable& durable);  // of the record held; (0, 0, 0): none
// A log at `position` contains the base, so that a copy being rejoined has nothing to add to it.
bool contains_base(const LogPosition& position, const RejoinBase& base);
void note(Durable& durable, const Evidence& evidence);
// It signed what no voter signs twice: who knows that believes nothing it says any more.
bool is_false(const Durable& durable, ReplicaIndex who);
// The configuration newest in the chain; zero: none. Two chains that end alike are alike.
Hash chain_tip(const Durable& durable);

}  // namespace foyer::leadership
