// What hosts want of their boxes (HostWish), as the master hears it and acts on it.
//
// It is an order, not a request: nothing here refuses it. A paused box gets nothing new and leads
// nothing; its copies stay, since most pauses are short. One that lasts as long as a silence after
// which a box is lost counts as a drain: its copies are made anew elsewhere, each old one going
// once its replacement is there.
#pragma once

#include "common/model/exit_receipt.h"
#include "master/domain/draft.h"

namespace foyer::master {

// The node as its host wants it from now on, with the events that tell of it.
Node hear_host(const HostOrder& order, Node node, Draft& draft);

// Whether a box may be let go for good: its host wants that, and it holds nothing any more.
// FailedPrecondition.
Status check_may_leave(const State& state, const Node& node);

// What such a box is given to show. FailedPrecondition.
Result<ExitReceipt> exit_receipt(const State& state, const NodeId& name, const std::string& cloud,
                                 WallTime now);

// Pauses that have lasted, at most 100 in one call. As with silence, a master that has just begun
// to listen gives everybody the whole time again: the box may have been resumed meanwhile.
void age_pauses(Draft& draft, WallTime hearing_since);

}  // namespace foyer::master
