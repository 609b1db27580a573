#include "master/app/connection_places.h"

namespace foyer::master {
namespace {

std::uint64_t& count_of(ConnectionCounts& counts, ConnectionLimit limit) {
    return limit == ConnectionLimit::Source ? counts.source : counts.all;
}

}  // namespace

std::string_view to_text(ConnectionLimit limit) {
    switch (limit) {
        case ConnectionLimit::None: return "none";
        case ConnectionLimit::Source: return "source";
        case ConnectionLimit::All: return "all";
    }
    return "none";
}

void ConnectionPlaces::unrank(Sources::iterator source) {
    const Source& one = source->second;
    if (!one.waiting.empty()) ranked_.erase({one.held, one.waiting.begin()->first});
}

void ConnectionPlaces::rank(Sources::iterator source) {
    const Source& one = source->second;
    if (!one.waiting.empty()) ranked_.emplace(Rank{one.held, one.waiting.begin()->first}, source);
}

void ConnectionPlaces::set_waiting(Place& place, ConnectionNumber number, bool waiting) {
    auto& line = place.source->second.waiting;
    if (place.waits_since != 0) line.erase(place.waits_since);
    place.waits_since = waiting ? ++turn_ : 0;
    if (waiting) line.emplace(place.waits_since, number);
}

ConnectionNumber ConnectionPlaces::give(Sources::iterator source) {
    last_ = last_.next();
    unrank(source);
    ++source->second.held;
    set_waiting(places_.emplace(last_, Place{source, 0}).first->second, last_, true);
    rank(source);
    return last_;
}

// Of all sources, whose place a newcomer of `own` may have; end(): nobody's.
ConnectionPlaces::Sources::iterator ConnectionPlaces::gives_way(Sources::iterator own) {
    if (ranked_.empty()) return sources_.end();
    const auto first = ranked_.begin()->second;
    const std::size_t held = own->second.held;
    if (first->second.held > held) return first;
    if (!own->second.waiting.empty()) return own;
    return first->second.held == held ? first : sources_.end();
}

ConnectionVerdict ConnectionPlaces::refuse(Sources::iterator own, ConnectionLimit full) {
    if (own->second.held == 0) sources_.erase(own);
    ++count_of(refused_, full);
    return {{}, {}, full};
}

bool ConnectionPlaces::is_full(const Source& source) const {
    return limits_.per_source_max > 0 && source.held >= limits_.per_source_max;
}

bool ConnectionPlaces::has_room(const std::string& source) const {
    if (places_.size() >= limits_.most) return false;
    const auto own = sources_.find(source);
    return own == sources_.end() || !is_full(own->second);
}

ConnectionVerdict ConnectionPlaces::enter(const std::string& source) {
    const auto own = sources_.try_emplace(source).first;
    const bool source_full = is_full(own->second);
    if (!source_full && places_.size() < limits_.most) return {give(own), {}, {}};
    const ConnectionLimit full = source_full ? ConnectionLimit::Source : ConnectionLimit::All;
    const auto from = source_full ? own : gives_way(own);
    if (from == sources_.end() || from->second.waiting.empty()) return refuse(own, full);
    const ConnectionNumber number = give(own);  // waits, but not longest
    const ConnectionNumber gone = from->second.waiting.begin()->second;
    leave(gone);
    ++count_of(displaced_, full);
    return {number, gone, full};
}

bool ConnectionPlaces::works(ConnectionNumber number) {
    const auto found = places_.find(number);
    if (found == places_.end()) return false;
    const auto source = found->second.source;
    unrank(source);
    set_waiting(found->second, number, false);
    rank(source);
    return true;
}

void ConnectionPlaces::waits(ConnectionNumber number) {
    const auto found = places_.find(number);
    if (found == places_.end()) return;
    const auto source = found->second.source;
    unrank(source);
    set_waiting(found->second, number, true);
    rank(source);
}

void ConnectionPlaces::leave(ConnectionNumber number) {
    const auto found = places_.find(number);
    if (found == places_.end()) return;
    const auto source = found->second.source;
    unrank(source);
    set_waiting(found->second, number, false);
    places_.erase(found);
    if (--source->second.held == 0) {
        sources_.erase(source);
    } else {
        rank(source);
    }
}

}  // namespace foyer::master
