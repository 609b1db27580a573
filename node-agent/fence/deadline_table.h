// Who dies when: the deadlines that foyer-fence holds. A fixed number of places, no heap. Pure:
// time comes in as an argument.
#pragma once

#include <array>
#include <optional>

#include "common/base/time.h"
#include "node-agent/fence/fence_message.h"

namespace foyer::agent {

class DeadlineTable {
public:
    struct Entry {
        bool used = false;
        FenceRequest held;
        int process = -1;  // pidfd of the first process; owned by the program; -1: none
        MonoTime next;     // strike
    };

    // Replaces what is held of this partition; the replaced or refused descriptor is returned for
    // the program to close (-1: none). `taken` is false when all places are used.
    struct Put {
        bool taken = false;
        int to_close = -1;
    };
    Put put(const FenceRequest& hold, int process);
    int drop(std::string_view partition);  // descriptor to close, or -1

    std::optional<MonoTime> next_strike() const;
    // An entry to strike now; nullptr: none. After the strike, struck().
    Entry* due(MonoTime now);
    // `empty`: no process was left. It goes on until nothing is left, and for `linger` after the
    // deadline: what a hung agent's own children were starting may come up late. Returns the
    // descriptor to close when the entry is done with, else -1.
    int struck(Entry& entry, bool empty, MonoTime now);
    // All of them are due at `now`, whatever was promised.
    void hasten(MonoTime now);
    std::size_t size() const;

    static constexpr Duration linger{10'000};
    static constexpr Duration again_if_left{5};
    static constexpr Duration again_if_empty{100};

private:
    Entry* find(std::string_view partition);
    std::array<Entry, fence_partitions_max> entries_{};
};

}  // namespace foyer::agent
