// The folders of a partition: its volume, its configuration, its secrets.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"
#include "common/model/assignment.h"

namespace foyer::agent {

struct VolumePlaces {
    std::string partition;  // folder of the partition; the next two lie in it
    std::string volume;     // owned by the partition's user
    std::string config;     // replica.json
    std::string secrets;    // in memory
};

struct MappedUser {
    std::uint32_t uid = 0;  // as the host sees it
    std::uint32_t gid = 0;
};

// Makes missing folders and writes what changed: replica.json by rename, secrets as 0400 files of
// the user; secrets that are not in the assignment any more are removed. `replica` is the content
// of replica.json. FailedPrecondition when secrets would lie on a disk.
// FailedPrecondition, too, when the folder was made for another order of the name
// (Assignment::ordered_at): its data must not reach this one.
Status write_volume(const VolumePlaces& places, const MappedUser& user,
                    const Assignment& assignment, const std::string& replica);
// The order that the folder was made for. Lies beside the data, so that it outlives the journal.
// 0: nothing is here, or an older agent made it.
WallTime order_of_volume(const VolumePlaces& places);
// Removes all of it. Missing is fine.
Status remove_volume(const VolumePlaces& places);

// Mounts memory on `folder` unless it lies on a tmpfs already.
Status keep_in_memory(const std::string& folder);

}  // namespace foyer::agent
