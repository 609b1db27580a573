// Tells webhooks what happened, on one thread: follows the rows, looks for events, makes the calls,
// writes down how far it is. What is next and when is decided by master/domain/deliveries.h.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/random.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/event_history.h"
#include "master/app/planner.h"
#include "master/app/secret_seal.h"
#include "master/domain/deliveries.h"
#include "master/notices/https_post.h"
#include "master/notices/progress_notes.h"

namespace foyer::master {

struct CourierConfig {
    DeliveryLimits deliveries;
    PostLimits posts;
    AddressRules rules;
    Duration note{1'000};  // how often it is written down
};

struct CourierCounters {
    std::uint64_t taken = 0;
    std::uint64_t failed = 0;
    std::uint64_t under_way = 0;
};

class Courier {
public:
    // Borrows everything but the configuration.
    Courier(Planner& planner, EventHistory& events, const SecretSeal& seal, const Clock& clock,
            Rng& rng, Log& log, CourierConfig config);
    ~Courier();

    void start();
    // Calls under way are given up (they come again), how far it is is written down. Before the
    // history and the planner stop.
    void stop();
    CourierCounters counters() const;

private:
    struct Found {
        DeliveryTicket ticket;
        Result<EventsSince> events;
    };
    // Shared: the history may answer after we are gone.
    struct Inbox {
        std::mutex mutex;
        std::deque<Found> found;
    };

    void run(const std::stop_token& stop);
    void step();
    void look(const Wanted& wanted);
    void take_found();
    void send(const Letter& letter);
    void ended(const Letter& letter, const Status& outcome);

    Planner& planner_;
    EventHistory& events_;
    const SecretSeal& seal_;
    const Clock& clock_;
    Rng& rng_;
    Log& log_;
    CourierConfig config_;
    Deliveries deliveries_;
    HttpsPosts posts_;
    ProgressNotes notes_;
    std::int64_t seen_event_ = -1;
    std::optional<Revision> seen_;
    std::size_t looking_ = 0;
    MonoTime next_note_;
    std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();
    std::atomic<std::uint64_t> taken_{0};
    std::atomic<std::uint64_t> failed_{0};
    std::atomic<std::uint64_t> under_way_{0};
    std::jthread thread_;
};

}  // namespace foyer::master
