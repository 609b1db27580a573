// First contact: a pasted token becomes this box's identity. Repeating it with the same token is
// safe until the box's first Sync.
#pragma once

#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/assignment.h"
#include "node-agent/link/identity.h"

namespace foyer::agent {

struct EnrolOrder {
    std::string token;
    Resources capacity;  // measured, lowered by the host
    std::string agent_version;
    Duration timeout{20'000};
};

// The messages are for the host's eyes: used or unknown token (as the master says), a token for
// another master, no master reachable, or a clock that is so wrong that no certificate can be
// valid.
//   AlreadyExists  the folder holds an identity already
Result<Identity> enrol(const EnrolOrder& order, const IdentityFolder& folder, const Clock& clock,
                       Rng& rng);

}  // namespace foyer::agent
