#include "node-agent/app/observation_book.h"

#include <algorithm>

namespace foyer::agent {

ObservationBook::ObservationBook(const Clock& clock, ReportRules rules)
    : clock_(clock),
      rules_(rules),
      first_number_(static_cast<std::uint64_t>(std::max<std::int64_t>(clock.wall().unix_ms, 1))),
      last_number_(first_number_) {}

void ObservationBook::on_news(std::function<void()> listener) { listener_ = std::move(listener); }

bool ObservationBook::is_due(const Entry& entry, MonoTime now) const {
    if (!entry.ever_reported) return true;
    return entry.dirty &&
           is_worth_reporting(entry.reported, entry.current, now - entry.reported_at, rules_);
}

void ObservationBook::set(const PartitionObservation& seen) {
    bool news = false;
    {
        const std::scoped_lock lock(mutex_);
        const bool known = entries_.contains(seen.partition);
        Entry& entry = entries_[seen.partition];
        if (known && entry.current == seen) return;
        entry.current = seen;
        entry.dirty = true;
        news = is_due(entry, clock_.mono());
        erased_.erase(seen.partition);
    }
    if (news && listener_) listener_();
}

void ObservationBook::erased(const PartitionId& partition) {
    {
        const std::scoped_lock lock(mutex_);
        entries_.erase(partition);
        erased_[partition] = 0;
        takeovers_.forget(partition);
    }
    if (listener_) listener_();
}

template <class Report>
void ObservationBook::note_takeover(const Report& seen) {
    {
        const std::scoped_lock lock(mutex_);
        if (!takeovers_.note(seen)) return;
    }
    if (listener_) listener_();
}

void ObservationBook::note(const LeadershipReport& seen) { note_takeover(seen); }
void ObservationBook::note(const RoutingReport& seen) { note_takeover(seen); }

void ObservationBook::set(const DomainsReport& seen) {
    {
        const std::scoped_lock lock(mutex_);
        if (!domains_.set(seen)) return;
    }
    if (listener_) listener_();
}

void ObservationBook::set(const HostOrder& order) {
    {
        const std::scoped_lock lock(mutex_);
        if (!host_.set(order)) return;
    }
    if (listener_) listener_();
}

void ObservationBook::set(const BoxCare& care) {
    {
        const std::scoped_lock lock(mutex_);
        if (!care_.set(care)) return;
    }
    if (listener_) listener_();
}

void ObservationBook::set(const HostRefusals& refuses) {
    {
        const std::scoped_lock lock(mutex_);
        if (!refuses_.set(refuses)) return;
    }
    if (listener_) listener_();
}

void ObservationBook::set(const UpgradeReport& upgrade) {
    {
        const std::scoped_lock lock(mutex_);
        if (!upgrade_.set(upgrade)) return;
    }
    if (listener_) listener_();
}

bool ObservationBook::is_host_known() const {
    const std::scoped_lock lock(mutex_);
    return !host_.is_unknown();
}

KeptTakeovers ObservationBook::takeovers() const {
    const std::scoped_lock lock(mutex_);
    return takeovers_.kept();
}

void ObservationBook::drop(const PartitionId& partition) {
    const std::scoped_lock lock(mutex_);
    entries_.erase(partition);
}

ObservationBook::Batch ObservationBook::take() {
    const std::scoped_lock lock(mutex_);
    const MonoTime now = clock_.mono();
    Batch batch;
    batch.full = full_wanted_;
    for (auto& [partition, entry] : entries_) {
        if (!batch.full && entry.sent_in == 0 && !is_due(entry, now)) continue;
        batch.observations.push_back(entry.current);
        entry.reported = entry.current;
        entry.ever_reported = true;
        entry.dirty = false;
        entry.reported_at = now;
    }
    for (const auto& [partition, sent_in] : erased_) batch.erased.push_back(partition);
    const bool nothing = batch.observations.empty() && batch.erased.empty();
    const bool whole = domains_.is_unknown() || host_.is_unknown() || care_.is_unknown() ||
                       upgrade_.is_unknown() || refuses_.is_unknown();
    if (!batch.full && nothing && !takeovers_.has_unacknowledged() && !whole) return batch;
    batch.number = ++last_number_;
    batch.domains = domains_.take(batch.number, batch.full);
    batch.host = host_.take(batch.number, batch.full);
    batch.care = care_.take(batch.number, batch.full);
    batch.upgrade = upgrade_.take(batch.number, batch.full);
    batch.refuses = refuses_.take(batch.number, batch.full);
    takeovers_.take(batch.number, batch.full, batch.leaderships, batch.routings);
    for (const PartitionObservation& sent : batch.observations)
        entries_[sent.partition].sent_in = batch.number;
    for (auto& [partition, sent_in] : erased_) sent_in = batch.number;
    if (batch.full) full_sent_in_ = batch.number;
    return batch;
}

void ObservationBook::acknowledge(std::uint64_t number, bool wanted) {
    const std::scoped_lock lock(mutex_);
    if (wanted || number == 0) {
        // Unless the full report is the one just sent and acknowledged, all goes again.
        if (full_sent_in_ == 0 || full_sent_in_ > number) full_wanted_ = true;
        if (wanted) full_wanted_ = true;
    }
    if (number > last_number_) {
        // Counted by a clock that was ahead of ours: go on above it, and take nothing as heard.
        last_number_ = number;
        full_wanted_ = true;
        return;
    }
    if (number <= first_number_) return;  // of an earlier life
    for (auto& [partition, entry] : entries_) {
        if (entry.sent_in != 0 && entry.sent_in <= number) entry.sent_in = 0;
    }
    takeovers_.acknowledge(number);
    domains_.acknowledge(number);
    host_.acknowledge(number);
    care_.acknowledge(number);
    upgrade_.acknowledge(number);
    refuses_.acknowledge(number);
    std::erase_if(erased_,
                  [&](const auto& item) { return item.second != 0 && item.second <= number; });
    if (!wanted && full_sent_in_ != 0 && full_sent_in_ <= number) full_wanted_ = false;
}

bool ObservationBook::has_overdue() const {
    const std::scoped_lock lock(mutex_);
    if (takeovers_.has_unsent() || domains_.is_unsent() || host_.is_unsent() || care_.is_unsent() ||
        upgrade_.is_unsent() || refuses_.is_unsent())
        return true;
    const MonoTime now = clock_.mono();
    return std::any_of(entries_.begin(), entries_.end(),
                       [&](const auto& item) { return is_due(item.second, now); });
}

std::vector<PartitionObservation> ObservationBook::all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<PartitionObservation> seen;
    for (const auto& [partition, entry] : entries_) seen.push_back(entry.current);
    return seen;
}

}  // namespace foyer::agent
