#include "master/app/wait_desk.h"

#include <algorithm>
#include <optional>

namespace foyer::master {

WaitDesk::WaitDesk(const Clock& clock, std::size_t waiting_max)
    : clock_(clock), waiting_max_(waiting_max) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

WaitDesk::~WaitDesk() { stop(); }

Result<WaitDesk::Ticket> WaitDesk::wait(const std::string& key, MonoTime until, Ready ready,
                                        Wake wake) {
    const std::scoped_lock lock(mutex_);
    if (closed_) return error(ErrorCode::Unavailable, "the master is stopping");
    const auto older = key.empty() ? by_key_.end() : by_key_.find(key);
    if (older != by_key_.end()) {
        finish_locked(waiters_.find(older->second), Woken::Replaced);
        work_.notify_all();
    } else if (waiters_.size() >= waiting_max_) {
        return error(
            ErrorCode::ResourceExhausted,
            "too many calls are waiting (" + std::to_string(waiting_max_) + "); try again later",
            {{"rule", "waiting_max"}});
    }
    const Ticket ticket = next_++;
    waiters_.emplace_hint(waiters_.end(), ticket,
                          Waiter{key, until, std::move(ready), std::move(wake)});
    if (!key.empty()) by_key_[key] = ticket;
    const auto placed = deadlines_.emplace(until, ticket).first;
    if (placed == deadlines_.begin())
        work_.notify_all();  // an earlier end than the thread sleeps for
    return ticket;
}

void WaitDesk::recheck(Ticket ticket, const State& state) {
    const std::scoped_lock lock(mutex_);
    const auto at = waiters_.find(ticket);
    if (at == waiters_.end() || !at->second.ready(state)) return;
    finish_locked(at, Woken::Changed);
    work_.notify_all();
}

void WaitDesk::cancel(Ticket ticket) {
    const std::scoped_lock lock(mutex_);
    const auto at = waiters_.find(ticket);
    if (at == waiters_.end()) return;
    finish_locked(at, Woken::Closed);
    work_.notify_all();
}

void WaitDesk::replace(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    const auto held = by_key_.find(key);
    if (held == by_key_.end()) return;
    finish_locked(waiters_.find(held->second), Woken::Replaced);
    work_.notify_all();
}

void WaitDesk::post(std::function<void()> work) {
    {
        const std::scoped_lock lock(mutex_);
        if (!closed_) {
            woken_.emplace_back([work = std::move(work)](Woken) { work(); }, Woken::Closed);
            work_.notify_all();
            return;
        }
    }
    work();
}

void WaitDesk::published(const State& state) {
    const std::scoped_lock lock(mutex_);
    const std::size_t before = woken_.size();
    for (auto at = waiters_.begin(); at != waiters_.end();) {
        const auto here = at++;
        if (here->second.ready(state)) finish_locked(here, Woken::Changed);
    }
    if (woken_.size() != before) work_.notify_all();
}

void WaitDesk::published(const State& state, const std::vector<std::string>& keys) {
    const std::scoped_lock lock(mutex_);
    const std::size_t before = woken_.size();
    for (const std::string& key : keys) {
        const auto held = by_key_.find(key);
        if (held == by_key_.end()) continue;
        const auto at = waiters_.find(held->second);
        if (at->second.ready(state)) finish_locked(at, Woken::Changed);
    }
    if (woken_.size() != before) work_.notify_all();
}

std::size_t WaitDesk::waiting() const {
    const std::scoped_lock lock(mutex_);
    return waiters_.size();
}

void WaitDesk::stop() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
        while (!waiters_.empty()) finish_locked(waiters_.begin(), Woken::Closed);
    }
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void WaitDesk::finish_locked(std::map<Ticket, Waiter>::iterator at, Woken why) {
    const auto key = by_key_.find(at->second.key);
    if (key != by_key_.end() && key->second == at->first) by_key_.erase(key);
    deadlines_.erase({at->second.until, at->first});
    woken_.emplace_back(std::move(at->second.wake), why);
    waiters_.erase(at);
}

void WaitDesk::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (true) {
        const MonoTime now = clock_.mono();
        while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
            finish_locked(waiters_.find(deadlines_.begin()->second), Woken::Expired);
        }
        if (!woken_.empty()) {
            std::vector<std::pair<Wake, Woken>> woken;
            woken.swap(woken_);
            lock.unlock();
            for (auto& [wake, why] : woken) wake(why);
            woken.clear();  // continuations may own much: release it outside the lock
            lock.lock();
            continue;
        }
        if (stop.stop_requested()) return;
        // Calls whose time is up at nearly the same time are woken together: to wake up for each
        // costs a tenth of a heartbeat.
        constexpr Duration together{10};
        constexpr Duration long_enough{60'000};
        const Duration pause =
            deadlines_.empty() ? long_enough
                               : std::clamp(deadlines_.begin()->first - now, together, long_enough);
        const std::optional<MonoTime> earliest =
            deadlines_.empty() ? std::nullopt : std::optional(deadlines_.begin()->first);
        work_.wait_for(lock, stop, pause, [this, earliest] {
            return !woken_.empty() ||
                   (!deadlines_.empty() && (!earliest || deadlines_.begin()->first < *earliest));
        });
    }
}

}  // namespace foyer::master
