#include "master/domain/upgrade_rows.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("states and steps of upgrades read as they are written") {
    for (const UpgradeState state : all_upgrade_states)
        CHECK(upgrade_state_from(to_text(state)) == state);
    for (const UpgradeStep step : all_upgrade_steps)
        CHECK(upgrade_step_from(to_text(step)) == step);
    CHECK_FALSE(upgrade_step_from("sold"));
}

TEST_CASE("a box is under way from the moment it gives its leads away") {
    for (const UpgradeStep step : all_upgrade_steps) {
        NodeAgent agent;
        agent.step = step;
        CHECK(is_under_way(agent) == (step == UpgradeStep::Yields || step == UpgradeStep::Ordered));
    }
}
