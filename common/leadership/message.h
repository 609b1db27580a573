// What members tell each other: section 3. Small; the border batches, signs and encodes.
#pragma once

#include <cstdint>
#include <optional>

#include "common/base/one_of.h"
#include "common/leadership/durable.h"
#include "common/leadership/voter.h"

namespace foyer::leadership {

// A member's own clock. Another boot: another clock, never compared.
struct Stamp {
    std::uint64_t boot = 0;
    MonoTime at;
    friend bool operator==(const Stamp&, const Stamp&) = default;
};

// Edges, the master and learners read; they are no members and have no index.
constexpr ReplicaIndex outsider{-1};

struct Envelope {
    InstanceName group;
    ReplicaIndex from;
    ReplicaIndex to;
    Incarnation incarnation;  // the sender's
    Generation generation;
    Epoch epoch;                // of the sender, durable there
    std::uint64_t number = 0;   // of the request; answers repeat it. Never used twice by a sender
    std::uint64_t counter = 0;  // of the sender; grows with each message, also over restarts
    std::uint64_t seen = 0;     // the receiver's highest counter known to the sender
    Stamp stamp;
    std::optional<Stamp> echo;  // newest stamp heard from the receiver
};

struct Prevote {
    Record record;
    LogPosition position;
    Epoch epoch;  // it would use
};
struct PrevoteAnswer {
    Reason reason = Reason::None;  // None: it would grant
    std::optional<Record> record;  // with a refusal, if it is newer
};

struct Vote {
    Record record;
    LogPosition position;
    Epoch epoch;
};
struct VoteAnswer {
    Epoch epoch;  // voted in
    Reason reason = Reason::None;
    Ballot before;  // of the record held before this vote
    Hash config_hash{};
    std::optional<LogPosition> position;  // of a data member of S
    Duration promised{0};
    std::optional<Record> record;  // with a refusal, if it is newer
    Signature signature;
};

struct Renew {
    Epoch epoch;
    Ballot committed;  // newest
    Hash chain_tip{};  // of the leader: who has links after it tells them
};
struct RenewAnswer {
    Epoch epoch;  // of the renewal
    Reason reason = Reason::None;
    Duration promised{0};  // 0: none
    Ballot held;
    std::optional<LogPosition> position;
    Hash chain_tip{};
    std::vector<Link> chain;  // after the leader's tip, a few
    bool edges_ask = false;  // an edge reaches the one who answers; hearsay for the leader's health
};

struct Write {
    Record record;
};
struct WriteAnswer {
    Ballot ballot;  // of the write
    Reason reason = Reason::None;
    Duration promised{0};          // 0: none
    std::optional<Record> record;  // with a refusal, if it is newer
    Signature signature;
};

struct Resign {
    Epoch epoch;
    std::optional<ReplicaIndex> preferred;
};

struct Read {
    std::uint64_t nonce = 0;
    Hash chain_tip{};  // the newest configuration the asker has verified; zero: it verifies none
};
struct ReadAnswer {
    std::uint64_t nonce = 0;
    Fence fence;
    std::optional<ReplicaIndex> holder;
    std::optional<Record> record;
    std::uint64_t seen_of_asker = 0;
    Signature signature;      // over all above
    std::vector<Link> chain;  // after the asker's tip, a few; each is signed itself
};

struct Announce {
    Certificate certificate;
    Record record;
    std::vector<Link> chain;  // since what the receiver is known to have, a few
};

// To one who asked and is no member, or is of an older generation: so it learns that.
struct Refused {
    Reason reason = Reason::NotMember;
    std::optional<Record> record;
};

struct Body : OneOf<Prevote, PrevoteAnswer, Vote, VoteAnswer, Renew, RenewAnswer, Write,
                    WriteAnswer, Resign, Read, ReadAnswer, Announce, Refused> {
    using OneOf::OneOf;
};

struct Message {
    Envelope envelope;
    Body body;
};

// The record a message carries, if any: how one learns of members one did not know.
const Record* carried(const Body& body);

// A message to the group of one order of an instance's name (Assignment::ordered_at).
struct Letter {
    WallTime ordered_at;
    Message message;
};

// One lambda for each alternative: the compiler counts them.
template <class... Handlers>
struct Overloaded : Handlers... {
    using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace foyer::leadership
