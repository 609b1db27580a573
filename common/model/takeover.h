// The moments of a takeover, as boxes see them. Each box measures with its own clock (MonoTime):
// spans are of one box, wall times are for people.
//
//   leader's box   heard ─► detected ─► fenced ─► elected ─► announced ─► promoted ─► opened
//   an edge                                                  heard ─► routed ─► answered
//   former's box   closed to clients ─► dead
#pragma once

#include <optional>
#include <string_view>

#include "common/base/time.h"
#include "common/model/ids.h"

namespace foyer {

// Why a copy stood for election.
enum class TakeoverCause {
    First,        // the group had no leader before
    PromiseOver,  // the promise to a silent leader ran out
    Resigned,     // the leader resigned
    HandedOver,   // in favour of this copy
};

// Why a copy stopped to lead.
enum class LeadershipEndReason {
    LeaseOver,
    HandedOver,
    Ill,
    ClockWrong,
    Superseded,  // by a higher epoch
    NewGeneration,
    HostStops,
    Retired,
    NotResumed,  // its agent was restarted, and no majority promised it anew
};

std::string_view to_text(TakeoverCause cause);
std::string_view to_text(LeadershipEndReason reason);
std::optional<TakeoverCause> takeover_cause_from(std::string_view text);
std::optional<LeadershipEndReason> leadership_end_reason_from(std::string_view text);

// Spans count from `began_at`: when the former leader was heard for the last time.
struct LeadershipBegin {
    WallTime began_at;
    TakeoverCause cause = TakeoverCause::First;
    std::optional<ReplicaIndex> former;
    Fence former_fence;
    Duration detected{0};  // the former one is held for gone soon
    Duration fenced{0};    // the promise to it is over: it serves nobody
    Duration elected{0};
    std::optional<Duration> announced;  // its first record is committed
    std::optional<Duration> promoted;
    std::optional<Duration> opened;  // clients are let in
    friend bool operator==(const LeadershipBegin&, const LeadershipBegin&) = default;
};

struct LeadershipEnd {
    LeadershipEndReason reason = LeadershipEndReason::LeaseOver;
    WallTime ended_at;    // everything of it is dead
    Duration closing{0};  // since no client was let in any more
    friend bool operator==(const LeadershipEnd&, const LeadershipEnd&) = default;
};

// Of the box whose copy led.
struct LeadershipReport {
    PartitionId partition;
    WallTime ordered_at;  // which order of the instance's name; 0: not known
    Fence fence;
    std::optional<LeadershipBegin> begin;
    std::optional<LeadershipEnd> end;
    friend bool operator==(const LeadershipReport&, const LeadershipReport&) = default;
};

// Of an edge: spans count from the moment it first heard of that leader.
struct RoutingReport {
    InstanceName instance;
    WallTime ordered_at;
    Fence fence;
    WallTime heard_at;
    Duration routed{0};
    std::optional<Duration> answered;  // the first answer of that leader to a client
    friend bool operator==(const RoutingReport&, const RoutingReport&) = default;
};

}  // namespace foyer
