#include "master/login/login_guard.h"

#include <algorithm>

namespace foyer::master {
namespace {

Error slowed(Duration again_after) {
    const std::int64_t seconds = std::max<std::int64_t>((again_after.count() + 999) / 1000, 1);
    return error(ErrorCode::ResourceExhausted,
                 "too many logins were tried; try again in " + std::to_string(seconds) + " s",
                 {{"rule", "login_slowed"}, {"retry_after_ms", std::to_string(seconds * 1000)}});
}

}  // namespace

LoginGuard::LoginGuard(const LoginRates& rates)
    : rates_(rates),
      by_source_(rates.each_per_source, rates.burst_per_source),
      here_(rates.each_here, rates.burst_here),
      by_login_(rates.each_per_login, rates.burst_per_login) {}

Status LoginGuard::admit(const LoginTry& attempt, MonoTime now) {
    if (!attempt.device.empty()) {
        const RateVerdict own = here_.take("device " + attempt.login + " " + attempt.device, now);
        return own.admitted ? ok_status() : Status(slowed(own.again_after));
    }
    const std::size_t known = std::max({by_source_.size(), here_.size(), by_login_.size()});
    if (known >= rates_.remembered_max) return slowed(rates_.each_per_source);
    const RateVerdict source = by_source_.take(attempt.source, now);
    if (!source.admitted) return slowed(source.again_after);
    if (attempt.login.empty()) return ok_status();
    const RateVerdict here = here_.take(attempt.source + " " + attempt.login, now);
    if (!here.admitted) return slowed(here.again_after);
    const RateVerdict login = by_login_.take(attempt.login, now);
    if (!login.admitted) return slowed(login.again_after);
    return ok_status();
}

}  // namespace foyer::master
