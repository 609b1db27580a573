#include "node-agent/care/judge.h"

#include <algorithm>

namespace foyer::agent::care {

Judged judge(const BoxFacts& facts, History earlier, WallTime now) {
    follow_clock(earlier, now);
    std::vector<Finding> found = judge_machine(facts, earlier, now);
    for (const DiskHealth& disk : facts.disks) {
        const auto of_disk = judge_disk(disk, earlier, now);
        found.insert(found.end(), of_disk.begin(), of_disk.end());
    }
    Judged judged;
    judged.findings = settle(earlier, found, now);
    forget_old(earlier, now);
    judged.history = std::move(earlier);
    return judged;
}

Duration added_delay(const LineDelay& line) { return std::max(Duration(0), line.full - line.idle); }

}  // namespace foyer::agent::care
