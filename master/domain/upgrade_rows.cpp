#include "master/domain/upgrade_rows.h"

#include "common/base/check.h"
#include "common/base/enum_text.h"

namespace foyer::master {

std::string_view to_text(UpgradeState state) {
    switch (state) {
        case UpgradeState::Running: return "running";
        case UpgradeState::Paused: return "paused";
        case UpgradeState::Stopped: return "stopped";
        case UpgradeState::Finished: return "finished";
    }
    CHECK(false);
}

std::string_view to_text(UpgradeStep step) {
    switch (step) {
        case UpgradeStep::Waits: return "waits";
        case UpgradeStep::Yields: return "yields";
        case UpgradeStep::Ordered: return "ordered";
        case UpgradeStep::Done: return "done";
        case UpgradeStep::Failed: return "failed";
        case UpgradeStep::Skipped: return "skipped";
    }
    CHECK(false);
}

std::optional<UpgradeState> upgrade_state_from(std::string_view text) {
    return enum_from_text(all_upgrade_states, text);
}

std::optional<UpgradeStep> upgrade_step_from(std::string_view text) {
    return enum_from_text(all_upgrade_steps, text);
}

}  // namespace foyer::master
