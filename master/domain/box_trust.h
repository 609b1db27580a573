// What a box's own word of its health (BoxCare) means here: it lowers its trust before it fails.
//
// A worn box keeps what it holds and gets nothing more. A failing one is emptied, as if its
// operator drained it: each copy leaves once its replacement is there. A box that claims it wrongly
// loses work, and costs moves that the budget of repairs bounds.
#pragma once

#include "common/model/box_care.h"
#include "master/domain/draft.h"

namespace foyer::master {

// The node as its box says it fares from now on, with the events that tell of it.
Node hear_care(const BoxCare& care, Node node, Draft& draft);

}  // namespace foyer::master
