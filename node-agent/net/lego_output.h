// What lego says and brings, read. Bytes of outside: its words, and what an authority signed.
#pragma once

#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/log/secret.h"
#include "node-agent/domain/certificate_plan.h"

namespace foyer::agent {

inline constexpr std::size_t lego_words_max = 500;
inline constexpr std::size_t chain_bytes_max = 64 * 1024;

// Why it failed, from its standard error: one line for people, at most lego_words_max bytes of
// text.
std::string lego_problem(std::string_view messages);
// The authority was asked too often.
bool is_rate_limited(std::string_view messages);
// The authority does not know the account any more.
bool is_account_lost(std::string_view messages);

// How long the chain's first certificate is good, where it is of this name and this key, and good
// now. InvalidArgument, PermissionDenied, FailedPrecondition otherwise.
Result<CertificateSpan> check_issued(const std::string& chain_pem, const std::string& name,
                                     const Secret<std::string>& key_pem, WallTime now);

}  // namespace foyer::agent
