// The folders of a partition: its volume, its configuration, its secrets.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/result.h"
#include "common/model/assignment.h"
#include "node-agent/volume/encrypted_store.h"

namespace foyer::agent {

struct VolumePlaces {
    std::string partition;  // folder of the partition; all but the secrets lies in it
    std::string config;     // replica.json
    std::string secrets;    // in memory

    StorePlaces store() const { return {partition + "/store.img", partition + "/store"}; }
    // Owned by the partition's user. In the store, where the partition has one.
    std::string volume() const { return private_folder() + "/volume"; }
    // What the service prints. Likewise.
    std::string log() const {
        return (has_store(store()) ? log_folder_of(store()) : partition) + "/log";
    }

private:
    std::string private_folder() const { return has_store(store()) ? store().inside() : partition; }
};

struct MappedUser {
    std::uint32_t uid = 0;  // as the host sees it
    std::uint32_t gid = 0;
};

// Where this machine cannot encrypt volumes.
enum class PlainVolumes {
    Refused,
    WhereNeeded  // better in clear than not at all: its host, or a test, says so
};

// How volumes are made here.
struct VolumeRules {
    PlainVolumes plain = PlainVolumes::Refused;
    CipherChoice cipher = CipherChoice::Auto;
};

// Opens or makes the encrypted store, where the order has a key for it (and not, where its volume
// was made before it had). Makes missing folders and writes what changed: replica.json by rename,
// secrets as 0400 files of the user; secrets that are not in the assignment any more are removed.
// `replica` is the content of replica.json. FailedPrecondition when secrets would lie on a disk.
// FailedPrecondition, too, when the folder was made for another order of the name
// (Assignment::ordered_at): its data must not reach this one.
Status write_volume(const VolumePlaces& places, const MappedUser& user,
                    const Assignment& assignment, const std::string& replica,
                    VolumeRules rules = {});
// The order that the folder was made for. Lies beside the data, so that it outlives the journal.
// 0: nothing is here, or an older agent made it.
WallTime order_of_volume(const VolumePlaces& places);
// Removes all of it. Missing is fine.
Status remove_volume(const VolumePlaces& places);

// Mounts memory on `folder` unless it lies on a tmpfs already.
Status keep_in_memory(const std::string& folder);

}  // namespace foyer::agent
