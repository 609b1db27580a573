#include "master/domain/events.h"

#include "master/domain/draft.h"

namespace foyer::master {
namespace {

// A host's account has the host's name.
AccountId owner_of(const Site& site) { return AccountId(site.host.str()); }

}  // namespace

bool fits(const EventFilter& filter, const Event& event) {
    return (!filter.owner || (!event.owner.empty() && event.owner == *filter.owner)) &&
           (!filter.about || event.about == *filter.about) &&
           (filter.subject.empty() || event.subject == filter.subject) &&
           (filter.kind.empty() || event.kind == filter.kind) && event.revision > filter.above;
}

void Draft::note_event(std::string kind, EventAbout about, std::string subject, AccountId owner,
                       std::string message) {
    changes_.push_back(Put<Event>{{next_event_++, revision_, now_, std::move(kind), about,
                                   std::move(subject), std::move(owner), std::move(message)}});
}

void Draft::event(std::string kind, const Instance& about, std::string message) {
    note_event(std::move(kind), EventAbout::Instance, about.name.str(), about.owner,
               std::move(message));
}

void Draft::event(std::string kind, const Node& about, std::string message) {
    note_event(std::move(kind), EventAbout::Node, about.name.str(),
               owner_of(state_.sites().at(about.site)), std::move(message));
}

void Draft::event(std::string kind, const Site& about, std::string message) {
    note_event(std::move(kind), EventAbout::Site, about.name.str(), owner_of(about),
               std::move(message));
}

void Draft::event(std::string kind, const Account& about, std::string message) {
    note_event(std::move(kind), EventAbout::Account, about.name.str(), about.name,
               std::move(message));
}

void Draft::event(std::string kind, const Release& about, std::string message) {
    note_event(std::move(kind), EventAbout::Release, about.name.str(), about.publisher,
               std::move(message));
}

void Draft::event(std::string kind, const PriceList& about, std::string message) {
    note_event(std::move(kind), EventAbout::PriceList, about.name.str(), {}, std::move(message));
}

void Draft::event(std::string kind, const Operation& about, std::string message) {
    note_event(std::move(kind), EventAbout::Operation, about.id.str(), {}, std::move(message));
}

void Draft::event(std::string kind, std::string message) {
    note_event(std::move(kind), EventAbout::Cloud, {}, {}, std::move(message));
}

}  // namespace foyer::master
