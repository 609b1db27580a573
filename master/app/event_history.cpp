#include "master/app/event_history.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace foyer::master {
namespace {

// One event more than the page holds was looked for: whether there is a next page.
EventPage page_of(std::vector<Event> found, std::size_t size) {
    EventPage page{std::move(found), 0};
    if (page.events.size() <= size) return page;
    page.events.resize(size);
    page.before = page.events.back().sequence;
    return page;
}

struct Remembered {
    std::vector<Event> events;
    bool to_the_beginning = false;  // where the instance was ordered, or all there ever was
    std::int64_t oldest = 0;        // sequence from which on memory holds everything
};

Remembered remembered(const State& state, const InstanceName& instance, std::int64_t before,
                      std::size_t count) {
    const auto& recent = state.recent_events();
    Remembered found;
    found.oldest = recent.empty() ? state.last_event() + 1 : recent.begin()->first;
    found.to_the_beginning = found.oldest <= 1;
    for (auto at = recent.rbegin(); at != recent.rend() && found.events.size() < count; ++at) {
        const Event& event = at->second;
        if (event.about != EventAbout::Instance || event.subject != instance.str()) continue;
        if (before == 0 || event.sequence < before) found.events.push_back(event);
        if (event.kind != ordered_event) continue;
        found.to_the_beginning = true;
        break;
    }
    return found;
}

// One more than wanted was looked for; `known` had happened before that.
EventsSince since_of(std::vector<Event> events, std::size_t size, std::int64_t known) {
    EventsSince found{std::move(events), known, false};
    if (found.events.size() > size) {
        found.more = true;
        found.events.resize(size);
        found.last = found.events.back().sequence;
    } else if (!found.events.empty()) {
        found.last = std::max(known, found.events.back().sequence);
    }
    return found;
}

Error stopping() {
    return error(ErrorCode::Unavailable, "the master is stopping; repeat the request");
}

// Where the owner's own events begin, as far as memory tells: `after`, or later.
std::int64_t own_since(const State& state, const EventFilter& filter, std::int64_t after) {
    const auto& recent = state.recent_events();
    for (auto at = recent.rbegin(); at != recent.rend() && at->first > after; ++at)
        if (ends_owner(filter, at->second)) return at->first;
    return after;
}

}  // namespace

std::optional<EventsSince> remembered_since(const State& state, const EventFilter& filter,
                                            std::int64_t after, std::size_t size) {
    after = own_since(state, filter, after);
    const auto& recent = state.recent_events();
    const bool reaches = recent.empty() ? state.last_event() <= after
                                        : recent.begin()->first <= after + 1 ||
                                              recent.begin()->second.revision <= filter.above;
    if (!reaches) return std::nullopt;
    EventsSince found{{}, std::max(after, state.last_event()), false};
    for (auto at = recent.upper_bound(after); at != recent.end(); ++at) {
        if (!fits(filter, at->second)) continue;
        if (found.events.size() == size) {
            found.more = true;
            found.last = found.events.back().sequence;
            break;
        }
        found.events.push_back(at->second);
    }
    return found;
}

EventHistory::EventHistory(Planner& planner, std::size_t waiting_max)
    : planner_(planner), waiting_max_(waiting_max) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

EventHistory::~EventHistory() { stop(); }

void EventHistory::page(const InstanceName& instance, std::int64_t before, int size, Done done) {
    CHECK(size >= 1);
    const auto wanted = static_cast<std::size_t>(size);
    Remembered found = planner_.read(
        [&](const State& state) { return remembered(state, instance, before, wanted + 1); });
    if (found.to_the_beginning || found.events.size() > wanted)
        return done(page_of(std::move(found.events), wanted));
    const std::int64_t end = before > 0 ? std::min(before, found.oldest) : found.oldest;
    put([this, instance, end, wanted, known = std::move(found.events),
         done = std::move(done)](const Status& asked) {
        done(asked.ok() ? read_on(instance, end, wanted, known) : asked.failure());
    });
}

void EventHistory::since(EventFilter filter, std::int64_t after, int size,
                         std::function<void(Result<EventsSince>)> done) {
    CHECK(size >= 1);
    const auto wanted = static_cast<std::size_t>(size);
    std::int64_t known = after;
    std::optional<EventsSince> found = planner_.read([&](const State& state) {
        known = std::max(known, state.last_event());
        return remembered_since(state, filter, after, wanted);
    });
    if (found) return done(std::move(*found));
    put([this, filter = std::move(filter), after, wanted, known,
         done = std::move(done)](const Status& asked) {
        if (!asked.ok()) return done(asked.failure());
        auto events = planner_.store().events(filter, after, static_cast<int>(wanted) + 1);
        if (!events.ok()) return done(events.failure());
        done(since_of(std::move(events).value(), wanted, known));
    });
}

EventsSince EventHistory::newest(const EventFilter& filter, int size) const {
    return planner_.read([&](const State& state) {
        EventsSince found{{}, state.last_event(), false};
        const auto& recent = state.recent_events();
        for (auto at = recent.rbegin();
             at != recent.rend() && found.events.size() < static_cast<std::size_t>(size); ++at) {
            if (ends_owner(filter, at->second)) break;
            if (fits(filter, at->second)) found.events.push_back(at->second);
        }
        std::ranges::reverse(found.events);
        return found;
    });
}

void EventHistory::audit(AuditFilter filter, std::int64_t after, int size,
                         std::function<void(Result<std::vector<AuditEntry>>)> done) {
    put([this, filter = std::move(filter), after, size,
         done = std::move(done)](const Status& asked) {
        done(asked.ok() ? planner_.store().audit(filter, after, size + 1) : asked.failure());
    });
}

void EventHistory::lives(std::vector<NodeId> nodes, const Span& within,
                         std::function<void(Result<Lives>)> done) {
    put([this, nodes = std::move(nodes), within, done = std::move(done)](const Status& asked) {
        done(asked.ok() ? read_lives(nodes, within) : asked.failure());
    });
}

void EventHistory::put(Job job) {
    Error refusal = stopping();
    {
        const std::lock_guard lock(mutex_);
        if (!closed_ && jobs_.size() < waiting_max_) {
            jobs_.push_back(std::move(job));
            filled_.notify_one();
            return;
        }
        if (!closed_)
            refusal = error(ErrorCode::ResourceExhausted,
                            "too many requests wait for older events; repeat it in a second",
                            {{"rule", "event_reads_max"}});
    }
    job(std::move(refusal));
}

void EventHistory::stop() {
    std::deque<Job> left;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        left.swap(jobs_);
    }
    thread_.request_stop();
    for (const Job& job : left) job(stopping());
    if (thread_.joinable()) thread_.join();
}

void EventHistory::run(const std::stop_token& stop) {
    while (true) {
        std::unique_lock lock(mutex_);
        if (!filled_.wait(lock, stop, [this] { return !jobs_.empty(); })) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job(ok_status());
    }
}

Result<EventPage> EventHistory::read_on(const InstanceName& instance, std::int64_t before,
                                        std::size_t size, std::vector<Event> found) {
    const std::size_t missing = size + 1 - found.size();
    std::vector<Event> older =
        TRY(planner_.store().instance_events(instance, before, static_cast<int>(missing)));
    std::ranges::move(older, std::back_inserter(found));
    return page_of(std::move(found), size);
}

Result<EventHistory::Lives> EventHistory::read_lives(const std::vector<NodeId>& nodes,
                                                     const Span& within) {
    Lives lives;
    for (const NodeId& node : nodes) {
        lives.push_back(TRY(planner_.store().node_life(node, within, turns_max + 1)));
        if (lives.back().size() > static_cast<std::size_t>(turns_max))
            return error(ErrorCode::ResourceExhausted,
                         "box '" + node.str() + "' came and went more than " +
                             std::to_string(turns_max) + " times in that month",
                         {{"rule", "node_turns_max"}});
    }
    return lives;
}

}  // namespace foyer::master
