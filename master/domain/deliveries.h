// What is to be sent next to which webhook, and when. Pure: rows, events, outcomes and times come
// in; the shell (master/notices) looks for events and makes calls.
//
//   Resting ──something new──► Due ──look()──► Looking ──an event──► Sending ──taken──► Due
//      ▲                        ▲                 │                     │
//      └──── nothing fits ──────┼─────────────────┘                     │
//                               └── after a while, the same event ◄── failed
//
// In order, one at a time for each webhook. An event is done when the other side took it; nothing
// is left out, and after a crash a few may come again, with the same id and number.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/snapshot_map.h"
#include "common/base/time.h"
#include "master/domain/webhooks.h"

namespace foyer::master {

struct DeliveryLimits {
    std::size_t at_once = 16;        // calls under way, and events looked for
    Duration retry_min{1'000};       // after the first failure; doubled at each
    Duration retry_max{3'600'000};   // at most
    std::int64_t idle_span = 1'000;  // written down after so many events that did not fit
};

// One webhook as it was followed; an answer for one that is gone or made anew finds nobody.
struct DeliveryTicket {
    WebhookKey key;
    std::uint64_t number = 0;
    friend bool operator==(const DeliveryTicket&, const DeliveryTicket&) = default;
};

struct Wanted {
    DeliveryTicket ticket;
    std::int64_t after = 0;
};

struct Letter {
    DeliveryTicket ticket;
    std::string url;
    Sealed secret;
    Event event;
    std::int64_t number = 0;  // 1, 2, 3… of this webhook
};

class Deliveries {
public:
    explicit Deliveries(DeliveryLimits limits = {}) : limits_(limits) {}

    void follow(const SnapshotMap<WebhookKey, Webhook>& rows);
    // Events were committed since: those who rest look again.
    void news();

    struct Turn {
        std::vector<Wanted> look;  // events to be looked for
        std::vector<Letter> send;  // again
    };
    Turn turn(MonoTime now);
    // When the next one is due; nothing: when there is news, or a call has ended.
    std::optional<MonoTime> next_due() const;

    // The next event that fits, or none up to `last`.
    std::optional<Letter> found(const DeliveryTicket& ticket, const std::optional<Event>& event,
                                std::int64_t last);
    // It could not be looked for.
    void not_found(const DeliveryTicket& ticket, MonoTime now);
    void taken(const DeliveryTicket& ticket);
    // `chance` is any number: of it comes how much earlier than the whole delay, so that those who
    // failed together do not come back together.
    void failed(const DeliveryTicket& ticket, std::string why, MonoTime now, WallTime wall,
                std::uint64_t chance);

    // What the rows do not say yet. `all`: the smallest step too (before the end).
    std::vector<WebhookProgress> progress(WallTime wall, bool all) const;

private:
    enum class Phase { Resting, Due, Looking, Sending };
    struct Followed {
        Webhook row;  // as it was committed
        std::uint64_t ticket = 0;
        Phase phase = Phase::Due;
        bool again = false;  // there was news while it looked
        MonoTime due;
        std::int64_t last = 0;
        std::int64_t deliveries = 0;
        std::optional<WallTime> failing_since;
        std::string failure;
        int attempts = 0;
        std::optional<Event> event;  // under way, or to be sent again
    };

    std::size_t busy() const;
    Followed* find(const DeliveryTicket& ticket, Phase phase);
    void begin(Followed& one, const Webhook& row);
    Letter letter_of(const WebhookKey& key, const Followed& one) const;

    DeliveryLimits limits_;
    std::uint64_t last_ticket_ = 0;
    std::map<WebhookKey, Followed> followed_;
    WebhookKey turn_;  // who comes first at the next turn, so that everybody does
};

// How long after the `attempts`th failure (1…).
Duration retry_delay(const DeliveryLimits& limits, int attempts, std::uint64_t chance);

}  // namespace foyer::master
