#include "tests/sim/sim_store.h"

namespace foyer::sim {

using master::Changes;
using master::Entry;
using master::Put;
using master::State;

namespace {

template <class Map>
void put_all(const Map& rows, Changes& changes) {
    for (const auto& [key, row] : rows) changes.push_back(Put<typename Map::mapped_type>{row});
}

constexpr Moment late_write = 20'000;  // of the planted bug: answered so long before it is written

}  // namespace

Changes rows_of(const State& state) {
    Changes changes;
    put_all(state.accounts(), changes);
    put_all(state.tokens(), changes);
    put_all(state.isps(), changes);
    put_all(state.hosts(), changes);
    put_all(state.sites(), changes);
    put_all(state.nodes(), changes);
    put_all(state.releases(), changes);
    put_all(state.instances(), changes);
    put_all(state.replicas(), changes);
    put_all(state.operations(), changes);
    for (const auto& [number, event] : state.recent_events())
        changes.push_back(Put<master::Event>{event});
    put_all(state.requests(), changes);
    return changes;
}

void Disk::change_lineage() {
    State again(committed.settings(), LineageId("lineage-" + std::to_string(++lineages)));
    again.apply(rows_of(committed), committed.revision());
    committed = std::move(again);
}

Result<State> SimStore::load(const master::ClusterSettings& settings) {
    if (disk_.down) return error(ErrorCode::Unavailable, "the database is down");
    write_late();
    disk_.unwritten.clear();  // a planted bug's: a new connection knows nothing of it
    State state(settings, disk_.committed.lineage());
    state.apply(rows_of(disk_.committed), disk_.committed.revision());
    state.mark_loaded();
    return state;
}

Status SimStore::commit(const std::vector<Entry>& batch) {
    if (disk_.down) return error(ErrorCode::Unavailable, "the database is down");
    ++disk_.commits;
    write_late();
    switch (fault_()) {
        case CommitFault::None: break;
        case CommitFault::Refuse:
            return error(ErrorCode::FailedPrecondition, "a serialisation failure");
        case CommitFault::Lose: return error(ErrorCode::Unavailable, "the connection is gone");
        case CommitFault::CrashBefore:
            crash_();
            return error(ErrorCode::Unavailable, "the master is dead");
        case CommitFault::LoseAfterWriting:
            write(batch);
            return error(ErrorCode::Unknown, "the answer to COMMIT is lost");
        case CommitFault::CrashAfter:
            write(batch);
            crash_();
            return error(ErrorCode::Unknown, "the master is dead");
    }
    write(batch);
    committed_(batch);
    return ok_status();
}

void SimStore::write(const std::vector<Entry>& batch) {
    if (room_.bug == Bug::ReplyBeforeCommit) {
        for (const Entry& entry : batch)
            disk_.unwritten.emplace_back(room_.timeline.now() + late_write, entry);
        return;
    }
    for (const Entry& entry : batch) disk_.committed.apply(entry.changes, entry.revision);
    if (disk_.keeps_log) disk_.log.insert(disk_.log.end(), batch.begin(), batch.end());
}

void SimStore::write_late() {
    for (const auto& [due, entry] : disk_.unwritten) {
        if (due > room_.timeline.now()) continue;
        disk_.committed.apply(entry.changes, entry.revision);
        if (disk_.keeps_log) disk_.log.push_back(entry);
    }
    std::erase_if(disk_.unwritten,
                  [&](const auto& late) { return late.first <= room_.timeline.now(); });
}

}  // namespace foyer::sim
