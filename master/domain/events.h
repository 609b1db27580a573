// Who may hear of what happened, and what of it somebody wants to hear.
#pragma once

#include <optional>
#include <string>

#include "master/domain/rows.h"

namespace foyer::master {

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

}  // namespace foyer::master
