// The filters of lists: every part that is set must fit. Names that are not there fit nothing.
// Pure.
#pragma once

#include "common/base/result.h"
#include "foyer/api/v1/fleet.pb.h"
#include "foyer/api/v1/instances.pb.h"
#include "master/domain/state.h"

namespace foyer::master {

namespace api = ::foyer::api::v1;

// InvalidArgument: a number that is none of an enum's.
Status check_filter(const api::ListInstancesRequest& asked);
Status check_filter(const api::ListNodesRequest& asked);
Status check_filter(const api::ListOperationsRequest& asked);

bool fits(const State& state, const Instance& row, const api::ListInstancesRequest& asked);
bool fits(const State& state, const Node& row, const api::ListNodesRequest& asked);
bool fits(const Site& row, const api::ListSitesRequest& asked);
bool fits(const Operation& row, const api::ListOperationsRequest& asked);

}  // namespace foyer::master
