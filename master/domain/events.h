// Who may hear of what happened, and what of it somebody wants to hear.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "master/domain/event_kinds.h"
#include "master/domain/rows.h"

namespace foyer::master {

class State;

// Every part that is set must fit.
struct EventFilter {
    std::optional<AccountId> owner;  // absent: an operator, who hears everything
    std::optional<EventAbout> about;
    std::string subject;  // empty: of anything
    std::string kind;     // empty: of every kind
    Revision above;       // 0: from the first on; else committed after this one
    friend bool operator==(const EventFilter&, const EventFilter&) = default;
};

bool fits(const EventFilter& filter, const Event& event);

// Whether an account of the owner's name ended with this event: it and all before it were somebody
// else's, and nobody but an operator hears of them any more.
bool ends_owner(const EventFilter& filter, const Event& event);

// Among the newest events (those in memory) one of this kind about this thing, not older than that.
bool was_told(const State& state, EventKind kind, std::string_view subject, WallTime since);

}  // namespace foyer::master
