// Keeps what the host allows his box to take of his line: one thread that looks each second at the
// tunnels, the clock and the household (domain/limits_in_force), holds the caps that are in force,
// counts the month, and has the agent paused while quiet hours or a used up month want it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/log/log.h"
#include "common/model/host_wish.h"
#include "node-agent/app/own_line.h"
#include "node-agent/domain/limits_in_force.h"

namespace foyer::agent {

// On the disk (state/limits_files.h).
class LimitsFiles {
public:
    virtual ~LimitsFiles() = default;
    // Unavailable, ResourceExhausted: it is not written down.
    virtual Status keep(const HostLimits& limits) = 0;
    virtual Status keep(const TrafficBook& book) = 0;
};

struct KeptLimits {
    HostLimits limits;
    bool lost = false;  // they were there and cannot be read: paused until the host sets some
    TrafficBook book;
};

struct LimitsPorts {
    OwnLine& line;
    LimitsFiles& files;
    const Clock& clock;
    TimeZone zone;
    Log& log;
    // Called with each change: paused (until then, where it ends by itself), or nothing.
    std::function<void(const std::optional<HostOrder>&)> pause;
};

struct LimitsRules {
    Duration tick{1'000};
    Duration save_after{60'000};
};

// Shown in the status.
struct LimitsState {
    HostLimits limits;
    bool lost = false;
    InForce force;
    bool household_active = false;
    HeldCaps held;
    LocalMonth month;
    Traffic used;  // in this month
    WallTime month_end;
    KbitPerSecond up_now;
    KbitPerSecond down_now;
    std::string problem;  // it cannot be counted or written down
};

class LimitsKeeper {
public:
    LimitsKeeper(const LimitsPorts& ports, KeptLimits kept, LimitsRules rules = {});
    // Writes the count down.
    ~LimitsKeeper();

    // Begins to look by itself.
    void start();
    // One look; before start() from one thread, afterwards for tests only.
    void tick();

    // From now on, and after a restart. Anything but ok: everything is as it was. InvalidArgument:
    // they make no sense. FailedPrecondition: this machine cannot hold caps. Others: they cannot be
    // written down.
    Status set(const HostLimits& limits);
    LimitsState state() const;

private:
    void run(const std::stop_token& stop);
    void count(MonoTime now, WallTime wall);
    void apply(WallTime wall);
    void pause(const InForce& force);
    void save(MonoTime now);
    void note(const Status& done, std::string_view event);
    InForce force_of(const HostLimits& limits, WallTime wall) const;

    const LimitsPorts ports_;
    const LimitsRules rules_;

    std::mutex turn_;  // held while the line and the disk are asked
    KeptLimits kept_;
    HouseholdWatch watch_;
    std::optional<MonoTime> looked_;
    TrafficBook saved_;
    MonoTime next_save_;
    std::optional<HostOrder> told_;
    bool told_any_ = false;
    std::string told_problem_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    LimitsState state_;
    std::jthread thread_;  // last: ends first
};

}  // namespace foyer::agent
