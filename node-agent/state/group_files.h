// What the members on this box must not forget: state/groups/<partition>.json, each with its hash,
// replaced atomically and fsynced. A damaged file is renamed to "<name>.damaged": its voter has
// lost its memory, and another one (a new incarnation) takes the seat.
#pragma once

#include <memory>
#include <string>

#include "node-agent/app/group_ports.h"

namespace foyer::agent {

class FileGroups final : public GroupFiles {
public:
    // Makes the folder. Unavailable, PermissionDenied.
    static Result<std::unique_ptr<FileGroups>> open(const std::string& state_dir);

    Status save(const PartitionId& partition, const GroupMemory& memory) override;
    Status forget(const PartitionId& partition) override;
    Result<GroupMemory> load(const PartitionId& partition) override;

private:
    explicit FileGroups(std::string folder) : folder_(std::move(folder)) {}
    std::string file_of(const PartitionId& partition) const;

    const std::string folder_;
};

}  // namespace foyer::agent
