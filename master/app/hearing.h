// Since when this master could hear the boxes without a break: silence counts from then, and not
// from when it could not listen (repair.md). Boxes are not heard while the database is away, while
// this process sleeps, or while most of them are late; and how long they were silent is not known
// after the wall clock was set.
#pragma once

#include <optional>

#include "common/base/time.h"

namespace foyer::master {

class Hearing {
public:
    // A pause between two notes, or a step of the wall clock, longer than `gap`: as if just
    // started.
    explicit Hearing(Duration gap) : gap_(gap) {}

    // Called several times a second; `can_hear`: the database is there, and most boxes are.
    void note(MonoTime mono, WallTime wall, bool can_hear);
    // Absent: not now.
    const std::optional<WallTime>& since() const { return since_; }

private:
    Duration gap_;
    std::optional<WallTime> since_;
    MonoTime last_mono_;
    WallTime last_wall_;
};

}  // namespace foyer::master
