#include "node-agent/link/sync_loop.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/clock_offset.h"

namespace foyer::agent {

SyncLoop::SyncLoop(Agent& agent, MasterClient& client, Renewal& renewal, Departure& departure,
                   const Clock& clock, Rng& rng, Log& log, SyncRules rules, OnErrands on_errands,
                   OnAnswer on_answer)
    : agent_(agent),
      client_(client),
      renewal_(renewal),
      departure_(departure),
      clock_(clock),
      rng_(rng),
      log_(log),
      rules_(rules),
      on_errands_(std::move(on_errands)),
      on_answer_(std::move(on_answer)),
      pace_(rules),
      nudger_([this](const std::stop_token& stop) { nudge(stop); }),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SyncLoop::~SyncLoop() {
    thread_.request_stop();
    nudger_.request_stop();
    {
        const std::scoped_lock lock(mutex_);
        cancel_.request_stop();
    }
    wake_.notify_all();
}

void SyncLoop::poke() {
    const std::scoped_lock lock(mutex_);
    news_ = true;
    wake_.notify_all();
}

LinkState SyncLoop::state() const {
    const std::scoped_lock lock(mutex_);
    return state_;
}

void SyncLoop::show(const LinkState& state) {
    const std::scoped_lock lock(mutex_);
    state_ = state;
}

void SyncLoop::show_connected(const std::string& problem) {
    LinkState shown = state();
    shown.connected = true;
    shown.address = client_.address();
    shown.last_answer = clock_.wall();
    shown.problem = problem;
    show(shown);
}

// Ends a held call when there is news: after the coalescing time, and not sooner than `pace` after
// the call began.
void SyncLoop::nudge(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        wake_.wait(lock, stop, [this] { return news_ && holding_; });
        if (stop.stop_requested()) return;
        // The next call may begin before this thread sees that one end: calls are told apart by
        // number, or news of the next would wait out its whole hold.
        const auto is_over = [this, call = calls_] { return !holding_ || calls_ != call; };
        const Duration since = clock_.mono() - call_started_;
        const Duration quiet = pace_.until_news_end_call(since);
        if (wake_.wait_for(lock, stop, quiet, is_over)) continue;
        cancel_.request_stop();
        wake_.wait(lock, stop, is_over);
    }
}

void SyncLoop::run(const std::stop_token& stop) {
    while (!stop.stop_requested() && !departure_.has_left()) round(stop);
}

void SyncLoop::round(const std::stop_token& stop) {
    std::stop_token cancel;
    {
        const std::scoped_lock lock(mutex_);
        news_ = false;
        cancel_ = std::stop_source();
        cancel = cancel_.get_token();
        if (stop.stop_requested()) return;
    }
    SyncReport report = agent_.report();
    // A report is answered at once, so that it is acknowledged at once; the next call, without one,
    // is held.
    if (report.observation_number != 0) report.immediate = true;
    {
        const std::scoped_lock lock(mutex_);
        holding_ = is_ended_by_news(report);
        calls_ += 1;
        call_started_ = clock_.mono();
        wake_.notify_all();  // there may be news already
    }
    const auto answer = client_.sync(report, pace_.hold() + rules_.deadline_margin, cancel);
    {
        const std::scoped_lock lock(mutex_);
        holding_ = false;
        wake_.notify_all();
    }
    if (stop.stop_requested()) return;
    if (answer.ok()) {
        answered(answer.value(), stop);
    } else if (!(cancel.stop_requested() && answer.failure().code == ErrorCode::Aborted)) {
        failed(answer.failure(), stop);
    }
}

// Once when it turns wrong or wrong in another way, and once when it is right again.
void SyncLoop::note_clock(const SyncAnswer& answer) {
    if (answer.clock.unix_ms == 0) return;
    const Duration offset = clock_.wall() - answer.clock;
    LinkState shown = state();
    shown.clock_offset = offset;
    show(shown);
    if (!is_clock_wrong(offset)) {
        if (clock_told_) log_.info("clock_right", {{"offset_ms", offset}});
        clock_told_.reset();
        return;
    }
    if (clock_told_ && !is_clock_wrong(offset - *clock_told_)) return;
    clock_told_ = offset;
    log_.warn("clock_wrong", {{"problem", clock_problem(offset)}, {"offset_ms", offset}});
}

void SyncLoop::answered(const SyncAnswer& answer, const std::stop_token& stop) {
    note_clock(answer);
    if (!answer.errands.empty()) on_errands_(answer.errands);
    const int failures_before = pace_.failures();
    const Status digested = agent_.digest(answer);
    const SyncPace::Pause next = pace_.answered(answer, digested, rng_);
    if (!digested.ok()) {
        const Error& cause = digested.failure();
        if (cause.code == ErrorCode::Aborted) {
            log_.failure(LogLevel::Info, "difference_did_not_fit", cause,
                         {{"failures", pace_.failures()}, {"retry_ms", next.span}});
            if (next.span > Duration(0)) show_failed(cause);
        } else {
            show_connected("this box cannot take orders: " + cause.message);
            log_.failure(LogLevel::Warn, "orders_not_taken", cause,
                         {{"failures", pace_.failures()}, {"retry_ms", next.span}});
        }
        return pause(next, stop);
    }
    if (failures_before > 0)
        log_.info("master_answers",
                  {{"address", client_.address()}, {"after_failures", failures_before}});
    show_connected("");
    if (on_answer_) on_answer_(answer);
    const auto settings = agent_.overview().settings;
    renewal_.tend(settings.edge, settings.zone);
    if (agent_.has_overdue_news()) poke();
    if (agent_.may_leave()) departure_.leave([this] { return agent_.may_leave(); });
    if (!departure_.has_left()) pause(next, stop);
}

void SyncLoop::failed(const Error& cause, const std::stop_token& stop) {
    if (agent_.host_wish() == HostWish::Leaving) departure_.refused(cause);
    if (departure_.has_left()) return;
    const SyncPace::Pause next = pace_.failed(cause.code, rng_);
    show_failed(cause);
    log_.warn("sync_failed", {{"code", to_text(cause.code)},
                              {"problem", state().problem},
                              {"failures", pace_.failures()},
                              {"retry_ms", next.span}});
    pause(next, stop);
}

void SyncLoop::show_failed(const Error& cause) {
    LinkState shown = state();
    shown.connected = false;
    shown.problem = cause.message;
    if (is_refused(cause.code))
        shown.problem =
            "the master does not know this box any more (was it removed?); partitions go on as "
            "they are: " +
            cause.message;
    // OpenSSL's words, in which gRPC tells of any certificate it does not accept.
    if (cause.message.find("certificate verify failed") != std::string::npos)
        shown.problem =
            "the master's certificate is not accepted; is the clock of this box right "
            "(it says " +
            to_rfc3339(clock_.wall()) + ")? " + cause.message;
    const Status own = renewal_.check_own_certificate();
    if (!own.ok())
        shown.problem = own.failure().message + "; if the clock is right, enrol this box again";
    show(shown);
}

void SyncLoop::pause(const SyncPace::Pause& pause, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const bool news =
        wake_.wait_for(lock, stop, pause.span, [&] { return pause.until_news && news_; });
    if (news) wake_.wait_for(lock, stop, rules_.coalesce, [] { return false; });
}

}  // namespace foyer::agent
