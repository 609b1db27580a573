// Where everything of one box lies. Two folders, so that several boxes may share a machine.
#pragma once

#include <string>

#include "common/model/ids.h"

namespace foyer::agent {

struct BoxPaths {
    std::string data;  // survives a reboot
    std::string run;   // does not

    std::string blobs() const { return data + "/images/blobs/sha256"; }
    std::string partial() const { return data + "/images/partial"; }
    std::string roots() const { return data + "/images/roots"; }
    std::string root_of(const std::string& hex) const { return roots() + "/" + hex; }

    std::string partitions() const { return data + "/partitions"; }
    std::string partition(const PartitionId& id) const { return partitions() + "/" + id.str(); }
    std::string config(const PartitionId& id) const { return partition(id) + "/config"; }
    std::string bundle(const PartitionId& id) const { return partition(id) + "/bundle"; }
    std::string hook_bundle(const PartitionId& id) const { return partition(id) + "/hook-bundle"; }
    std::string uid_range(const PartitionId& id) const { return partition(id) + "/uid_range"; }

    std::string secrets_root() const { return run + "/secrets"; }
    std::string secrets(const PartitionId& id) const { return secrets_root() + "/" + id.str(); }
    std::string crun() const { return run + "/crun"; }
    std::string exits() const { return run + "/exits"; }
    std::string exit_file(const PartitionId& id) const { return exits() + "/" + id.str(); }
    std::string live(const PartitionId& id) const { return run + "/partitions/" + id.str(); }
    std::string pid_file(const PartitionId& id) const { return live(id) + "/pid"; }
    std::string keeper_file(const PartitionId& id) const { return live(id) + "/keeper"; }
    std::string started(const PartitionId& id) const { return live(id) + "/started"; }
    std::string netns_root() const { return run + "/netns"; }
    std::string box_netns() const { return netns_root() + "/box"; }
    std::string netns(const PartitionId& id) const { return netns_root() + "/p-" + id.str(); }
};

}  // namespace foyer::agent
