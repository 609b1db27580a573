// Where an account wants to be told of what happens: an address of its own that is called for each
// event that fits, in order (deliveries.h). A webhook belongs to the account that made it, names
// are its own, and nobody else sees it, not even an operator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/model/ids.h"
#include "master/domain/events.h"
#include "master/domain/rows.h"

namespace foyer::master {

class State;

using WebhookName = Id<struct WebhookNameTag>;
using WebhookKey = std::pair<AccountId, WebhookName>;

//   on ──fails for webhook_patience──► off ──enable──► on, where it stopped
struct Webhook {
    AccountId account;
    WebhookName name;
    std::string url;
    std::optional<EventAbout> about;  // the filter, as of EventFilter
    std::string subject;
    std::string kind;
    std::string note;
    Sealed secret;
    std::int64_t last = 0;        // up to this event everything that fits was delivered
    std::int64_t deliveries = 0;  // so many events were
    std::optional<WallTime> failing_since;
    std::string failure;  // why, for people; exactly while it fails
    std::optional<WallTime> off_at;
    WallTime created_at;
    Revision revision;
    friend bool operator==(const Webhook&, const Webhook&) = default;
};

inline WebhookKey key_of_webhook(const Webhook& row) { return {row.account, row.name}; }

// "webhook/acme/shop": the place of its secret under the seal.
std::string webhook_secret_place(const WebhookKey& key);

// What its account may hear of and it wants to hear. Nothing: the account is gone.
std::optional<EventFilter> filter_of(const State& state, const Webhook& row);

struct CreateWebhook {
    Webhook webhook;  // how far it is, created_at and revision are set by the decision
};

struct DeleteWebhook {
    WebhookKey key;
};

struct EnableWebhook {
    WebhookKey key;
};

// How far deliveries are; sent by the shell, many at once. Of a webhook that was made anew in
// between, or is further, nothing is taken.
struct WebhookProgress {
    WebhookKey key;
    WallTime created_at;
    std::int64_t last = 0;
    std::int64_t deliveries = 0;
    std::optional<WallTime> failing_since;
    std::string failure;
};

struct NoteWebhooks {
    std::vector<WebhookProgress> progress;
};

struct DropWebhook {
    WebhookKey key;
    friend bool operator==(const DropWebhook&, const DropWebhook&) = default;
};

inline constexpr std::size_t webhooks_per_account_max = 10;
inline constexpr std::size_t webhook_url_bytes_max = 2'000;
inline constexpr std::size_t webhook_text_bytes_max = 200;     // note, subject, kind
inline constexpr std::size_t webhook_failure_bytes_max = 300;  // what is longer is cut
// A webhook that took nothing for so long is switched off, and its account is told by an event.
inline constexpr Duration webhook_patience{std::int64_t{3} * 24 * 3600 * 1000};

// https, a host, no user in it and no fragment.
Status check_webhook_url(const std::string& url);

}  // namespace foyer::master
