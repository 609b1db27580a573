// The one gate of the public API, for HTTP and gRPC alike: who calls, not too often, and may he.
#pragma once

#include <optional>
#include <string_view>

#include "master/app/access.h"
#include "master/app/planner.h"
#include "master/app/rate_limit.h"

namespace foyer::master {

struct Admission {
    Result<Caller> caller;  // whoever he is, even if he may not
    Status may;             // Unauthenticated, ResourceExhausted (rule "rate"), PermissionDenied
    std::optional<RateVerdict> rate;  // absent: nobody known called, or there is no limit
};

// Borrows planner and clock. Safe from any thread.
class Gate {
public:
    Gate(const Planner& planner, const Clock& clock, Rate rate)
        : planner_(planner), clock_(clock), limiter_(rate) {}

    // One call. `authorization`: "Bearer …".
    Admission admit(const Route& route, std::string_view authorization);
    // Whether he still may, without counting as a call: of one that goes on.
    Result<Caller> still(const Route& route, std::string_view authorization) const;
    const Rate& rate() const { return limiter_.rate(); }

private:
    Result<Caller> who(std::string_view authorization) const;

    const Planner& planner_;
    const Clock& clock_;
    RateLimiter limiter_;
};

}  // namespace foyer::master
