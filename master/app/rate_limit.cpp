#include "master/app/rate_limit.h"

#include <algorithm>

namespace foyer::master {
namespace {

constexpr std::int64_t second_us = 1'000'000;

Duration rounded_up(std::int64_t us) { return Duration((us + 999) / 1000); }

std::int64_t cost_of(const Rate& rate) {
    if (rate.per_second == 0) return 0;
    return std::max<std::int64_t>(second_us / rate.per_second, 1);
}

}  // namespace

RateLimiter::RateLimiter(Rate rate) : rate_(rate), one_us_(cost_of(rate)) {}

RateLimiter::RateLimiter(Duration each, std::int64_t burst)
    : rate_{0, burst}, one_us_(each.count() * 1000) {}

RateVerdict RateLimiter::take(const std::string& key, MonoTime now) {
    if (one_us_ == 0) return {};
    const std::int64_t now_us = now.boot_ms * 1000;
    const std::int64_t one = one_us_;
    const std::int64_t store = one * rate_.burst;
    const std::scoped_lock lock(mutex_);
    if (full_at_us_.size() >= sweep_at_) forget_full(now_us);
    const auto found = full_at_us_.try_emplace(key, now_us).first;
    const std::int64_t before = std::max(found->second, now_us);
    const std::int64_t after = before + one;
    if (after - now_us > store)
        return {false, 0, rounded_up(after - now_us - store), rounded_up(before - now_us)};
    found->second = after;
    return {true, (store - (after - now_us)) / one, Duration(0), rounded_up(after - now_us)};
}

std::size_t RateLimiter::size() const {
    const std::scoped_lock lock(mutex_);
    return full_at_us_.size();
}

// Whose store is full is as if he had never asked.
void RateLimiter::forget_full(std::int64_t now_us) {
    std::erase_if(full_at_us_, [now_us](const auto& one) { return one.second <= now_us; });
    sweep_at_ = std::max<std::size_t>(1'000, full_at_us_.size() * 2);
}

Error too_fast(const Rate& rate, const RateVerdict& verdict) {
    const std::string ms = std::to_string(verdict.again_after.count());
    return error(ErrorCode::ResourceExhausted,
                 "this token may ask " + std::to_string(rate.per_second) + " times a second, and " +
                     std::to_string(rate.burst) + " times at once; ask again in " + ms + " ms",
                 {{"rule", "rate"}, {"retry_after_ms", ms}});
}

}  // namespace foyer::master
