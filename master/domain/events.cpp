#include "master/domain/events.h"

#include "common/base/check.h"
#include "common/base/enum_text.h"
#include "master/domain/draft.h"

namespace foyer::master {
namespace {

// A host's account has the host's name.
AccountId owner_of(const Site& site) { return AccountId(site.host.str()); }

}  // namespace

std::string_view to_text(Weight weight) {
    switch (weight) {
        case Weight::Good: return "good";
        case Weight::Info: return "info";
        case Weight::Warning: return "warning";
        case Weight::Urgent: return "urgent";
    }
    CHECK(false);
}

std::string_view to_text(Topic topic) {
    switch (topic) {
        case Topic::Takeover: return "takeover";
        case Topic::Health: return "health";
        case Topic::Repair: return "repair";
        case Topic::Box: return "box";
        case Topic::Certificate: return "certificate";
        case Topic::Quota: return "quota";
        case Topic::Drain: return "drain";
        case Topic::Maintenance: return "maintenance";
        case Topic::Order: return "order";
        case Topic::Account: return "account";
    }
    CHECK(false);
}

std::optional<Topic> topic_from(std::string_view text) { return enum_from_text(all_topics, text); }

bool was_told(const State& state, EventKind kind, std::string_view subject, WallTime since) {
    const auto& events = state.recent_events();
    for (auto at = events.rbegin(); at != events.rend() && at->second.at >= since; ++at)
        if (at->second.kind == kind.str() && at->second.subject == subject) return true;
    return false;
}

bool fits(const EventFilter& filter, const Event& event) {
    return (!filter.owner || (!event.owner.empty() && event.owner == *filter.owner)) &&
           (!filter.about || event.about == *filter.about) &&
           (filter.subject.empty() || event.subject == filter.subject) &&
           (filter.kind.empty() || event.kind == filter.kind) && event.revision > filter.above;
}

bool ends_owner(const EventFilter& filter, const Event& event) {
    return filter.owner && event.kind == account_end_event && event.about == EventAbout::Account &&
           event.subject == filter.owner->str();
}

void Draft::note_event(EventKind kind, EventAbout about, std::string subject, AccountId owner,
                       std::string message) {
    changes_.push_back(Put<Event>{{next_event_++, revision_, now_, std::string(kind.str()), about,
                                   std::move(subject), std::move(owner), std::move(message)}});
}

void Draft::event(EventKind kind, const Instance& about, std::string message) {
    note_event(kind, EventAbout::Instance, about.name.str(), about.owner, std::move(message));
}

void Draft::event(EventKind kind, const Node& about, std::string message) {
    note_event(kind, EventAbout::Node, about.name.str(), owner_of(state_.sites().at(about.site)),
               std::move(message));
}

void Draft::event(EventKind kind, const Site& about, std::string message) {
    note_event(kind, EventAbout::Site, about.name.str(), owner_of(about), std::move(message));
}

void Draft::event(EventKind kind, const Account& about, std::string message) {
    note_event(kind, EventAbout::Account, about.name.str(), about.name, std::move(message));
}

void Draft::event(EventKind kind, const Release& about, std::string message) {
    note_event(kind, EventAbout::Release, about.name.str(), about.publisher, std::move(message));
}

void Draft::event(EventKind kind, const PriceList& about, std::string message) {
    note_event(kind, EventAbout::PriceList, about.name.str(), {}, std::move(message));
}

void Draft::event(EventKind kind, const Operation& about, std::string message) {
    note_event(kind, EventAbout::Operation, about.id.str(), {}, std::move(message));
}

void Draft::event(EventKind kind, std::string message) {
    note_event(kind, EventAbout::Cloud, {}, {}, std::move(message));
}

}  // namespace foyer::master
