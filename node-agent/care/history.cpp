#include "node-agent/care/history.h"

#include <algorithm>

namespace foyer::agent::care {
namespace {

constexpr Duration minutes(std::int64_t count) { return Duration(count * 60'000); }
constexpr Duration hours(std::int64_t count) { return minutes(count * 60); }
constexpr Duration save_period = hours(24);
constexpr std::int64_t grown_max = std::int64_t{1} << 60;

// A clock that was set back must not keep anything for ever, nor make it old.
Duration since(WallTime then, WallTime now) { return std::max(Duration(0), now - then); }

}  // namespace

Count note_count(History& history, const std::string& key, std::int64_t now_is, CountedSince from,
                 WallTime now) {
    const auto at = history.counts.find(key);
    if (at == history.counts.end()) {
        const Count first{now_is, now, std::nullopt, 0};
        if (history.counts.size() < counts_max) history.counts.emplace(key, first);
        return first;
    }
    Count& count = at->second;
    const bool anew = from == CountedSince::Boot && now_is < count.last;
    const std::int64_t more = anew ? now_is : now_is - count.last;
    if (more > 0) {
        count.grew = now;
        count.grown = std::min(grown_max, count.grown + std::min(more, grown_max));
    }
    count.last = now_is;
    count.seen = now;
    return count;
}

bool grew_within(const Count& count, Duration span, WallTime now) {
    return count.grew && since(*count.grew, now) <= span;
}

void forget_old(History& history, WallTime now) {
    std::erase_if(history.counts,
                  [&](const auto& item) { return since(item.second.seen, now) > count_forgotten; });
}

void follow_clock(History& history, WallTime now) {
    for (auto& [key, count] : history.counts) {
        count.seen = std::min(count.seen, now);
        if (count.grew) count.grew = std::min(*count.grew, now);
    }
    for (auto& [key, one] : history.standings) {
        one.first = std::min(one.first, now);
        one.last = std::min(one.last, now);
    }
}

Patience patience_of(Kind kind, Severity severity) {
    switch (kind) {
        // What a disk has lost it has lost. A reading that is gone was of another disk, or mended.
        case Kind::DiskFailing:
        case Kind::DiskUnreadable:
        case Kind::DiskReallocates:
        case Kind::DiskWorn:
        case Kind::DiskTest:
        case Kind::DiskCable:
        case Kind::FileSystem:
        case Kind::Array:
        case Kind::MemoryChips: return {Duration(0), hours(1)};
        // A backup or a hot afternoon is no failure.
        case Kind::Heat:
            return {severity == Severity::Failing ? Duration(0) : minutes(15), hours(2)};
        case Kind::Throttled: return {hours(1), hours(6)};
        case Kind::UnderVoltage: return {Duration(0), hours(24)};
        // The next cut often follows the first; a battery needs hours to be full again.
        case Kind::OnBattery: return {minutes(1), minutes(30)};
        case Kind::MemoryPressure:
        case Kind::DiskPressure:
        case Kind::CpuPressure:
            // The kernel's mean over five minutes is patient already.
            return {severity == Severity::Failing ? Duration(0) : minutes(10), minutes(30)};
        case Kind::Clock: return {minutes(5), minutes(10)};
        case Kind::LineDelay: return {Duration(0), hours(1)};
    }
    CHECK(false);
}

std::vector<Finding> settle(History& history, const std::vector<Finding>& found, WallTime now) {
    auto& standings = history.standings;
    for (const Finding& one : found) {
        const StandingKey key{one.kind, one.subject, one.severity};
        const bool is_new = !standings.contains(key);
        if (is_new && standings.size() >= standings_max) continue;
        Standing& standing = standings[key];
        if (is_new || (!standing.settled && since(standing.last, now) > looks_apart_max))
            standing.first = now;
        standing.finding = one;
        standing.last = now;
        const Patience patience = patience_of(one.kind, one.severity);
        if (since(standing.first, now) >= patience.before) standing.settled = true;
    }
    std::erase_if(standings, [&](const auto& item) {
        const Standing& one = item.second;
        if (one.last == now) return false;
        const Patience patience = patience_of(one.finding.kind, one.finding.severity);
        return !one.settled || since(one.last, now) > patience.after;
    });
    std::map<std::pair<Kind, std::string>, const Finding*> worst;
    for (const auto& [key, one] : standings) {
        if (!one.settled) continue;
        const Finding*& kept = worst[{one.finding.kind, one.finding.subject}];
        if (kept == nullptr || kept->severity < one.finding.severity) kept = &one.finding;
    }
    std::vector<Finding> said;
    said.reserve(worst.size());
    for (const auto& [thing, finding] : worst) said.push_back(*finding);
    std::ranges::sort(said, [](const Finding& a, const Finding& b) {
        return std::tie(b.severity, a.kind, a.subject) < std::tie(a.severity, b.kind, b.subject);
    });
    return said;
}

bool is_worth_saving(const History& saved, const History& now) {
    if (saved.counts.size() != now.counts.size() || saved.standings.size() != now.standings.size())
        return true;
    const auto counts_differ = [](const auto& a, const auto& b) {
        return a.first != b.first || a.second.last != b.second.last ||
               a.second.grew != b.second.grew || since(a.second.seen, b.second.seen) >= save_period;
    };
    const auto standings_differ = [](const auto& a, const auto& b) {
        return a.first != b.first || a.second.settled != b.second.settled ||
               since(a.second.last, b.second.last) >= save_period;
    };
    const auto differs = [](const auto& a, const auto& b, const auto& test) {
        for (auto x = a.begin(), y = b.begin(); x != a.end(); ++x, ++y)
            if (test(*x, *y)) return true;
        return false;
    };
    return differs(saved.counts, now.counts, counts_differ) ||
           differs(saved.standings, now.standings, standings_differ);
}

}  // namespace foyer::agent::care
