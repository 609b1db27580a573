#include "tests/sim/group/database.h"

#include <algorithm>

namespace foyer::sim::group {

namespace {

Fence newest_marker_of(const Log& log, std::size_t end) {
    for (std::size_t at = std::min(end, log.size()); at > 0; --at)
        if (log[at - 1].number == 0) return log[at - 1].fence;
    return {};
}

}  // namespace

Fence Database::newest_marker() const { return newest_marker_of(log, flushed); }

bool Database::is_replayed() const { return mode != Mode::Standby || replayed >= flushed; }

leadership::LogPosition Database::position() const {
    return {newest_marker_of(log, is_replayed() ? flushed : replayed), leadership::Lsn(flushed)};
}

int Database::copies_of(std::size_t end) const {
    int copies = flushed >= end ? 1 : 0;
    for (const ReplicaIndex index : quorum.names) {
        const auto one = held.find(index);
        if (one != held.end() && one->second >= end) ++copies;
    }
    return copies;
}

bool Database::has(std::uint64_t number) const {
    return std::ranges::any_of(log, [&](const Entry& entry) { return entry.number == number; });
}

void Database::kill(std::size_t survives) {
    ++kills;
    mode = Mode::Down;
    clients_open = false;
    pending.clear();
    unheld.clear();
    senders.clear();
    receiver.reset();
    log.resize(std::max(survives, flushed));
    flushed = log.size();
    replayed = std::min(replayed, flushed) / 2;  // a restart begins at an earlier checkpoint
}

void Database::promote(Fence fence) {
    if (mode == Mode::Primary && promoted == fence) return;
    mode = Mode::Primary;
    receiver.reset();
    follows.reset();
    senders.clear();
    pending.clear();
    unheld.clear();
    if (promoted != fence) held.clear();
    promoted = fence;
    if (newest_marker() != fence) append({fence, 0});
    flushed = log.size();
}

void Database::cut() {
    follows.reset();
    receiver.reset();
}

bool is_prefix(const Log& start, const Log& whole) {
    return start.size() <= whole.size() && std::equal(start.begin(), start.end(), whole.begin());
}

std::size_t common_prefix(const Log& a, const Log& b) {
    const std::size_t most = std::min(a.size(), b.size());
    std::size_t same = 0;
    while (same < most && a[same] == b[same]) ++same;
    return same;
}

}  // namespace foyer::sim::group
