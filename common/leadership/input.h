// What may happen to a member: the inputs of step() (member.h), section 4.
#pragma once

#include <variant>

#include "common/base/one_of.h"
#include "common/leadership/election.h"
#include "common/leadership/in_sync.h"
#include "common/leadership/message.h"

namespace foyer::leadership {

using Version = std::uint64_t;  // of the durable state within one life; 0: as read at the start

struct Tick {
    Jitter jitter;
};
struct Persisted {
    Version version = 0;  // it and all before it are on the disk
};

// Facts of the data path of a copy.
struct ReceiverStopped {  // after Cut: nothing received later is ever flushed or acknowledged
    std::optional<LogPosition> position;  // none: cannot be read
    // Of a copy that rejoins: nothing of it was replaced yet, in this life or an earlier one. The
    // shell makes durable that it begins before it begins.
    bool whole = false;
};
struct PositionRead {
    std::optional<LogPosition> position;
};
struct Rejoined {
    LogPosition position;  // all the leader had when the rejoin finished, its marker included
};
struct Diverged {};  // this copy's log is no prefix of the leader's

// Facts of a leader's database. `number` repeats the effect's: an older answer is no answer.
struct MemberStreams {
    ReplicaIndex who;
    bool streaming = false;
    bool caught_up = false;
};
struct QuorumShown {
    std::uint64_t number = 0;  // in force for every later acknowledgement
};
struct Promoted {
    Fence fence;
};
struct PromotionFailed {  // one try, also one that said it was done and was not
    Fence fence;
};
struct EndRead {
    std::uint64_t number = 0;
    Lsn end;  // flushed here, read after the effect
};
struct Flushed {
    ReplicaIndex who;
    Fence fence;  // of the stream
    Lsn end;
};
struct WaitBroken {};  // a commit stopped waiting, or the service started anew
struct Fenced {
    Epoch epoch;  // gate closed and processes dead
};

// Facts of health.
struct LocalHealth {
    bool ok = true;
    MonoTime since;
};
struct EdgesReach {
    bool me = true;
    bool another = true;  // of S
};
// The host of this box wants nothing to run here, or no longer so. Told again after a restart.
struct HostPauses {
    bool paused = true;
};

struct Prefer {
    ReplicaIndex who;
    bool at_once = false;  // a person asks, or a box is drained: the tenure does not hold it back
};
struct Replace {
    std::optional<ReplicaIndex> out;
    std::optional<MemberEntry> in;
};
struct SetDesired {
    DesiredState desired = DesiredState::Running;
};
struct SetPromise {
    Duration promise{7'000};  // 2 s to 100 s
};
struct SetCopies {
    int copies = 1;
    int floor = 1;
};
struct SetBarred {
    IndexSet who;  // all of them, from now on
};
// The master's wish, made for the newest committed record it had seen.
struct Proposal {
    Ballot made_for;
    std::variant<Prefer, Replace, SetDesired, SetPromise, SetCopies, SetBarred> what;
};

// The first record of a newer generation; its signature was checked.
struct NewGeneration {
    Record first;
};

// Boxes that the assignment names and no record does: they stream and count for nothing. Who leads
// announces itself to them; to others this says nothing.
struct Learners {
    IndexSet who;
};

struct Input
    : OneOf<Tick, Message, Persisted, ReceiverStopped, PositionRead, Rejoined, Diverged,
            MemberStreams, QuorumShown, Promoted, PromotionFailed, EndRead, Flushed, WaitBroken,
            Fenced, LocalHealth, EdgesReach, HostPauses, Proposal, NewGeneration, Learners> {
    using OneOf::OneOf;
};

}  // namespace foyer::leadership
