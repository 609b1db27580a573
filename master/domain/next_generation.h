// A group that lost so many members for good that it can elect nobody begins a new generation with
// those that are left, because a person says so (common/docs/leadership.md section 7, Generation).
// What only the missing copies hold is lost: that is what the person accepts.
//
//   cannot elect ─► a person accepts ─► rows of the missing copies go, a first record of the next
//   generation names the rest ─► signed by the shell, taken by each box ─► the group elects
//   ─► further copies are made by the usual repair
#pragma once

#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/model/ids.h"

namespace foyer::master {

class Draft;
class Group;

// What a person types to give up what the copies that do not answer hold.
std::string loss_command(const InstanceName& instance);

// Why the group cannot elect a leader now, in words for people and without what to do. None: it
// can, or nothing can be said yet. Pure: by the newest record and by which boxes are heard of.
std::optional<std::string> why_no_election(const Group& group);

// Refused while the group can elect by itself, and where no whole copy that may lead is left.
Status may_begin_generation(const Group& group);
// Allowed by the above. `by` is told in the history of the instance.
void begin_generation(Group& group, Draft& draft, const std::string& by);

}  // namespace foyer::master
