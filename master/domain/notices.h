// What is told to whom, and what belongs together. Which kinds of events are told at all is in
// event_kinds.h.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "master/domain/event_kinds.h"
#include "master/domain/rows.h"

namespace foyer::master {

// An event as somebody is told of it.
struct Notice {
    std::int64_t sequence = 0;
    WallTime at;
    std::string kind;
    Told told;
    EventAbout about = EventAbout::Cloud;
    std::string subject;
    std::string detail;  // the event's own words, English
    friend bool operator==(const Notice&, const Notice&) = default;
};

// Nothing: this account is not told, or does not want to be. `topics` empty: all.
std::optional<Notice> notice_for(const Account& account, const std::set<Topic>& topics,
                                 const Event& event);

// Notices of one topic about one thing.
struct Story {
    std::vector<Notice> notices;   // oldest first, at least one
    Weight weight = Weight::Good;  // how bad it is now: what is over by now is no more than Info
};
// Every notice in one story; the worst first, of equal ones the newest.
std::vector<Story> stories_of(std::vector<Notice> notices);

}  // namespace foyer::master
