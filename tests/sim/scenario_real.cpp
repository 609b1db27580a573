// The scenario "real": measured boxes, operators and outages (documented beside the data).
#include <cstdlib>

#include "tests/sim/scenario.h"

namespace foyer::sim {

Result<Scenario> real_scenario(std::uint64_t /*seed*/, const std::string& data) {
    if (data.empty())
        return error(ErrorCode::NotFound, "no data folder: give --data DIR or set FOYER_DATA");
    return error(ErrorCode::Unavailable, "the data cannot be read");
}

}  // namespace foyer::sim
