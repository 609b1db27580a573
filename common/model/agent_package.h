// A version of the agent as a Debian package: what its publisher signs, and how the master's order
// to take it and the box's answer read.
//
// The document that is signed is these lines, and nothing else:
//
//   foyer-agent-package 1
//   package foyer-node
//   version 0.2.0
//   architecture amd64
//   sha256 <64 hex digits of the .deb>
//   size <bytes of the .deb>
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/result.h"
#include "common/base/units.h"
#include "common/model/ids.h"

namespace foyer {

inline constexpr std::string_view agent_package_name = "foyer-node";
inline constexpr std::size_t agent_version_bytes_max = 64;
inline constexpr std::size_t agent_document_bytes_max = 512;
inline constexpr Bytes agent_package_size_max{std::int64_t{256} * 1024 * 1024};

struct AgentPackage {
    std::string version;
    std::string architecture;  // as Debian names it: "amd64"
    Digest file;               // of the .deb
    Bytes size;
    friend bool operator==(const AgentPackage&, const AgentPackage&) = default;
};

// What a version and an architecture may be made of; both become parts of paths and of programs'
// arguments. InvalidArgument.
Status check_agent_version(std::string_view version);
Status check_agent_architecture(std::string_view architecture);

// The document. InvalidArgument: no document could say this.
Result<std::string> to_document(const AgentPackage& package);
// Takes exactly what to_document() gives: of each package there is one document. InvalidArgument.
Result<AgentPackage> parse_agent_document(std::string_view document);

// Which version is newer, as dpkg orders them: "1.0~rc1" before "1.0" before "1.0-1" before "1.10".
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

// As it travels. Who signed it is found by trying the keys one trusts.
struct SignedAgentPackage {
    std::string document;   // exact bytes
    std::string signature;  // Ed25519 over them, 64 bytes in base64url
    friend bool operator==(const SignedAgentPackage&, const SignedAgentPackage&) = default;
};

// Take this version; with the one that is there now, which has to be at hand before anything
// begins.
struct UpgradeOrder {
    std::int64_t number = 0;  // above all earlier ones of this box
    SignedAgentPackage wanted;
    SignedAgentPackage present;
    friend bool operator==(const UpgradeOrder&, const UpgradeOrder&) = default;
};

// Whether a box takes upgrades from the master at all.
enum class UpgradeStance {
    Takes,
    NoKey,  // its host pinned no publisher's key: he upgrades it himself
    Off     // its host switched them off
};
inline constexpr std::array all_upgrade_stances{UpgradeStance::Takes, UpgradeStance::NoKey,
                                                UpgradeStance::Off};

// How far the box is with its newest order.
//
//   None ──order──► Fetching ──both packages verified──► Installing ──new agent synced──► Done
//                      └──────► Refused                      └──────► WentBack
enum class UpgradePhase { None, Fetching, Installing, Done, Refused, WentBack };
inline constexpr std::array all_upgrade_phases{UpgradePhase::None,       UpgradePhase::Fetching,
                                               UpgradePhase::Installing, UpgradePhase::Done,
                                               UpgradePhase::Refused,    UpgradePhase::WentBack};

inline constexpr std::size_t upgrade_reason_max = 300;

struct UpgradeReport {
    UpgradeStance stance = UpgradeStance::NoKey;
    std::string architecture;
    std::int64_t order = 0;  // number of the order the phase is of; 0: none yet
    UpgradePhase phase = UpgradePhase::None;
    std::string reason;  // for people, at most upgrade_reason_max bytes; why refused or went back
    friend bool operator==(const UpgradeReport&, const UpgradeReport&) = default;
};

std::string_view to_text(UpgradeStance stance);
std::string_view to_text(UpgradePhase phase);
std::optional<UpgradeStance> upgrade_stance_from(std::string_view text);
std::optional<UpgradePhase> upgrade_phase_from(std::string_view text);

}  // namespace foyer
