#include "node-agent/app/mail_keeper.h"

#include <utility>

namespace foyer::agent {
namespace {

constexpr std::size_t refusals_max = 1'000;
constexpr Duration refusals_period{60'000};
constexpr std::size_t code_letters = 9;  // "550 5.7.1"

}  // namespace

MailKeeper::MailKeeper(const MailPorts& ports, MailKeeperRules rules)
    : ports_(ports),
      rules_(rules),
      book_(ports.counts.load()),
      kept_(book_),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

MailKeeper::~MailKeeper() { thread_.request_stop(); }

void MailKeeper::order(const NodeSettings& settings,
                       const std::map<std::string, EdgeRoute>& routes) {
    MailPlan plan = mail_plan(settings, routes, ports_.read_address);
    const std::scoped_lock lock(mutex_);
    ordered_ = std::move(plan);
}

MailState MailKeeper::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

// Before the first order nothing is known, and what runs is left alone: what it asks then waits.
void MailKeeper::run(const std::stop_token& stop) {
    bool told = false;
    MonoTime next_tick;
    while (!stop.stop_requested()) {
        const MonoTime now = ports_.clock.mono();
        {
            const std::scoped_lock lock(mutex_);
            if (ordered_) {
                told = true;
                plan_ = *std::exchange(ordered_, std::nullopt);
                not_before_ = {};
                next_tick = {};
            }
        }
        if (told && now >= next_tick) {
            next_tick = now + rules_.tick;
            tick();
        }
        // Where there is no relay nobody asks: a home's agent turns seldom.
        ports_.relay.answer(std::min(rules_.tick, Duration(plan_.relay.empty() ? 1'000 : 250)),
                            [this](const std::string& line) { return answer(line); });
    }
    keep_counts();
}

void MailKeeper::tick() {
    keep_counts();
    if (rules_.wanted && !plan_.relay.empty())
        keep();
    else
        end();
    show();
}

void MailKeeper::end() {
    if (ended_ || ports_.clock.mono() < not_before_) return;
    const Status done = ports_.relay.stop();
    ended_ = done.ok();
    applied_.reset();
    queue_ = {};
    note(done);
}

void MailKeeper::keep() {
    queue_ = ports_.relay.queue();
    if (ports_.clock.mono() < not_before_) return;
    ended_ = false;
    Status done = ok_status();
    if (plan_ != applied_) {
        done = ports_.relay.apply(plan_);
        if (done.ok()) applied_ = plan_;
    }
    if (done.ok()) done = ports_.relay.check();
    note(done);
}

std::string MailKeeper::answer(const std::string& line) {
    const auto asked = parse_mail_question(line);
    if (!asked || !applied_) return "451 4.3.0 the relay is not ready; try again in a minute";
    const std::string said =
        judge_mail(*applied_, *asked, {.queue_full = queue_.full}, book_, ports_.clock.wall());
    const bool accepted = said.starts_with("ok ");
    // Neither who writes nor to whom, and nothing of what.
    if (accepted && asked->message) {
        ports_.log.info("mail_accepted",
                        {{"source", asked->source}, {"recipients", asked->message->recipients}});
    } else if (!accepted) {
        tell_refusal(asked->source, said.substr(0, code_letters));
    }
    return said;
}

// A copy may be refused a thousand times a second: of each the first is told, then what came since.
void MailKeeper::tell_refusal(const std::string& source, const std::string& code) {
    if (refusals_.size() >= refusals_max) refusals_.clear();
    Refusals& one = refusals_[source];
    one.count += 1;
    const MonoTime now = ports_.clock.mono();
    if (now < one.told_again) return;
    ports_.log.info("mail_refused", {{"source", source}, {"code", code}, {"times", one.count}});
    one = {0, now + refusals_period};
}

void MailKeeper::keep_counts() {
    if (book_ == kept_) return;
    const Status kept = ports_.counts.keep(book_);
    if (kept.ok())
        kept_ = book_;
    else
        ports_.log.failure(LogLevel::Warn, "mail_counts_not_kept", kept.failure());
}

void MailKeeper::note(const Status& done) {
    if (done.ok()) {
        if (failures_ > 0) ports_.log.info("mail_up");
        failures_ = 0;
        problem_.clear();
        return;
    }
    failures_ += 1;
    const Duration pause = backoff_wait(rules_.backoff, failures_, ports_.rng);
    not_before_ = ports_.clock.mono() + pause;
    if (problem_ != done.failure().message)
        ports_.log.failure(LogLevel::Warn, "mail_failed", done.failure(), {{"retry_ms", pause}});
    problem_ = done.failure().message;
}

void MailKeeper::show() {
    turn_day(book_, ports_.clock.wall());
    MailState now;
    if (rules_.wanted) now.relay = plan_.relay;
    now.book = book_;
    for (const auto& [source, sender] : plan_.senders)
        now.per_day_max[sender.instance] = sender.per_day_max;
    now.waiting = queue_.messages;
    now.problem = problem_;
    const std::scoped_lock lock(mutex_);
    state_ = std::move(now);
}

}  // namespace foyer::agent
