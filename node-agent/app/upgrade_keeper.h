// Another version of this agent, as the master orders it: fetched, verified, and handed to the
// helper beside the agent (deploy/systemd/foyer-node-upgrade.service), which installs it and, where
// the new agent does not sync, installs the one of before again.
//
//   order ──check──► Fetching ──both .debs here, right──► Installing ──handed over──► (helper)
//               └──► Refused ◄── cannot be had, or wrong                                │
//                                           Done, WentBack ◄── its outcome, read here ──┘
//
// Each step is on the disk before the next one begins. An agent that starts goes on where the one
// before it ended: a power cut at any moment leaves the old version or the new one working, and the
// order is answered in the end.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "common/base/time.h"
#include "common/log/log.h"
#include "common/model/agent_package.h"
#include "node-agent/app/ports.h"
#include "node-agent/domain/upgrade_check.h"

namespace foyer::agent {

// What is kept of upgrades.
struct KeptUpgrade {
    bool off = false;        // the host switched them off
    std::string came_from;   // version that the last one that ended well replaced
    std::int64_t order = 0;  // the newest one that was taken up, and how far it is
    UpgradePhase phase = UpgradePhase::None;
    std::string reason;                  // why refused, or went back
    std::optional<UpgradeOrder> orders;  // exactly while Fetching or Installing
    friend bool operator==(const KeptUpgrade&, const KeptUpgrade&) = default;
};

// What the helper is told beside the two files.
struct HandedOver {
    AgentPackage wanted;
    AgentPackage present;
    UpgradeOrder order;
};

// How the helper ended.
struct UpgradeOutcome {
    UpgradePhase phase = UpgradePhase::Done;  // Done, WentBack or Refused
    std::string reason;
};

// The folder that agent and helper share; on the disk in state/upgrade_files.
class UpgradeFolder {
public:
    virtual ~UpgradeFolder() = default;
    // FailedPrecondition: nobody here installs packages; this agent is not of one.
    virtual Status can_install() = 0;
    virtual Status keep(const KeptUpgrade& kept) = 0;
    // Where the two packages lie.
    virtual std::string wanted_file() const = 0;
    virtual std::string present_file() const = 0;
    // Whether the file is whole: this size and hash.
    virtual bool is_right(const std::string& file, const AgentPackage& package) = 0;
    virtual Status remove(const std::string& file) = 0;
    virtual Result<DebFields> inspect(const std::string& file) = 0;
    // From here on the helper has it. What is left of another order counts for nothing.
    virtual bool is_handed_over(std::int64_t order) = 0;
    virtual Status hand_over(const HandedOver& what) = 0;
    // The master has answered this version of the agent.
    virtual Status mark_synced(const std::string& version) = 0;
    virtual std::optional<UpgradeOutcome> outcome(std::int64_t order) = 0;
    // Outcome and packages go; what is kept stays.
    virtual Status clear() = 0;
};

struct UpgradePorts {
    BlobSource& blobs;
    UpgradeFolder& folder;
    SignatureCheck check_signature;
    std::function<void(const UpgradeReport& report)> tell;  // the master; must not block
    Log& log;
};

class UpgradeKeeper {
public:
    UpgradeKeeper(UpgradePorts ports, UpgradeBox box, KeptUpgrade kept);
    ~UpgradeKeeper();

    // Begins to work in a thread of its own; tests call step() instead.
    void start();
    // An order came with an answer. Never blocks.
    void obey(const UpgradeOrder& order);
    // An answer of the master was taken.
    void synced();
    // What the host wants. Unavailable: it cannot be written down, and nothing changes.
    Status switch_off(bool off);
    // Looks for what the helper left; called now and then.
    void look();
    // One step of the work; false: there is nothing to do now.
    bool step(const std::stop_token& stop);

    KeptUpgrade kept() const;
    UpgradeReport report() const;

private:
    void run(const std::stop_token& stop);
    void move(KeptUpgrade next);
    Result<CheckedUpgrade> check(const UpgradeOrder& order, const KeptUpgrade& kept) const;
    void refuse(KeptUpgrade kept, const Error& why);
    Status take_up(const UpgradeOrder& order);
    Status prepare(const KeptUpgrade& kept, const std::stop_token& stop);
    Status fetch(const AgentPackage& package, const std::string& file, const std::stop_token& stop);
    Status install(const KeptUpgrade& kept);
    UpgradeReport report_of(const KeptUpgrade& kept) const;

    UpgradePorts ports_;
    const UpgradeBox box_;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    KeptUpgrade kept_;
    std::optional<UpgradeOrder> asked_;  // not taken up yet
    bool poked_ = false;
    bool synced_ = false;
    std::jthread thread_;
};

}  // namespace foyer::agent
