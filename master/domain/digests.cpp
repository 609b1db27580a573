#include "master/domain/digests.h"

#include <algorithm>
#include <utility>

#include "common/base/utf8.h"
#include "master/domain/state.h"

namespace foyer::master {
namespace {

constexpr Duration hour{3'600'000};
constexpr std::size_t told_max = 1'000;

Weight worst_of(const std::deque<Pending>& pending) {
    Weight worst = Weight::Good;
    for (const Pending& one : pending) worst = std::max(worst, one.notice.told.weight);
    return worst;
}

}  // namespace

std::optional<WallTime> due_at(const std::deque<Pending>& pending, const DigestSettings& settings) {
    if (pending.empty()) return std::nullopt;
    WallTime due = pending.front().notice.at + settings.hold_max;
    std::optional<WallTime> last_news;
    for (const Pending& one : pending) {
        if (one.repeated) continue;
        last_news = one.notice.at;
        if (one.notice.told.weight == Weight::Urgent)
            due = std::min(due, one.notice.at + settings.window);
    }
    return last_news ? std::min(due, *last_news + settings.window) : due;
}

bool Digests::is_code(const Followed& one) { return !one.row.confirmed_at; }

void Digests::begin(Followed& one, const Contact& row) {
    one = {};
    one.row = row;
    one.ticket = ++last_ticket_;
    one.seen = row.last;
    one.last = row.last;
    one.mails = row.mails;
    one.under_way = row.under_way;
    one.code_mailed = row.code.empty();
    one.failing_since = row.failing_since;
    one.failure = row.failure;
    one.refused = row.refused;
    if (is_code(one) && !one.code_mailed) one.phase = Phase::Due;
    // What was under way is gathered again from the events, then goes as it was.
    if (!is_code(one) && one.under_way > one.last) one.phase = Phase::Noting;
}

void Digests::follow(const State& state) {
    const auto is_followed = [&](const Contact& row) {
        return !row.off_at && !row.removed_at && state.accounts().contains(row.account);
    };
    std::erase_if(followed_, [&](const auto& entry) {
        const Contact* row = state.contacts().get(entry.first);
        return row == nullptr || !is_followed(*row);
    });
    for (const auto& [id, row] : state.contacts()) {
        if (!is_followed(row)) continue;
        Followed& one = followed_[id];
        if (one.ticket == 0 || one.row.codes_made != row.codes_made ||
            one.row.confirmed_at != row.confirmed_at)
            begin(one, row);
        one.row = row;
        one.account = state.accounts().at(row.account);
    }
}

std::optional<std::int64_t> Digests::wanted(std::int64_t last) const {
    std::optional<std::int64_t> first;
    for (const auto& [id, one] : followed_)
        if (!is_code(one) && one.seen < last && (!first || one.seen < *first)) first = one.seen;
    return first;
}

void Digests::add(Followed& one, Notice notice) const {
    const auto told = one.told.find({notice.kind, notice.about, notice.subject});
    const bool repeated = told != one.told.end() && notice.at - told->second < settings_.repeat;
    one.pending.push_back({std::move(notice), repeated});
    if (one.pending.size() <= settings_.pending_max) return;
    // The oldest goes that is the least bad.
    const auto least = std::ranges::min_element(
        one.pending, {}, [](const Pending& other) { return other.notice.told.weight; });
    one.pending.erase(least);
    ++one.left_out;
}

// The mail that was written down: all that waits up to there.
void Digests::gather(Followed& one) {
    while (!one.pending.empty() && one.pending.front().notice.sequence <= one.under_way) {
        one.mail.push_back(std::move(one.pending.front().notice));
        one.pending.pop_front();
    }
    one.mail_left_out = std::exchange(one.left_out, 0);
    one.phase = Phase::Due;
    one.due = {};
    if (!one.mail.empty()) return;
    // It wants none of this any more.
    one.last = std::exchange(one.under_way, 0);
    one.mail_left_out = 0;
    one.phase = Phase::Resting;
}

void Digests::heard(const std::vector<Event>& events, std::int64_t last) {
    for (auto& [id, one] : followed_) {
        if (is_code(one) || one.seen >= last) continue;
        // After a start, and only then, events up to the one under way are still to come.
        const bool again = one.phase == Phase::Noting && one.seen < one.under_way;
        bool gathered = !again;
        for (const Event& event : events) {
            if (event.sequence <= one.seen) continue;
            if (!gathered && event.sequence > one.under_way) gather(one), gathered = true;
            if (auto notice = notice_for(one.account, one.row.topics, event))
                add(one, *std::move(notice));
        }
        one.seen = last;
        if (!gathered && one.seen >= one.under_way) gather(one);
        if (one.phase == Phase::Resting && one.pending.empty()) one.last = one.seen;
    }
}

std::size_t Digests::count(Phase phase) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        followed_, [phase](const auto& entry) { return entry.second.phase == phase; }));
}

// Codes first, somebody waits for them; then the worst, then those who waited longest.
std::vector<Digests::Followed*> Digests::in_order() {
    std::vector<Followed*> all;
    for (auto& [id, one] : followed_) all.push_back(&one);
    const auto rank = [](const Followed* one) {
        Weight worst = worst_of(one->pending);
        WallTime first = one->pending.empty() ? WallTime{} : one->pending.front().notice.at;
        for (const Notice& notice : one->mail) {
            worst = std::max(worst, notice.told.weight);
            first = std::min(first, notice.at);
        }
        return std::tuple(!is_code(*one), -static_cast<int>(worst), first);
    };
    std::ranges::stable_sort(all, {}, rank);
    return all;
}

MailOut Digests::out_of(const Followed& one) {
    MailOut out;
    out.ticket = {one.row.id, one.ticket};
    out.account = one.row.account;
    out.address = one.row.address;
    out.language = one.row.language;
    if (is_code(one)) {
        out.number = one.row.codes_made;
        out.code = one.row.code;
        out.code_expires_at = *one.row.code_expires_at;
    } else {
        out.number = one.mails + 1;
        out.notices = one.mail;
        out.left_out = one.mail_left_out;
    }
    return out;
}

Digests::Turn Digests::turn(WallTime now, MonoTime mono, bool held) {
    while (!taken_.empty() && mono - taken_.front() >= hour) taken_.pop_front();
    const auto budget = static_cast<std::size_t>(settings_.per_hour);
    std::size_t sending = count(Phase::Sending);
    std::size_t under_way = sending + count(Phase::Due) + count(Phase::Noting);
    Turn turn;
    for (Followed* one : in_order()) {
        if (one->phase == Phase::Due && mono >= one->due) {
            if (sending >= settings_.at_once || taken_.size() + sending >= budget) continue;
            // A code that is over by now helps nobody; one that was taken away is none.
            if (is_code(*one) && (!one->row.code_expires_at || now > *one->row.code_expires_at)) {
                one->phase = Phase::Resting;
                continue;
            }
            one->phase = Phase::Sending;
            ++sending;
            turn.send.push_back(out_of(*one));
        } else if (one->phase == Phase::Resting && !held && !one->pending.empty()) {
            // From the future: the clock was set back. It must not wait for that.
            const bool odd = one->pending.back().notice.at > now;
            if (!odd && *due_at(one->pending, settings_) > now) continue;
            if (taken_.size() + under_way >= budget) continue;
            ++under_way;
            one->phase = Phase::Noting;
            one->under_way = one->seen;
            turn.note.push_back(progress_of(*one));
            turn.noting.push_back({one->row.id, one->ticket});
        }
    }
    return turn;
}

Digests::Followed* Digests::find(const MailTicket& ticket, Phase phase) {
    const auto found = followed_.find(ticket.id);
    if (found == followed_.end() || found->second.ticket != ticket.number ||
        found->second.phase != phase)
        return nullptr;
    return &found->second;
}

void Digests::noted(const MailTicket& ticket, bool done) {
    Followed* one = find(ticket, Phase::Noting);
    if (one == nullptr) return;
    if (done) return gather(*one);
    one->phase = Phase::Resting;
    one->under_way = 0;
}

void Digests::taken(const MailTicket& ticket, WallTime now, MonoTime mono) {
    Followed* one = find(ticket, Phase::Sending);
    if (one == nullptr) return;
    taken_.push_back(mono);
    one->phase = Phase::Resting;
    one->failing_since.reset();
    one->failure.clear();
    one->refused = 0;
    one->attempts = 0;
    if (is_code(*one)) {
        one->code_mailed = true;
        return;
    }
    std::erase_if(one->told,
                  [&](const auto& entry) { return now - entry.second >= settings_.repeat; });
    for (const Notice& notice : one->mail)
        if (one->told.size() < told_max)
            one->told[{notice.kind, notice.about, notice.subject}] = now;
    one->mail.clear();
    one->mail_left_out = 0;
    ++one->mails;
    one->last = std::exchange(one->under_way, 0);
    if (one->pending.empty()) one->last = one->seen;
}

void Digests::failed(const MailTicket& ticket, MailFailure kind, const std::string& why,
                     MonoTime mono, WallTime now, std::uint64_t chance) {
    Followed* one = find(ticket, Phase::Sending);
    if (one == nullptr) return;
    if (!one->failing_since) one->failing_since = now;
    one->failure = plain_text(why, mail_failure_bytes_max);
    if (one->failure.empty()) one->failure = "unknown";
    one->refused = kind == MailFailure::Refused ? one->refused + 1 : 0;
    ++one->attempts;
    one->phase = Phase::Due;
    one->due = mono + retry_delay(settings_.retry, one->attempts, chance);
}

MailProgress Digests::progress_of(const Followed& one) {
    return {one.row.id,      one.last,          one.mails,   one.under_way, one.row.codes_made,
            one.code_mailed, one.failing_since, one.failure, one.refused};
}

std::vector<MailProgress> Digests::progress(bool all) const {
    std::vector<MailProgress> news;
    for (const auto& [id, one] : followed_) {
        const std::int64_t step = all ? 1 : settings_.retry.idle_span;
        if (one.phase == Phase::Noting) continue;  // it is being written down
        if (one.mails == one.row.mails && one.failing_since == one.row.failing_since &&
            one.failure == one.row.failure && one.refused == one.row.refused &&
            one.code_mailed == one.row.code.empty() && one.last - one.row.last < step)
            continue;
        news.push_back(progress_of(one));
    }
    return news;
}

std::size_t Digests::pending() const {
    std::size_t count = 0;
    for (const auto& [id, one] : followed_)
        count += one.pending.size() + one.mail.size() + one.left_out + one.mail_left_out;
    return count;
}

}  // namespace foyer::master
