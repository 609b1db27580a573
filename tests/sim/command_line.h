// foyer-sim's words: what is asked, or what is wrong with it and what to type instead.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace foyer::sim {

// 0: all is well; 1: an invariant is broken; 2: it cannot be done as it was typed; 77: skipped, the
// scenario's data are not there.
int command_line(const std::vector<std::string>& words, std::ostream& out, std::ostream& err);

}  // namespace foyer::sim
