// The `foyer` command as a function: arguments in, exit status out.
#pragma once

#include <string>
#include <vector>

#include "common/base/random.h"
#include "common/base/time.h"
#include "master/cli/console.h"

namespace foyer::cli {

// `arguments` without the program's name.
int run_program(const std::vector<std::string>& arguments, Console& console, const Clock& clock,
                Rng& rng);

}  // namespace foyer::cli
