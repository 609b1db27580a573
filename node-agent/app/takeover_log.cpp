#include "node-agent/app/takeover_log.h"

#include <algorithm>

namespace foyer::agent {

template <class Report>
bool TakeoverLog::Kept<Report>::note(const Report& seen, const std::string& of) {
    std::size_t kept = 0;
    for (Entry& entry : entries_) {
        if (entry.of != of) continue;
        ++kept;
        if (entry.report.fence != seen.fence || entry.report.ordered_at != seen.ordered_at)
            continue;
        if (entry.report == seen) return false;
        entry.report = seen;
        entry.unsent = true;
        return true;
    }
    if (kept >= kept_each)
        entries_.erase(std::ranges::find(entries_, of, &Entry::of));
    else if (entries_.size() >= kept_max)
        entries_.pop_front();
    entries_.push_back({of, seen});
    return true;
}

template <class Report>
bool TakeoverLog::Kept<Report>::has_unsent() const {
    return std::ranges::any_of(entries_, &Entry::unsent);
}

template <class Report>
bool TakeoverLog::Kept<Report>::has_unacknowledged() const {
    return std::ranges::any_of(
        entries_, [](const Entry& entry) { return entry.unsent || entry.sent_in != 0; });
}

template <class Report>
void TakeoverLog::Kept<Report>::take(std::uint64_t number, bool all, std::vector<Report>& into) {
    for (Entry& entry : entries_) {
        if (!all && !entry.unsent && entry.sent_in == 0) continue;
        into.push_back(entry.report);
        entry.unsent = false;
        entry.sent_in = number;
    }
}

template <class Report>
void TakeoverLog::Kept<Report>::acknowledge(std::uint64_t number) {
    for (Entry& entry : entries_)
        if (entry.sent_in != 0 && entry.sent_in <= number) entry.sent_in = 0;
}

template <class Report>
std::vector<Report> TakeoverLog::Kept<Report>::all() const {
    std::vector<Report> reports;
    for (const Entry& entry : entries_) reports.push_back(entry.report);
    return reports;
}

template class TakeoverLog::Kept<LeadershipReport>;
template class TakeoverLog::Kept<RoutingReport>;

}  // namespace foyer::agent
