#include "node-agent/state/group_files.h"

#include <cstdio>

#include "common/leadership/durable_text.h"
#include "common/os/files.h"
#include "node-agent/state/checked_file.h"
#include "node-agent/state/json_fields.h"

namespace foyer::agent {
namespace {

Result<GroupMemory> read_memory(const nlohmann::json& body) {
    JsonFields fields(body);
    GroupMemory memory;
    memory.ordered_at = WallTime{fields.number_or_zero("ordered_at_unix_ms")};
    const std::string text = fields.text("member");
    if (!fields.ok())
        return error(ErrorCode::InvalidArgument, "not the memory of a group's member");
    memory.durable = TRY(leadership::parse_durable(text));
    return memory;
}

}  // namespace

Result<std::unique_ptr<FileGroups>> FileGroups::open(const std::string& state_dir) {
    const std::string folder = state_dir + "/groups";
    TRY(os::make_dirs(folder, 0700));
    return std::unique_ptr<FileGroups>(new FileGroups(folder));
}

std::string FileGroups::file_of(const PartitionId& partition) const {
    return folder_ + "/" + partition.str() + ".json";
}

Status FileGroups::save(const PartitionId& partition, const GroupMemory& memory) {
    return write_checked(file_of(partition), {{"ordered_at_unix_ms", memory.ordered_at.unix_ms},
                                              {"member", leadership::to_text(memory.durable)}});
}

Status FileGroups::forget(const PartitionId& partition) {
    TRY(os::remove_file(file_of(partition)));
    return os::sync_dir(folder_);
}

Result<GroupMemory> FileGroups::load(const PartitionId& partition) {
    const auto body = read_checked(file_of(partition));
    if (!body.ok() && body.failure().code == ErrorCode::NotFound) return body.failure();
    auto memory = body.ok() ? read_memory(body.value()) : Result<GroupMemory>(body.failure());
    if (memory.ok() || memory.failure().code != ErrorCode::InvalidArgument) return memory;
    const std::string damaged = file_of(partition) + ".damaged";
    if (std::rename(file_of(partition).c_str(), damaged.c_str()) == 0)
        discard(os::sync_dir(folder_), "found damaged again, it is put aside again");
    return memory;
}

}  // namespace foyer::agent
