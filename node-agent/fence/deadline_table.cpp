#include "node-agent/fence/deadline_table.h"

#include <algorithm>
#include <utility>

namespace foyer::agent {

DeadlineTable::Entry* DeadlineTable::find(std::string_view partition) {
    for (Entry& entry : entries_)
        if (entry.used && entry.held.partition.view() == partition) return &entry;
    return nullptr;
}

// Without a descriptor the one that is known stays: it names a process, not a number, and whoever
// has it is of this partition.
DeadlineTable::Put DeadlineTable::put(const FenceRequest& hold, int process) {
    Entry* place = find(hold.partition.view());
    if (place == nullptr) {
        const auto free = std::find_if(entries_.begin(), entries_.end(),
                                       [](const Entry& entry) { return !entry.used; });
        if (free == entries_.end()) return {.taken = false, .to_close = process};
        place = &*free;
    }
    place->used = true;
    place->held = hold;
    place->next = hold.until;
    const int before = process >= 0 ? std::exchange(place->process, process) : -1;
    return {.taken = true, .to_close = before};
}

int DeadlineTable::drop(std::string_view partition) {
    Entry* entry = find(partition);
    if (entry == nullptr) return -1;
    entry->used = false;
    return std::exchange(entry->process, -1);
}

std::optional<MonoTime> DeadlineTable::next_strike() const {
    std::optional<MonoTime> first;
    for (const Entry& entry : entries_)
        if (entry.used && (!first || entry.next < *first)) first = entry.next;
    return first;
}

DeadlineTable::Entry* DeadlineTable::due(MonoTime now) {
    for (Entry& entry : entries_)
        if (entry.used && entry.next <= now) return &entry;
    return nullptr;
}

int DeadlineTable::struck(Entry& entry, bool empty, MonoTime now) {
    entry.next = now + (empty ? again_if_empty : again_if_left);
    if (!empty || now < entry.held.until + linger) return -1;
    entry.used = false;
    return std::exchange(entry.process, -1);
}

void DeadlineTable::hasten(MonoTime now) {
    for (Entry& entry : entries_)
        if (entry.used && entry.held.until > now) entry.held.until = entry.next = now;
}

std::size_t DeadlineTable::size() const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [](const Entry& e) { return e.used; }));
}

}  // namespace foyer::agent
