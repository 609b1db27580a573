// replica.json: what a partition's software is told of itself and its group
// (common/docs/replica-contract.md). Pure text.
#pragma once

#include <string>

#include "common/base/result.h"
#include "common/model/assignment.h"

namespace foyer::agent {

// `primary` is absent while nobody leads. InvalidArgument when the parameters are not an object or
// the leader is not a member.
Result<std::string> replica_json(const Assignment& assignment, const ReleaseName& release,
                                 const ReleaseVersion& version);

}  // namespace foyer::agent
