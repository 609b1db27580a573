// Error <-> grpc::Status: the one table of both programs.
//
// Codes map one to one. Details travel in the status's binary details (trailer
// grpc-status-details-bin) as a JSON array
// [{"key": "rule", "value": "distinct_isp"}], cut to the first 32 and to 4 KiB in all; a peer that
// sends other details is read as sending none.
#pragma once

#include "common/base/result.h"

namespace grpc {
class Status;
}

namespace foyer::wire {

grpc::Status to_grpc(const Error& failure);
// Codes we never send are read as the nearest of ours (CANCELLED: Unavailable, UNIMPLEMENTED:
// FailedPrecondition, …). The status is not OK.
Error from_grpc(const grpc::Status& status);

}  // namespace foyer::wire
