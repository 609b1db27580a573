// Who tries to get in too often waits. A try is counted
//   - on a device that this login came from before: by that device alone, so that nothing strangers
//     try keeps a person out;
//   - elsewhere: by where it comes from; by that and the login that is tried; and by the login that
//     is tried, from wherever (many places that guess together).
// A refused try costs nothing and is not looked at any further.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/app/rate_limit.h"

namespace foyer::master {

struct LoginTry {
    std::string source;  // where it comes from
    std::string login;   // "acme/anna"; empty: not known yet, so only the source counts
    std::string device;  // proved to be one of this login; empty: not
};

struct LoginRates {
    Duration each_per_source{10'000};
    std::int64_t burst_per_source = 30;  // an office behind one address
    Duration each_here{30'000};          // one login from one source, or from one known device
    std::int64_t burst_here = 8;
    Duration each_per_login{20'000};
    std::int64_t burst_per_login = 60;
    std::size_t remembered_max = 100'000;  // of each kind; beyond, only known devices may try
};

// Safe from any thread.
class LoginGuard {
public:
    explicit LoginGuard(const LoginRates& rates);

    // ResourceExhausted with the rule "login_slowed" and when to come again.
    Status admit(const LoginTry& attempt, MonoTime now);

private:
    const LoginRates rates_;
    RateLimiter by_source_;
    RateLimiter here_;
    RateLimiter by_login_;
};

}  // namespace foyer::master
