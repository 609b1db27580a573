// Rows of upgrades of the boxes' agents (upgrades.h).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/time.h"
#include "common/model/agent_package.h"
#include "common/model/ids.h"

namespace foyer::master {

// A package of the agent that its publisher signed; the .deb is a blob.
struct AgentRelease {
    AgentPackage package;       // as the document says
    std::string document;       // the exact signed bytes
    std::string signature;      // base64url
    std::string publisher_key;  // base64url
    WallTime created_at;
    Revision revision;
    friend bool operator==(const AgentRelease&, const AgentRelease&) = default;
};

using AgentReleaseKey = std::pair<std::string, std::string>;  // version, architecture
inline AgentReleaseKey key_of_agent_release(const AgentRelease& row) {
    return {row.package.version, row.package.architecture};
}

//   Running ◄──pause / resume──► Paused
//      ├──a box failed──► Stopped ──resume──► Running
//      └──nobody is left──► Finished
//   any ──back──► Running, the other way round
enum class UpgradeState { Running, Paused, Stopped, Finished };
inline constexpr std::array all_upgrade_states{UpgradeState::Running, UpgradeState::Paused,
                                               UpgradeState::Stopped, UpgradeState::Finished};

struct Upgrade {
    std::int64_t number = 0;  // 1, 2, 3…; the highest is the one that goes on, or the last
    std::string version;
    bool back = false;  // boxes go back from it to where they came from
    UpgradeState state = UpgradeState::Running;
    std::string reason;  // exactly while Stopped
    int at_most = 1;     // boxes at once
    Duration observe{0};
    std::optional<WallTime> canaries_done_at;
    WallTime started_at;
    std::optional<WallTime> ended_at;  // exactly while Finished
    Revision revision;
    friend bool operator==(const Upgrade&, const Upgrade&) = default;
};

// How far a box is in the upgrade that its row names.
//
//   Waits ──its turn──► Yields ──leads nothing any more──► Ordered ──► Done
//     └───leads nothing of an electing group───────────────►  └──────► Failed ──it is there after
//                         └──keeps a lead──► Skipped                              all──► Done
enum class UpgradeStep { Waits, Yields, Ordered, Done, Failed, Skipped };
inline constexpr std::array all_upgrade_steps{UpgradeStep::Waits,   UpgradeStep::Yields,
                                              UpgradeStep::Ordered, UpgradeStep::Done,
                                              UpgradeStep::Failed,  UpgradeStep::Skipped};

// What a box said of its upgrades, and what was decided of it. There is none of a box that never
// said anything: its agent is older than upgrades.
struct NodeAgent {
    NodeId node;
    UpgradeStance stance = UpgradeStance::NoKey;
    std::string architecture;
    std::int64_t upgrade = 0;  // number of the one that the following is of; 0: none yet
    bool canary = false;
    UpgradeStep step = UpgradeStep::Waits;
    std::string from;  // versions; empty while it waits
    std::string to;
    std::int64_t order = 0;         // number of the newest order it was given
    std::string reason;             // why it failed or was skipped, or how far it is
    std::optional<WallTime> since;  // of the step; absent while it waits
    Revision revision;
    friend bool operator==(const NodeAgent&, const NodeAgent&) = default;
};

inline bool is_under_way(const NodeAgent& row) {
    return row.step == UpgradeStep::Yields || row.step == UpgradeStep::Ordered;
}

struct DropAgentRelease {
    AgentReleaseKey key;
    friend bool operator==(const DropAgentRelease&, const DropAgentRelease&) = default;
};

struct DropUpgrade {
    std::int64_t number = 0;
    friend bool operator==(const DropUpgrade&, const DropUpgrade&) = default;
};

// With its box.
struct DropNodeAgent {
    NodeId node;
    friend bool operator==(const DropNodeAgent&, const DropNodeAgent&) = default;
};

std::string_view to_text(UpgradeState state);
std::string_view to_text(UpgradeStep step);
std::optional<UpgradeState> upgrade_state_from(std::string_view text);
std::optional<UpgradeStep> upgrade_step_from(std::string_view text);

// How patient upgrades are; from the configuration ([upgrades] of master.toml).
struct UpgradeSettings {
    // A box that was told to and has not said within so long that it is done has failed.
    Duration return_within{30 * 60'000};
    // A box that leads an electing group gives its lead away within so long, or is skipped.
    Duration yield_within{10 * 60'000};
    friend bool operator==(const UpgradeSettings&, const UpgradeSettings&) = default;
};

}  // namespace foyer::master
