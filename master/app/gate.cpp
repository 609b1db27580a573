#include "master/app/gate.h"

namespace foyer::master {

Result<Caller> Gate::who(std::string_view authorization) const {
    const std::string bearer = TRY(bearer_of(authorization));
    return planner_.read(
        [&](const State& state) { return caller_of(state, bearer, clock_.wall()); });
}

Admission Gate::admit(const Route& route, std::string_view authorization) {
    // Nobody is known yet: what a login costs is counted by who tries (master/login).
    if (route.scope == Scope::Public) return {Caller{}, ok_status(), std::nullopt};
    Admission admission{who(authorization), ok_status(), std::nullopt};
    if (!admission.caller.ok()) {
        admission.may = admission.caller.failure();
        return admission;
    }
    const Caller& caller = admission.caller.value();
    if (limiter_.rate().per_second > 0) {
        admission.rate = limiter_.take(caller.token.str(), clock_.mono());
        if (!admission.rate->admitted) {
            admission.may = too_fast(limiter_.rate(), *admission.rate);
            return admission;
        }
    }
    admission.may = allow(route, caller);
    return admission;
}

Result<Caller> Gate::still(const Route& route, std::string_view authorization) const {
    Caller caller = TRY(who(authorization));
    TRY(allow(route, caller));
    return caller;
}

}  // namespace foyer::master
