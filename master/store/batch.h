// A batch of decisions as the fewest statements: of everything that happened to one row, only what
// it is in the end.
#pragma once

#include <vector>

#include "master/app/store.h"
#include "master/store/statement.h"

namespace foyer::master {

// Drops first, then puts, each in the order of the tables; all rows put into a table are one
// statement (of at most some thousand). A row that was dropped and made again is both.
std::vector<Call> calls_of(const std::vector<Entry>& batch);

}  // namespace foyer::master
