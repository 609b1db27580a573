#include "node-agent/domain/upgrade_check.h"

#include <algorithm>

namespace foyer::agent {
namespace {

Error refused(const std::string& why) { return error(ErrorCode::FailedPrecondition, why); }

}  // namespace

Result<AgentPackage> verify_package(const SignedAgentPackage& package,
                                    const std::vector<std::string>& keys,
                                    const SignatureCheck& check) {
    if (keys.empty())
        return error(ErrorCode::PermissionDenied,
                     "no publisher's key is pinned here: [upgrade] publisher_keys in node.toml");
    const bool is_signed = std::ranges::any_of(keys, [&](const std::string& key) {
        return check(key, package.document, package.signature).ok();
    });
    if (!is_signed)
        return error(ErrorCode::PermissionDenied,
                     "none of the publisher's keys that are pinned here signed this package");
    return parse_agent_document(package.document);
}

Result<CheckedUpgrade> check_upgrade(const UpgradeOrder& order, const UpgradeBox& box,
                                     const std::string& came_from, const SignatureCheck& check) {
    CheckedUpgrade checked;
    checked.wanted = TRY(verify_package(order.wanted, box.publisher_keys, check));
    checked.present = TRY(verify_package(order.present, box.publisher_keys, check));
    for (const AgentPackage* package : {&checked.wanted, &checked.present}) {
        if (package->architecture != box.architecture)
            return refused("version " + package->version + " is for " + package->architecture +
                           ", and this box is " + box.architecture);
    }
    // Already there, or again after a power cut: nothing is left to be done.
    if (checked.wanted.version == box.version) return checked;
    if (checked.present.version != box.version)
        return refused("the way back is to version " + checked.present.version +
                       ", and this box runs " + box.version);
    const bool lower = compare_versions(checked.wanted.version, box.version) < 0;
    if (lower && checked.wanted.version != came_from)
        return refused("version " + checked.wanted.version + " is lower than " + box.version +
                       ", which runs here, and not what its last upgrade replaced");
    return checked;
}

Status check_deb(const DebFields& fields, const AgentPackage& package) {
    const auto differs = [](const std::string& what, const std::string& is,
                            const std::string& should) {
        return error(ErrorCode::InvalidArgument, "the package's " + what + " is '" + is +
                                                     "', and its document says '" + should + "'");
    };
    if (fields.package != agent_package_name)
        return differs("name", fields.package, std::string(agent_package_name));
    if (fields.version != package.version)
        return differs("version", fields.version, package.version);
    if (fields.architecture != package.architecture)
        return differs("architecture", fields.architecture, package.architecture);
    return ok_status();
}

}  // namespace foyer::agent
