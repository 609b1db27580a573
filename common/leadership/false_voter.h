// Evidence judged by somebody who was not there: the master, or whoever doubts it.
#pragma once

#include <span>
#include <string_view>

#include "common/leadership/durable.h"

namespace foyer::leadership {

// Whose signature over these bytes this is; given by the border. PermissionDenied: nobody's.
using SignerFinder = Result<NodeKey> (*)(std::span<const std::uint8_t> bytes,
                                         std::string_view signature);

struct FalseVoter {
    ReplicaIndex index;
    Incarnation incarnation;
    NodeKey key;  // of the box that signed both
    Fence fence;
};

// One key signed two votes of one voter of this group, in one epoch, for two candidates.
// InvalidArgument: it does not prove that.
Result<FalseVoter> judge_two_votes(const InstanceName& group, const Evidence& evidence,
                                   SignerFinder signer_of);

}  // namespace foyer::leadership
