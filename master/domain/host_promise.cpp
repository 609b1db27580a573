#include "master/domain/host_promise.h"

#include <algorithm>
#include <chrono>

#include "common/base/text.h"

namespace foyer::master {
namespace {

enum class Turn { None, Heard, Gone };

Turn turn_of(const Event& event) {
    if (std::ranges::find(came_kinds, event.kind) != came_kinds.end()) return Turn::Heard;
    if (std::ranges::find(went_kinds, event.kind) != went_kinds.end()) return Turn::Gone;
    return Turn::None;
}

WallTime begin_of(std::chrono::year_month month) {
    const std::chrono::sys_days first = month / std::chrono::day(1);
    return WallTime{
        std::chrono::duration_cast<std::chrono::milliseconds>(first.time_since_epoch()).count()};
}

}  // namespace

Result<Span> month_of(std::string_view text) {
    const auto year =
        text.size() == 7 && text[4] == '-' ? parse_int(text.substr(0, 4)) : std::nullopt;
    const auto number = year ? parse_int(text.substr(5)) : std::nullopt;
    if (!number || *year < 2000 || *number < 1 || *number > 12)
        return error(ErrorCode::InvalidArgument,
                     "'" + std::string(text.substr(0, 20)) + "' is not a month like 2026-11",
                     {{"field", "month"}});
    const std::chrono::year_month month(std::chrono::year(static_cast<int>(*year)),
                                        std::chrono::month(static_cast<unsigned>(*number)));
    return Span{begin_of(month), begin_of(month + std::chrono::months(1))};
}

std::vector<Event> life_of(std::vector<Event> events, std::optional<WallTime> gone_at) {
    const auto is_end = [](const Event& event) {
        return event.kind == "node_deleted" || event.kind == "node_left";
    };
    if (gone_at) std::erase_if(events, [&](const Event& event) { return event.at > *gone_at; });
    const auto before = std::find_if(events.rbegin(), events.rend(), [&](const Event& event) {
        return is_end(event) && (!gone_at || event.at < *gone_at);
    });
    events.erase(events.begin(), before.base());
    return events;
}

std::vector<Span> heard_spans(const std::vector<Event>& events, const Span& within) {
    std::vector<Span> spans;
    std::optional<WallTime> since;
    const auto end = [&](WallTime at) {
        const Span span{std::max(*since, within.from), std::min(at, within.to)};
        if (span.from < span.to) spans.push_back(span);
        since.reset();
    };
    for (const Event& event : events) {
        const Turn turn = turn_of(event);
        if (turn == Turn::Heard && !since) since = event.at;
        if (turn == Turn::Gone && since) end(event.at);
    }
    if (since) end(within.to);
    return spans;
}

Duration covered(std::vector<Span> spans) {
    std::ranges::sort(spans, {}, [](const Span& span) { return span.from; });
    Duration sum{0};
    std::optional<WallTime> until;
    for (const Span& span : spans) {
        const WallTime from = until ? std::max(*until, span.from) : span.from;
        if (from < span.to) sum += span.to - from;
        until = until ? std::max(*until, span.to) : span.to;
    }
    return sum;
}

Cents earned(Cents monthly, Duration up, const Span& month) {
    const Duration whole = month.to - month.from;
    CHECK(whole > Duration(0) && up >= Duration(0) && up <= whole);
    return Cents(monthly.count() * up.count() / whole.count());
}

}  // namespace foyer::master
