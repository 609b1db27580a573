// Instances whose group elects by itself (common/docs/leadership.md): what the master gives such a
// group, what it learns of it, and what it proposes. It decides nothing in it.
//
//   boxes tell incarnations ─► first record, signed by the shell ─► the group elects
//   the leader's box tells its committed record ─► who leads, in which fence, who is a member
//   rows and record differ (a copy came or has to go, stop, start, a wish who should lead, a clock
//   that is wrong or right again, how patient the group should be)
//      ─► a proposal, made for that record; the leader writes it, or another record overtakes it
//
// A copy's row says what the master wants; what is, is the record: a member's row may only go once
// no record names it.
#pragma once

#include <optional>

#include "common/leadership/record.h"
#include "common/model/assignment.h"
#include "master/domain/state.h"

namespace foyer::master {

class Draft;
class Group;

// How long an order waits for all its boxes to answer before its group begins with a majority.
inline constexpr Duration founders_awaited{10'000};

inline bool elects(const Instance& instance) { return instance.electing.has_value(); }

// The newest record its leader reported; none: nobody has led yet.
std::optional<leadership::Record> committed_record(const Instance& instance);

// A first record begins the chain from which everybody verifies who its later members are.
void begin_chain(leadership::Record& first, const ClusterSettings& settings);

// Whose boxes' clocks are wrong, of the members that the record names.
leadership::IndexSet barred_of(const State& state, const leadership::Record& record,
                               const InstanceName& instance);

// The record names this copy, or goes on naming it until a change is finished.
bool is_named(const std::optional<leadership::Record>& record, ReplicaIndex index);

// What a box of the group has to hear.
GroupWish group_wish(const State& state, const Instance& instance);

// The voter of this copy is lost to its group: the box's is another one, which lost the memory of
// the one that this row's place was given to; or it knows that it forgot something; or it voted
// twice. Its copy is made anew elsewhere, under another index: an index is never used twice.
bool votes_no_more(const Replica& replica, const PartitionObservation& seen);
// One box's word on its own member.
void hear_member(Group& group, Replica& replica, const PartitionObservation& seen, Draft& draft);
// One box's proofs against the voters of others: a copy whose voter they convict is made anew.
void hear_evidence(Group& group, const PartitionObservation& seen, Draft& draft);
// After all of a report was heard: begins the group once enough is known.
void begin_group(Group& group, Draft& draft);

}  // namespace foyer::master
