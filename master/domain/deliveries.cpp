#include "master/domain/deliveries.h"

#include <algorithm>
#include <utility>

#include "common/base/utf8.h"

namespace foyer::master {

Duration retry_delay(const DeliveryLimits& limits, int attempts, std::uint64_t chance) {
    Duration whole = limits.retry_min;
    for (int i = 1; i < attempts && whole < limits.retry_max; ++i) whole = whole * 2;
    whole = std::min(whole, limits.retry_max);
    const auto half = static_cast<std::uint64_t>(whole.count() / 2);
    return whole - Duration(static_cast<std::int64_t>(chance % (half + 1)));
}

void Deliveries::begin(Followed& one, const Webhook& row) {
    one = {};
    one.row = row;
    one.ticket = ++last_ticket_;
    one.last = row.last;
    one.deliveries = row.deliveries;
    one.failing_since = row.failing_since;
    one.failure = row.failure;
}

void Deliveries::follow(const SnapshotMap<WebhookKey, Webhook>& rows) {
    std::erase_if(followed_, [&](const auto& entry) {
        const auto row = rows.find(entry.first);
        return row == rows.end() || row->second.off_at;
    });
    for (const auto& [key, row] : rows) {
        if (row.off_at) continue;
        Followed& one = followed_[key];
        if (one.ticket == 0 || one.row.created_at != row.created_at) {
            begin(one, row);
            continue;
        }
        // Switched on again before we saw that it was off.
        if (one.row.failing_since && !row.failing_since &&
            one.failing_since == one.row.failing_since)
            one.failing_since.reset(), one.failure.clear(), one.attempts = 0;
        one.row = row;
    }
}

void Deliveries::news() {
    for (auto& [key, one] : followed_) {
        if (one.phase == Phase::Resting) one.phase = Phase::Due, one.due = {};
        if (one.phase == Phase::Looking) one.again = true;
    }
}

Letter Deliveries::letter_of(const WebhookKey& key, const Followed& one) const {
    return {{key, one.ticket}, one.row.url, one.row.secret, *one.event, one.deliveries + 1};
}

std::size_t Deliveries::busy() const {
    return static_cast<std::size_t>(std::ranges::count_if(followed_, [](const auto& entry) {
        return entry.second.phase == Phase::Looking || entry.second.phase == Phase::Sending;
    }));
}

Deliveries::Turn Deliveries::turn(MonoTime now) {
    Turn turn;
    std::size_t under_way = busy();
    auto at = followed_.lower_bound(turn_);
    for (std::size_t seen = 0; seen < followed_.size(); ++seen, ++at) {
        if (at == followed_.end()) at = followed_.begin();
        auto& [key, one] = *at;
        if (one.phase != Phase::Due || now < one.due) continue;
        if (under_way >= limits_.at_once) {
            turn_ = key;
            break;
        }
        ++under_way;
        if (one.event) {
            one.phase = Phase::Sending;
            turn.send.push_back(letter_of(key, one));
        } else {
            one.phase = Phase::Looking;
            one.again = false;
            turn.look.push_back({{key, one.ticket}, one.last});
        }
    }
    return turn;
}

std::optional<MonoTime> Deliveries::next_due() const {
    std::optional<MonoTime> first;
    if (busy() >= limits_.at_once) return first;
    for (const auto& [key, one] : followed_)
        if (one.phase == Phase::Due && (!first || one.due < *first)) first = one.due;
    return first;
}

Deliveries::Followed* Deliveries::find(const DeliveryTicket& ticket, Phase phase) {
    const auto found = followed_.find(ticket.key);
    if (found == followed_.end() || found->second.ticket != ticket.number ||
        found->second.phase != phase)
        return nullptr;
    return &found->second;
}

std::optional<Letter> Deliveries::found(const DeliveryTicket& ticket,
                                        const std::optional<Event>& event, std::int64_t last) {
    Followed* one = find(ticket, Phase::Looking);
    if (one == nullptr) return std::nullopt;
    if (!event) {
        one->last = std::max(one->last, last);
        one->phase = one->again ? Phase::Due : Phase::Resting;
        one->due = {};
        return std::nullopt;
    }
    one->phase = Phase::Sending;
    one->event = event;
    return letter_of(ticket.key, *one);
}

void Deliveries::not_found(const DeliveryTicket& ticket, MonoTime now) {
    Followed* one = find(ticket, Phase::Looking);
    if (one == nullptr) return;
    one->phase = Phase::Due;
    one->due = now + limits_.retry_min;
}

void Deliveries::taken(const DeliveryTicket& ticket) {
    Followed* one = find(ticket, Phase::Sending);
    if (one == nullptr) return;
    one->last = one->event->sequence;
    ++one->deliveries;
    one->event.reset();
    one->failing_since.reset();
    one->failure.clear();
    one->attempts = 0;
    one->phase = Phase::Due;
    one->due = {};
}

void Deliveries::failed(const DeliveryTicket& ticket, std::string why, MonoTime now, WallTime wall,
                        std::uint64_t chance) {
    Followed* one = find(ticket, Phase::Sending);
    if (one == nullptr) return;
    if (!one->failing_since) one->failing_since = wall;
    one->failure = plain_text(why, webhook_failure_bytes_max);
    if (one->failure.empty()) one->failure = "unknown";
    ++one->attempts;
    one->phase = Phase::Due;
    one->due = now + retry_delay(limits_, one->attempts, chance);
}

std::vector<WebhookProgress> Deliveries::progress(WallTime wall, bool all) const {
    std::vector<WebhookProgress> news;
    for (const auto& [key, one] : followed_) {
        const std::int64_t step = all ? 1 : limits_.idle_span;
        const bool over = one.failing_since && wall - *one.failing_since >= webhook_patience;
        if (one.deliveries == one.row.deliveries && one.failing_since == one.row.failing_since &&
            one.failure == one.row.failure && one.last - one.row.last < step && !over)
            continue;
        news.push_back(
            {key, one.row.created_at, one.last, one.deliveries, one.failing_since, one.failure});
    }
    return news;
}

}  // namespace foyer::master
