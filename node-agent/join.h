// How a machine becomes a box: it enrols with a token, or applies and enrols once it is approved.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "common/base/result.h"
#include "node-agent/apply.h"
#include "node-agent/config.h"

namespace foyer::agent {

// As the host typed it.
struct JoinChoices {
    std::string data_dir;
    std::string agent_version;
    std::string token_file;  // "-": standard input; empty: the application of this box is its token
    bool dry_run = false;
    // What is offered at most; 0: what there is.
    std::int64_t cpu_millicores = 0;
    std::int64_t memory_mib = 0;
    std::int64_t disk_gib = 0;
    std::int64_t uplink_kbit = 20'000;  // of a slow fibre line: cannot be measured from inside
    ApplyWish apply;
};

// What is told to the host while it goes on, in whole lines.
struct JoinTalk {
    std::function<void(const std::string&)> page;
    std::function<void(const std::string&)> note;  // of trouble that may pass
};

// Both say what was done, or would be. FailedPrecondition: nobody has approved the box yet, or it
// was rejected; with the reason.
Status enrol_box(const JoinChoices& choices, const NodeConfig& config, const JoinTalk& talk);
Status apply_box(const JoinChoices& choices, const NodeConfig& config, const JoinTalk& talk);

}  // namespace foyer::agent
