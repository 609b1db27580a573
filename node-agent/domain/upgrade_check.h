// Whether this box takes an order of the master to run another version of its agent. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/model/agent_package.h"

namespace foyer::agent {

// What the box goes by.
struct UpgradeBox {
    std::string version;                      // of the agent that runs
    std::string architecture;                 // as dpkg names it
    std::vector<std::string> publisher_keys;  // pinned by the host; base64url
};

// Whether the signature is by this key over this text (common/tls/ed25519.h).
using SignatureCheck =
    std::function<Status(std::string_view key, std::string_view text, std::string_view signature)>;

// A package that a pinned key signed. PermissionDenied: none did. InvalidArgument: it is no
// document.
Result<AgentPackage> verify_package(const SignedAgentPackage& package,
                                    const std::vector<std::string>& keys,
                                    const SignatureCheck& check);

struct CheckedUpgrade {
    AgentPackage wanted;
    AgentPackage present;
    friend bool operator==(const CheckedUpgrade&, const CheckedUpgrade&) = default;
};

// Both packages, or why the order is refused: signed by nobody who is pinned, of another
// architecture, no package of the version that runs, or a lower version than that. A lower one is
// the way back only to `came_from`, which the box's own last upgrade replaced (empty: none).
Result<CheckedUpgrade> check_upgrade(const UpgradeOrder& order, const UpgradeBox& box,
                                     const std::string& came_from, const SignatureCheck& check);

// What a .deb says of itself.
struct DebFields {
    std::string package;
    std::string version;
    std::string architecture;
};
// It is what its document says. InvalidArgument names what differs.
Status check_deb(const DebFields& fields, const AgentPackage& package);

}  // namespace foyer::agent
