// Questions for secrets, and answers: foyer.group.v1 <-> common/model/handover.h. Reading is
// strict, as in group_convert.h.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/log/secret.h"
#include "common/model/assignment.h"
#include "common/model/handover.h"

namespace foyer::group::v1 {
class SecretQuestion;
class SecretAnswer;
}  // namespace foyer::group::v1

namespace foyer::wire {

constexpr int handovers_max = 8;  // of each kind, in one batch

void put(const SecretQuestion& from, group::v1::SecretQuestion& to);
void put(const SecretAnswer& from, group::v1::SecretAnswer& to);
Result<SecretQuestion> question_of(const group::v1::SecretQuestion& from);
Result<SecretAnswer> answer_of(const group::v1::SecretAnswer& from);

// What is sealed. No message of a failure holds any of it.
Secret<std::string> secrets_bytes(const Secret<PartitionSecrets>& secrets);
Result<Secret<PartitionSecrets>> parse_secrets(const Secret<std::string>& bytes);

}  // namespace foyer::wire
