// What happened, a page at a time: to one instance, newest first, or whatever fits a filter, in
// order. From memory as far as that reaches back, then from the database, on a thread of its own,
// so that neither the planner nor who asks waits for a disk. And when boxes came and went, always
// from the database.
//
// A name may be given again once its instance is deleted. The list ends where the present instance
// was ordered: what happened to an earlier one of that name is not shown, it may be another's. So
// it is with the events of an account (ends_owner in domain/events.h).
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/result.h"
#include "common/model/ids.h"
#include "master/app/planner.h"

namespace foyer::master {

struct EventPage {
    std::vector<Event> events;  // newest first
    std::int64_t before = 0;    // the next page is of events below this sequence; 0: there is none
};

struct EventsSince {
    std::vector<Event> events;  // oldest first
    std::int64_t last = 0;      // nothing that fits is missed by who goes on after this sequence
    bool more = false;          // more are there
};

// The next `size` (1 or more) that fit as memory knows them; nothing: it does not reach back that
// far.
std::optional<EventsSince> remembered_since(const State& state, const EventFilter& filter,
                                            std::int64_t after, std::size_t size);

class EventHistory {
public:
    using Done = std::function<void(Result<EventPage>)>;

    // Borrows the planner. At most `waiting_max` pages wait for the database.
    EventHistory(Planner& planner, std::size_t waiting_max);
    ~EventHistory();

    // Up to `size` (1 or more) events of the instance with a sequence below `before` (0: from the
    // newest). `done` runs once: here when memory is enough, else on the history's thread.
    // ResourceExhausted: too many wait. Unavailable: the database does not answer, or we stop.
    void page(const InstanceName& instance, std::int64_t before, int size, Done done);

    // Up to `size` (1 or more) events that fit, after a sequence. Refused as page() is.
    void since(EventFilter filter, std::int64_t after, int size,
               std::function<void(Result<EventsSince>)> done);

    // The newest `size` (1 or more) that fit, of those in memory.
    EventsSince newest(const EventFilter& filter, int size) const;

    // Up to `size` entries of the audit log that fit, after `after`, oldest first, and one more
    // where there is one. Refused as page() is.
    void audit(AuditFilter filter, std::int64_t after, int size,
               std::function<void(Result<std::vector<AuditEntry>>)> done);

    using Lives = std::vector<std::vector<Event>>;
    // When each of these boxes came and went (Store::node_life). ResourceExhausted as well where
    // one did more than `turns_max` times.
    void lives(std::vector<NodeId> nodes, const Span& within,
               std::function<void(Result<Lives>)> done);
    void stop();

    static constexpr int turns_max = 10'000;

private:
    // A question for the database: asked, or answered with why it cannot be.
    using Job = std::function<void(const Status& asked)>;

    void run(const std::stop_token& stop);
    void put(Job job);
    Result<EventPage> read_on(const InstanceName& instance, std::int64_t before, std::size_t size,
                              std::vector<Event> found);
    Result<Lives> read_lives(const std::vector<NodeId>& nodes, const Span& within);

    Planner& planner_;
    const std::size_t waiting_max_;
    std::mutex mutex_;
    std::condition_variable_any filled_;
    bool closed_ = false;
    std::deque<Job> jobs_;
    std::jthread thread_;
};

}  // namespace foyer::master
