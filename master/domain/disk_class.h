// How much of what boxes report about their free disk the catalogue keeps.
//
// Every box reports again and again, and each commit costs a write, so the catalogue keeps a class:
// the report rounded down to an eighth of its power of two (below 64 MiB: 0). A fall to a lower
// class is news at once, so a box is never believed to have more than it reported; a rise is news
// from two classes on, so a disk that breathes around a boundary is written once.
#pragma once

#include <optional>

#include "common/base/units.h"

namespace foyer::master {

Bytes disk_class(Bytes free);

// Whether a report changes what is `known` (a class, or absent: nothing yet).
bool is_disk_news(const std::optional<Bytes>& known, Bytes reported);

}  // namespace foyer::master
