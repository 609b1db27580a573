// How long a group waits for a silent leader: T of its record (common/docs/leadership.md 18).
//
//   quick      T = 7 s    served again soonest; a line that is silent for more than some 5 s costs
//   a
//                         takeover each time
//   patient    T = 20 s   such silences cost only the wait; what is really gone is missed for 13 s
//                         longer
//   measured   quick, and patient once the lines of its leaders have shown short silences: two that
//              cost a lead within a week make it patient for 90 days, each further one again
//
// A short silence is a lease that was lost for want of promises, on a box that tells of it within a
// minute: so it was there all the time, and its line came back at once. A home whose power failed
// tells nothing, one that was cut for long tells late; more patience would have helped neither.
#pragma once

#include "master/domain/draft.h"

namespace foyer::master {

class Group;

inline constexpr Duration quick_promise{7'000};
inline constexpr Duration patient_promise{20'000};
inline constexpr Duration silence_told_within{60'000};
inline constexpr Duration silences_within{std::int64_t{7} * 86'400'000};
inline constexpr Duration patient_for{std::int64_t{90} * 86'400'000};

// T as it should be.
Duration promise_of(const Instance& instance);

// Leaderships of the group that ended, as the box tells for the first time.
void hear_silences(Group& group, const ReportNode& command, Draft& draft);

// Groups that were patient for long enough are quick again, at most 100 in one call.
void age_patience(Draft& draft);

}  // namespace foyer::master
