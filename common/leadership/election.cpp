#include "common/leadership/election.h"

#include <algorithm>

namespace foyer::leadership {

Duration spread(Duration least, Duration most, Jitter jitter) {
    return least + (most - least) * jitter.of_10000 / 10'000;
}

int positions_needed(const Record& record) {
    if (record.mode == ReplicationMode::Asynchronous) return 1;
    return static_cast<int>(record.in_sync.size()) - record.k + 1;
}

bool is_enough(const Record& record, const IndexSet& granted) {
    const auto positions = std::ranges::count_if(
        record.in_sync, [&](ReplicaIndex index) { return granted.contains(index); });
    return is_quorum(record, granted) && positions >= positions_needed(record);
}

Duration candidate_delay(const Record& record, ReplicaIndex self, const Timing& timing,
                         Jitter jitter) {
    const auto found = std::ranges::find(record.in_sync, self);
    if (found == record.in_sync.end()) return Duration(0);
    // Who led is the one whose silence was waited out, and some may not lead: nobody waits for
    // them. Should it be there after all, it stands behind all others.
    const auto last = self == record.leader ? record.in_sync.end() : found;
    const bool barred = record.barred.contains(self);
    const auto rank = std::count_if(record.in_sync.begin(), last, [&](ReplicaIndex index) {
        const MemberEntry* entry = find_entry(record, index);
        return index != record.leader && entry != nullptr && entry->may_lead &&
               record.barred.contains(index) == barred;
    });
    return timing.delay_rank * rank + spread(Duration(0), timing.delay_jitter, jitter) +
           (barred ? timing.delay_barred : Duration(0));
}

Record first_write(const Record& adopted, Epoch epoch, ReplicaIndex leader, LogPosition start) {
    Record first = adopted;
    first.ballot = {adopted.ballot.generation, epoch, 1};
    first.leader = leader;
    first.start = start;
    return first;
}

}  // namespace foyer::leadership
