// SQLSTATE and constraint names become our errors: the one table of each.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/result.h"

struct pg_result;  // PGresult

namespace foyer::master {

// 23505 AlreadyExists; other 22 and 23 FailedPrecondition; 40 Aborted; 57014 DeadlineExceeded; 08,
// 53, 57P and 25006 (a standby) Unavailable; 28 and 3D FailedPrecondition; anything else Internal.
ErrorCode code_of_sqlstate(std::string_view sqlstate);

// Of a failed result. Details: sqlstate, and constraint where one was broken. Never holds
// parameters.
Error error_of(const pg_result* result);

// What a broken constraint means to the person who asked.
struct ConstraintMessage {
    std::string_view constraint;
    std::string_view message;
};
const std::vector<ConstraintMessage>& constraint_messages();

}  // namespace foyer::master
