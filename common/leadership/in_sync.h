// S and k move in four steps, and there is no fifth: section 7.
//
//  shrink, raise k:  Names ──shown──► ReadingEnd ──L──► Holding ──enough hold L──► Record ─► idle
//                      └────── not reached in time: the record's names again ──┘
//  grow, lower k:    Record ──committed──► Names ──shown──► idle
//
// So the database is always at least as strict as every record that could be elected (cover rule).
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "common/leadership/record.h"
#include "common/leadership/timing.h"

namespace foyer::leadership {

// How the leader's database acknowledges: with `k_db` copies, its own included, the others being
// of `names`.
struct DatabaseQuorum {
    IndexSet names;  // without the leader
    int k_db = 1;
    friend bool operator==(const DatabaseQuorum&, const DatabaseQuorum&) = default;
};

// k_db − |N′ \ S| ≥ k, with N′ = names and leader: whoever acknowledged, k of S hold it.
bool covers(const DatabaseQuorum& database, ReplicaIndex leader, const Record& record);

// Fewer copies acknowledge than clients were promised: they are kept out until that has grown.
bool is_closed_for_want(const Record& record);

DatabaseQuorum quorum_of(const Record& record);  // exactly the record's; it has a leader

enum class SyncStep { Shrink, Grow, RaiseK, LowerK };
enum class SyncPhase { Names, ReadingEnd, Holding, Record };
std::string_view to_text(SyncStep step);
std::string_view to_text(SyncPhase phase);

struct SyncWork {
    SyncStep step = SyncStep::Grow;
    ReplicaIndex who;  // of Shrink and Grow
    SyncPhase phase = SyncPhase::Record;
    Lsn end;         // of Holding
    MonoTime since;  // of the step
};

constexpr bool database_first(SyncStep step) {
    return step == SyncStep::Shrink || step == SyncStep::RaiseK;
}

// One data member as the leader sees it, on the leader's clock.
struct Streaming {
    std::optional<MonoTime> since;       // streams and is caught up since; none: it does not
    std::optional<MonoTime> away_since;  // does not stream since; none: it streams
    Lsn flushed;                         // in this epoch's stream
};
using StreamingView = std::map<ReplicaIndex, Streaming>;

// The first step that applies, if any. `record` is the newest and committed; its leader streams to
// itself by definition.
std::optional<SyncWork> choose_step(const Record& record, const StreamingView& view,
                                    const Timing& timing, MonoTime now);

// What the database must show in the step, and the record it writes (seq one further).
DatabaseQuorum quorum_of(const SyncWork& work, const Record& record);
Record record_after(const SyncWork& work, const Record& record);

// Members of S (without `except`) that hold the log up to `end`; the leader does.
int holding(const Record& record, const StreamingView& view, Lsn end,
            std::optional<ReplicaIndex> except);
// Of a step in Holding: enough hold its end.
bool is_held(const SyncWork& work, const Record& record, const StreamingView& view);

}  // namespace foyer::leadership
