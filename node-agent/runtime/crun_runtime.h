// PartitionRuntime on this machine: crun and conmon for containers, control groups for their end,
// net/ and volume/ for the rest.
//
//   data/partitions/<id>/   uid_range store.img config/ bundle/        survives a reboot
//   …/store/private/        volume/ log                                encrypted (volume/)
//   run/partitions/<id>/    pid started                                of the running container
//   run/exits/<id>          its exit code, written by conmon
// The container lives on when the agent dies; everything is found again by these files and by the
// control group.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "node-agent/app/ports.h"
#include "node-agent/net/netns.h"
#include "node-agent/net/standing_walls.h"
#include "node-agent/runtime/box_paths.h"
#include "node-agent/runtime/cgroup.h"
#include "node-agent/runtime/crun.h"
#include "node-agent/runtime/uid_ranges.h"
#include "node-agent/volume/volume.h"

namespace foyer::agent {

struct CrunRuntimeConfig {
    BoxPaths paths;
    std::string node;
    std::string cgroup_parent;
    UidSpace uids;
    Bytes log_bytes_max;
    int open_files_max = 0;
    VolumeRules volumes = {};
};

class CrunRuntime final : public PartitionRuntime, public PartitionConsole {
public:
    static Result<std::unique_ptr<CrunRuntime>> open(CrunRuntimeConfig config);

    const Cgroups& groups() const { return groups_; }

    Status prepare(const Assignment& ordered, const Release& release) override;
    Result<HookResult> run_stopped_hook(const PartitionId& id, const Release& release,
                                        const std::string& hook, const Steps& steps,
                                        std::stop_token stop) override;
    Result<HookResult> run_live_hook(const PartitionId& id, const Release& release,
                                     const std::string& hook, const Steps& steps,
                                     std::stop_token stop) override;
    Status start(const PartitionId& id, const Release& release) override;
    Status reload(const PartitionId& id) override;
    Status stop(const PartitionId& id, const Release& release) override;
    Status kill(const PartitionId& id) override;
    Result<ContainerStatus> status(const PartitionId& id) override;
    // Ends what runs, and closes its store: its data can be read by nobody until it is prepared.
    Status put_away(const PartitionId& id);
    Status erase(const PartitionId& id) override;
    Result<std::vector<FoundPartition>> list() override;
    Result<LogPart> read_log(const PartitionId& id, const ReadLog& wanted,
                             std::stop_token stop) override;
    Result<ProgramEnd> run_program(const PartitionId& id, const RunProgram& wanted,
                                   std::stop_token stop) override;

private:
    CrunRuntime(CrunRuntimeConfig config, Cgroups groups, Crun crun);

    VolumePlaces places(const PartitionId& id) const;
    // The container and whoever writes its log: nothing of the partition holds its store any more.
    Status end(const PartitionId& id);
    Status write_bundle(const Assignment& assignment, const Release& release,
                        std::uint32_t uid_first);
    Status lay_out(const Assignment& assignment, const Release& release,
                   const std::string& replica);
    Status prepare_network(const Assignment& assignment, const Release& release);
    // The container's first process, if it is alive.
    std::optional<os::ProcessId> first_process(const PartitionId& id) const;
    Status confine_keeper(const PartitionId& id) const;
    Bytes log_bytes_of(const PartitionId& id) const;
    Status end_container(const std::string& container);
    // A program inside the service's container, ended with what it started. `name`: of its files.
    Result<os::Finished> run_inside(const PartitionId& id, const std::string& name,
                                    const std::vector<std::string>& program, os::Command how,
                                    std::stop_token stop);
    Status clear_service(const PartitionId& id);
    Status end_all_of(const PartitionId& id);
    Status wait_exit(const PartitionId& id) const;

    const CrunRuntimeConfig config_;
    const BoxPaths& paths_;
    const Cgroups groups_;
    const Crun crun_;
    UidRanges uids_;
    std::atomic<std::uint64_t> programs_run_ = 0;
    const Netns box_;
    StandingWalls walls_;
};

// Partition ids become folder, container and group names: lower case letters, digits and dashes, at
// most 64.
Status check_partition_id(const PartitionId& id);
// Of hooks that run while the service does not.
std::string hook_container(const PartitionId& id);
// No container, but the name of the group of the programs that show its volume (gocryptfs).
std::string view_container(const PartitionId& id);

}  // namespace foyer::agent
