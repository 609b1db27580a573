// What a box remembers of earlier looks at itself: counts, and since when they grow; findings, and
// since when they are there. Pure; kept over restarts (memory_json.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "common/base/time.h"
#include "node-agent/care/finding.h"

namespace foyer::agent::care {

// Of one thing that is counted over its life, or since the machine was started.
struct Count {
    std::int64_t last = 0;
    WallTime seen;
    std::optional<WallTime> grew;  // last
    std::int64_t grown = 0;        // by how much in all, since this box watches it
    friend bool operator==(const Count&, const Count&) = default;
};

// A finding that is there, or was: one a kind, thing and severity.
struct Standing {
    Finding finding;
    WallTime first;        // of the looks in a row that saw it
    WallTime last;         // the last look that saw it
    bool settled = false;  // it has lasted long enough to be said
    friend bool operator==(const Standing&, const Standing&) = default;
};
using StandingKey = std::tuple<Kind, std::string, Severity>;

struct History {
    std::map<std::string, Count> counts;  // by "disk/MODEL/SERIAL/pending" and the like
    std::map<StandingKey, Standing> standings;
    friend bool operator==(const History&, const History&) = default;
};

inline constexpr std::size_t counts_max = 512;
inline constexpr std::size_t standings_max = 128;
// Of what is not seen any more: a disk that was taken out.
inline constexpr Duration count_forgotten{90LL * 24 * 3600 * 1000};

enum class CountedSince { Ever, Boot };

// Takes a new reading in, and gives what is known of it now. What is seen for the first time has
// not grown: it was so before this box looked. A smaller one than before was mended in part, or
// (since boot) grew from 0 again. Beyond counts_max new ones are not kept.
Count note_count(History& history, const std::string& key, std::int64_t now_is, CountedSince from,
                 WallTime now);
bool grew_within(const Count& count, Duration span, WallTime now);
void forget_old(History& history, WallTime now);
// What is noted of a time to come, since the clock was set back, is of now.
void follow_clock(History& history, WallTime now);

// How long a kind has to be seen before it is said, and how long it must be gone before it is
// forgotten.
struct Patience {
    Duration before{0};
    Duration after{0};
};
Patience patience_of(Kind kind, Severity severity);

// A look later than this after the one before it is not of the same row.
inline constexpr Duration looks_apart_max{10LL * 60 * 1000};

// Takes what one look found, and gives what is so: found long enough, or not yet gone long enough;
// of one kind and thing the most severe alone. Worst first.
std::vector<Finding> settle(History& history, const std::vector<Finding>& found, WallTime now);

// What is worth a write to the disk: not the mere passing of time, but once a day.
bool is_worth_saving(const History& saved, const History& now);

}  // namespace foyer::agent::care
