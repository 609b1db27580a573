// Limits of what a request may say that others must know too: the core refuses beyond them, and the
// public API tells them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "common/base/time.h"

namespace foyer::master::limits {

constexpr Duration of_days(std::int64_t days) { return Duration(days * 24 * 3600 * 1000); }

// How long a token may be good. 0 stands for the default.
inline constexpr Duration token_valid_min{60 * 1000};
inline constexpr Duration api_token_valid_max = of_days(366);
inline constexpr Duration api_token_valid_default = of_days(90);
// Of the master's own, which it renews itself while it has more than api_token_valid_max left: so
// operators can always give tokens of full length.
inline constexpr Duration master_token_valid = of_days(732);
inline constexpr int tokens_max = 50;  // of one account, at a time
inline constexpr Duration node_token_valid_max = of_days(30);
inline constexpr Duration node_token_valid_default = of_days(7);

inline constexpr std::size_t request_id_bytes_max = 64;
inline constexpr std::size_t page_token_bytes_max = 512;
inline constexpr std::size_t password_bytes_min = 12;
inline constexpr std::size_t password_bytes_max = 200;
inline constexpr std::size_t token_note_bytes_max = 200;
inline constexpr std::int64_t quota_max = std::int64_t{1} << 60;
inline constexpr std::size_t public_address_bytes_max = 100;
inline constexpr std::size_t withdraw_reason_bytes_max = 500;
inline constexpr std::size_t isp_asns_max = 64;
inline constexpr std::size_t terms_quote_bytes_max = 1000;
inline constexpr std::size_t terms_source_bytes_max = 300;
inline constexpr Duration exec_timeout_max{55'000};  // a call is held a minute at most
inline constexpr Duration drain_deadline_max = of_days(90);

}  // namespace foyer::master::limits
