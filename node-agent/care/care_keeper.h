// Looks after the box: one thread of low rate that reads what the kernel and the disks tell, judges
// it, remembers it, keeps logs of long-lived programs within their bounds, and says once what
// changes.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "common/base/time.h"
#include "common/log/log.h"
#include "node-agent/care/ask_disks.h"
#include "node-agent/care/box_facts.h"
#include "node-agent/care/finding.h"
#include "node-agent/care/history.h"

namespace foyer::agent::care {

struct CarePorts {
    std::function<BoxFacts()> read;
    // Given what is known of them; may take a minute, and ends when stop is requested.
    std::function<DisksAsked(const std::vector<DiskHealth>& earlier, std::stop_token stop)>
        ask_disks;
    std::function<std::optional<Duration>()> clock_offset;  // this box's minus the master's
    std::function<void(const BoxCare& care)> tell;          // once at the start, then what is news
    const Clock& clock;
    Log& log;
};

struct CareRules {
    Duration look_period{60'000};
    Duration disks_period{30LL * 60'000};
    std::string history_file;              // empty: nothing is kept over a restart (tests)
    std::vector<std::string> log_folders;  // with *.log of long-lived programs; may be missing
};

// Shown in the status, and told.
struct CareState {
    WallTime looked_at;  // 0: not yet
    BoxFacts facts;
    std::vector<Finding> findings;
    Notice notice;
};

class CareKeeper {
public:
    CareKeeper(CarePorts ports, CareRules rules);
    ~CareKeeper();
    CareState state() const;

private:
    void run(const std::stop_token& stop);
    void look(const std::stop_token& stop);
    void load();
    void save();
    void say(const std::vector<Finding>& before, const std::vector<Finding>& now);
    void bound_logs();

    const CarePorts ports_;
    const CareRules rules_;
    // Of the thread.
    History history_;
    History saved_;
    bool save_failed_ = false;
    std::optional<Notice> told_;
    DisksAsked disks_;
    MonoTime next_disks_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    CareState state_;
    std::jthread thread_;  // last: starts when all else is there, ends first
};

}  // namespace foyer::agent::care
