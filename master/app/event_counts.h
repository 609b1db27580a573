// How often each kind of event was committed since this master started: takeovers, boxes that fell
// silent, copies made anew. Kinds are words of our own source, so the number of series is bounded.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "master/app/metrics.h"
#include "master/domain/state.h"

namespace foyer::master {

class EventCounts {
public:
    EventCounts();
    // After each publication, with the state before it: the first one tells where counting begins.
    // A state that was loaded anew brings what was committed meanwhile.
    void published(const State& state, const State& before);
    void write(MetricsText& text) const;

private:
    mutable std::mutex mutex_;
    std::optional<std::int64_t> counted_;  // sequence of the newest event that was looked at
    std::map<std::string, std::uint64_t> by_kind_;
};

}  // namespace foyer::master
