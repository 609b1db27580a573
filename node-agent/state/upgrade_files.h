// Upgrades on the disk: what the agent keeps of them, and the folder it shares with its helper.
//
//   state/upgrade.json                     what is kept (KeptUpgrade)
//   upgrade/wanted.deb, present.deb        the packages, with .document and .signature beside them
//   upgrade/go                             the helper's orders, one "key value" a line; while it is
//                                          there the helper works, also after a power cut
//   upgrade/phase                          the helper's own
//   upgrade/synced                         version of an agent that the master has answered
//   upgrade/outcome                        "order", "done" or "went_back" or "refused", the reason
//
// The helper is node-agent/tools/foyer-node-upgrade.
#pragma once

#include <string>

#include "common/log/log.h"
#include "node-agent/app/upgrade_keeper.h"

namespace foyer::agent {

class FileUpgrades final : public UpgradeFolder {
public:
    // `data_dir` is there.
    explicit FileUpgrades(const std::string& data_dir)
        : state_file_(data_dir + "/state/upgrade.json"), folder_(data_dir + "/upgrade") {}

    // A damaged file means that upgrades are off, until the host switches them on: what he wanted
    // is not known.
    KeptUpgrade load(Log& log) const;

    Status can_install() override;
    Status keep(const KeptUpgrade& kept) override;
    std::string wanted_file() const override { return folder_ + "/wanted.deb"; }
    std::string present_file() const override { return folder_ + "/present.deb"; }
    bool is_right(const std::string& file, const AgentPackage& package) override;
    Status remove(const std::string& file) override;
    Result<DebFields> inspect(const std::string& file) override;
    bool is_handed_over(std::int64_t order) override;
    Status hand_over(const HandedOver& what) override;
    Status mark_synced(const std::string& version) override;
    std::optional<UpgradeOutcome> outcome(std::int64_t order) override;
    Status clear() override;

private:
    std::string file(const std::string& name) const { return folder_ + "/" + name; }
    Status keep_signed(const std::string& name, const SignedAgentPackage& package) const;

    const std::string state_file_;
    const std::string folder_;
};

// A box that is enrolled begins a new life; whether it takes upgrades its host says anew.
Status forget_upgrades(const std::string& data_dir);

// As `foyer-node upgrade-check` does for the helper: a .deb against its document and signature.
Status check_package_file(const std::string& deb, const std::vector<std::string>& keys,
                          const std::string& architecture);

// dpkg's name of this machine's architecture; empty where there is no dpkg.
std::string machine_architecture();

}  // namespace foyer::agent
