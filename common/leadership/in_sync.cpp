#include "common/leadership/in_sync.h"

#include <algorithm>

#include "common/leadership/members.h"

namespace foyer::leadership {
namespace {

const Streaming* find(const StreamingView& view, ReplicaIndex index) {
    const auto found = view.find(index);
    return found == view.end() ? nullptr : &found->second;
}

bool away_for(const StreamingView& view, ReplicaIndex index, Duration span, MonoTime now) {
    const Streaming* one = find(view, index);
    return one == nullptr || (one->away_since && now - *one->away_since >= span);
}

SyncWork start(SyncStep step, ReplicaIndex who, MonoTime now) {
    const SyncPhase phase = database_first(step) ? SyncPhase::Names : SyncPhase::Record;
    return {step, who, phase, Lsn(), now};
}

std::optional<SyncWork> choose_lower(const Record& record, const StreamingView& view,
                                     const Timing& timing, MonoTime now) {
    if (record.k <= record.floor) return std::nullopt;
    if (record.k > record.copies) return start(SyncStep::LowerK, {}, now);
    const auto there = std::ranges::count_if(record.in_sync, [&](ReplicaIndex index) {
        return index == *record.leader || !away_for(view, index, timing.lower_after, now);
    });
    if (there >= record.k) return std::nullopt;
    return start(SyncStep::LowerK, {}, now);
}

std::optional<SyncWork> choose_shrink(const Record& record, const StreamingView& view,
                                      const Timing& timing, MonoTime now) {
    if (static_cast<int>(record.in_sync.size()) - 1 < record.k) return std::nullopt;
    if (const auto leaving = leaving_from_in_sync(record))
        return start(SyncStep::Shrink, *leaving, now);
    for (const ReplicaIndex index : record.in_sync) {
        if (index != *record.leader && away_for(view, index, timing.shrink_after, now))
            return start(SyncStep::Shrink, index, now);
    }
    return std::nullopt;
}

std::optional<SyncWork> choose_grow(const Record& record, const StreamingView& view,
                                    const Timing& timing, MonoTime now) {
    // Nobody is served yet: there is nothing that a copy which comes and goes could interrupt.
    const Duration after = is_closed_for_want(record) ? Duration(0) : timing.grow_after;
    for (const MemberEntry& entry : record.members) {
        if (entry.kind != ReplicaKind::Data || in_sync(record, entry.index)) continue;
        const Streaming* one = find(view, entry.index);
        if (one != nullptr && one->since && now - *one->since >= after)
            return start(SyncStep::Grow, entry.index, now);
    }
    return std::nullopt;
}

std::optional<SyncWork> choose_raise(const Record& record, const StreamingView& view,
                                     MonoTime now) {
    const int size = static_cast<int>(record.in_sync.size());
    if (record.k == size || record.k >= record.copies) return std::nullopt;
    const auto there = std::ranges::count_if(record.in_sync, [&](ReplicaIndex index) {
        const Streaming* one = find(view, index);
        return index == *record.leader || (one != nullptr && one->since);
    });
    if (there < record.k + 1) return std::nullopt;
    return start(SyncStep::RaiseK, {}, now);
}

}  // namespace

std::string_view to_text(SyncStep step) {
    switch (step) {
        case SyncStep::Shrink: return "shrink";
        case SyncStep::Grow: return "grow";
        case SyncStep::RaiseK: return "raise_k";
        case SyncStep::LowerK: return "lower_k";
    }
    CHECK(false);
}

std::string_view to_text(SyncPhase phase) {
    switch (phase) {
        case SyncPhase::Names: return "names";
        case SyncPhase::ReadingEnd: return "reading_end";
        case SyncPhase::Holding: return "holding";
        case SyncPhase::Record: return "record";
    }
    CHECK(false);
}

bool is_closed_for_want(const Record& record) { return record.k < record.floor; }

bool covers(const DatabaseQuorum& database, ReplicaIndex leader, const Record& record) {
    int outside = in_sync(record, leader) ? 0 : 1;
    for (const ReplicaIndex index : database.names) outside += in_sync(record, index) ? 0 : 1;
    return database.k_db - outside >= record.k;
}

DatabaseQuorum quorum_of(const Record& record) {
    DatabaseQuorum database{IndexSet(record.in_sync.begin(), record.in_sync.end()), record.k};
    database.names.erase(*record.leader);
    return database;
}

std::optional<SyncWork> choose_step(const Record& record, const StreamingView& view,
                                    const Timing& timing, MonoTime now) {
    if (auto lower = choose_lower(record, view, timing, now)) return lower;
    if (auto shrink = choose_shrink(record, view, timing, now)) return shrink;
    if (auto grow = choose_grow(record, view, timing, now)) return grow;
    return choose_raise(record, view, now);
}

Record record_after(const SyncWork& work, const Record& record) {
    Record next = record;
    ++next.ballot.seq;
    switch (work.step) {
        case SyncStep::Shrink: std::erase(next.in_sync, work.who); break;
        case SyncStep::Grow: next.in_sync.push_back(work.who); break;
        case SyncStep::RaiseK: ++next.k; break;
        case SyncStep::LowerK: --next.k; break;
    }
    return next;
}

// Before its record: the stricter side, the record to come. After it: the record that came.
DatabaseQuorum quorum_of(const SyncWork& work, const Record& record) {
    return quorum_of(database_first(work.step) ? record_after(work, record) : record);
}

int holding(const Record& record, const StreamingView& view, Lsn end,
            std::optional<ReplicaIndex> except) {
    return static_cast<int>(std::ranges::count_if(record.in_sync, [&](ReplicaIndex index) {
        if (index == except) return false;
        const Streaming* one = find(view, index);
        return index == *record.leader || (one != nullptr && one->flushed >= end);
    }));
}

bool is_held(const SyncWork& work, const Record& record, const StreamingView& view) {
    if (work.phase != SyncPhase::Holding) return false;
    switch (work.step) {
        case SyncStep::Shrink: return holding(record, view, work.end, work.who) >= record.k;
        case SyncStep::RaiseK: return holding(record, view, work.end, std::nullopt) >= record.k + 1;
        case SyncStep::Grow:
        case SyncStep::LowerK: return false;
    }
    CHECK(false);
}

}  // namespace foyer::leadership
