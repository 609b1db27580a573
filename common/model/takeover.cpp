#include "common/model/takeover.h"

#include <array>

#include "common/base/check.h"
#include "common/base/enum_text.h"

namespace foyer {

std::string_view to_text(TakeoverCause cause) {
    switch (cause) {
        case TakeoverCause::First: return "first";
        case TakeoverCause::PromiseOver: return "promise_over";
        case TakeoverCause::Resigned: return "resigned";
        case TakeoverCause::HandedOver: return "handed_over";
    }
    CHECK(false);
}

std::string_view to_text(LeadershipEndReason reason) {
    switch (reason) {
        case LeadershipEndReason::LeaseOver: return "lease_over";
        case LeadershipEndReason::HandedOver: return "handed_over";
        case LeadershipEndReason::Ill: return "ill";
        case LeadershipEndReason::ClockWrong: return "clock_wrong";
        case LeadershipEndReason::Superseded: return "superseded";
        case LeadershipEndReason::NewGeneration: return "new_generation";
        case LeadershipEndReason::HostStops: return "host_stops";
        case LeadershipEndReason::Retired: return "retired";
        case LeadershipEndReason::NotResumed: return "not_resumed";
    }
    CHECK(false);
}

std::optional<TakeoverCause> takeover_cause_from(std::string_view text) {
    using enum TakeoverCause;
    return enum_from_text(std::array{First, PromiseOver, Resigned, HandedOver}, text);
}

std::optional<LeadershipEndReason> leadership_end_reason_from(std::string_view text) {
    using enum LeadershipEndReason;
    return enum_from_text(std::array{LeaseOver, HandedOver, Ill, ClockWrong, Superseded,
                                     NewGeneration, HostStops, Retired, NotResumed},
                          text);
}

}  // namespace foyer
