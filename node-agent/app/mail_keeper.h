// Mail at an edge: one thread that keeps the relay at what the master wishes (domain/mail_gate.h)
// and answers what it asks of each message. Needs no master.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/random.h"
#include "common/log/log.h"
#include "node-agent/app/ports.h"
#include "node-agent/domain/backoff.h"

namespace foyer::agent {

// Counts of the day, kept over restarts.
class MailCounts {
public:
    virtual ~MailCounts() = default;
    // What an earlier agent kept; nothing, where that cannot be read.
    virtual MailBook load() = 0;
    virtual Status keep(const MailBook& book) = 0;
};

struct MailPorts {
    MailRelay& relay;
    MailCounts& counts;
    ReadAddress read_address;
    const Clock& clock;
    Rng& rng;
    Log& log;
};

struct MailKeeperRules {
    bool wanted = false;  // the operator turned it on at this edge
    Backoff backoff{Duration(1'000), Duration(30'000)};
    Duration tick{1'000};
};

// Shown in the status.
struct MailState {
    std::string relay;  // overlay address; empty: this box relays nothing
    MailBook book;
    std::map<InstanceName, int> per_day_max;
    int waiting = 0;
    std::string problem;
};

class MailKeeper {
public:
    MailKeeper(const MailPorts& ports, MailKeeperRules rules);
    ~MailKeeper();

    void order(const NodeSettings& settings, const std::map<std::string, EdgeRoute>& routes);
    MailState state() const;

private:
    void run(const std::stop_token& stop);
    void tick();
    void end();
    void keep();
    std::string answer(const std::string& line);
    void tell_refusal(const std::string& source, const std::string& code);
    void keep_counts();
    void note(const Status& done);
    void show();

    const MailPorts ports_;
    const MailKeeperRules rules_;
    // Of the thread.
    MailPlan plan_;
    std::optional<MailPlan> applied_;  // by the relay, in the life of this agent
    MailBook book_;
    MailBook kept_;
    MailRelay::Queue queue_;
    struct Refusals {
        int count = 0;  // not told yet
        MonoTime told_again;
    };
    std::map<std::string, Refusals> refusals_;  // by source
    bool ended_ = false;  // in the life of this agent: an earlier one may have left it
    int failures_ = 0;
    std::string problem_;
    MonoTime not_before_;

    mutable std::mutex mutex_;
    std::optional<MailPlan> ordered_;
    MailState state_;
    std::jthread thread_;  // last: starts when all else is there, ends first
};

}  // namespace foyer::agent
