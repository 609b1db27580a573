#include "master/notices/courier.h"

#include <algorithm>
#include <utility>

#include "common/tls/webhook_signature.h"
#include "master/notices/webhook_body.h"

namespace foyer::master {
namespace {

constexpr Duration rest{200};    // until it is looked for news again
constexpr Duration at_work{10};  // while the database is asked for events

}  // namespace

Courier::Courier(Planner& planner, EventHistory& events, const SecretSeal& seal, const Clock& clock,
                 Rng& rng, Log& log, CourierConfig config)
    : planner_(planner),
      events_(events),
      seal_(seal),
      clock_(clock),
      rng_(rng),
      log_(log),
      config_(std::move(config)),
      deliveries_(config_.deliveries),
      posts_(config_.posts, config_.rules),
      notes_(planner) {}

Courier::~Courier() { stop(); }

void Courier::start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Courier::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
    notes_.last(NoteWebhooks{deliveries_.progress(clock_.wall(), true)});
}

CourierCounters Courier::counters() const { return {taken_, failed_, under_way_}; }

void Courier::run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
        // Another master, or none that can write down what was sent: nothing new is begun.
        const bool leads = planner_.phase() == PlannerPhase::Leading;
        if (leads) step();
        under_way_ = posts_.under_way();
        Duration wait = looking_ > 0 ? at_work : rest;
        if (const auto due = deliveries_.next_due(); due && leads)
            wait = std::clamp(*due - clock_.mono(), Duration(1), wait);
        posts_.turn(wait);
    }
}

void Courier::step() {
    bool news = false;
    planner_.read([&](const State& state) {
        if (seen_ != state.revision()) deliveries_.follow(state.webhooks());
        seen_ = state.revision();
        news = seen_event_ != state.last_event();
        seen_event_ = state.last_event();
    });
    if (news) deliveries_.news();
    take_found();
    const Deliveries::Turn turn = deliveries_.turn(clock_.mono());
    for (const Wanted& wanted : turn.look) look(wanted);
    for (const Letter& letter : turn.send) send(letter);
    take_found();
    if (clock_.mono() < next_note_) return;
    next_note_ = clock_.mono() + config_.note;
    notes_.note([this] { return NoteWebhooks{deliveries_.progress(clock_.wall(), false)}; });
}

void Courier::look(const Wanted& wanted) {
    const std::optional<EventFilter> filter =
        planner_.read([&](const State& state) -> std::optional<EventFilter> {
            const auto row = state.webhooks().find(wanted.ticket.key);
            if (row == state.webhooks().end()) return std::nullopt;
            return filter_of(state, row->second);
        });
    if (!filter) return deliveries_.not_found(wanted.ticket, clock_.mono());
    ++looking_;
    events_.since(*filter, wanted.after, 1,
                  [inbox = inbox_, ticket = wanted.ticket](Result<EventsSince> events) {
                      const std::lock_guard lock(inbox->mutex);
                      inbox->found.push_back({ticket, std::move(events)});
                  });
}

void Courier::take_found() {
    std::deque<Found> found;
    {
        const std::lock_guard lock(inbox_->mutex);
        found.swap(inbox_->found);
    }
    for (const Found& one : found) {
        --looking_;
        if (!one.events.ok()) {
            deliveries_.not_found(one.ticket, clock_.mono());
            continue;
        }
        const EventsSince& events = one.events.value();
        const auto letter = deliveries_.found(
            one.ticket, events.events.empty() ? std::nullopt : std::optional(events.events.front()),
            events.last);
        if (letter) send(*letter);
    }
}

void Courier::send(const Letter& letter) {
    const auto secret = seal_.open(letter.secret, webhook_secret_place(letter.ticket.key));
    if (!secret.ok()) return ended(letter, error(ErrorCode::Internal, "its secret cannot be read"));
    Post post{letter.url, {}, webhook_body(letter)};
    const auto headers =
        tls::sign_webhook(secret.value().reveal(), webhook_id(letter), clock_.wall(), post.body);
    if (!headers.ok()) return ended(letter, headers.failure());
    post.headers = {"content-type: application/json",
                    "user-agent: foyer-webhook/1",
                    "expect:",
                    "webhook-id: " + headers.value().id,
                    "webhook-timestamp: " + headers.value().timestamp,
                    "webhook-signature: " + headers.value().signature};
    posts_.start(std::move(post),
                 [this, letter](const Status& outcome) { ended(letter, outcome); });
}

void Courier::ended(const Letter& letter, const Status& outcome) {
    if (outcome.ok()) {
        ++taken_;
        return deliveries_.taken(letter.ticket);
    }
    ++failed_;
    // Not the address: its path may be a secret of the receiver's.
    log_.info("webhook_failed", {{"account", letter.ticket.key.first},
                                 {"webhook", letter.ticket.key.second},
                                 {"event", letter.event.sequence},
                                 {"why", outcome.failure().message}});
    deliveries_.failed(letter.ticket, outcome.failure().message, clock_.mono(), clock_.wall(),
                       rng_.next());
}

}  // namespace foyer::master
