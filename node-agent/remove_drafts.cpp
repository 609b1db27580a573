#include "node-agent/remove_drafts.h"

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "node-agent/runtime/box_paths.h"

namespace foyer::agent {

Result<int> remove_drafts(const std::string& data_dir) {
    std::vector<std::string> folders{data_dir};
    for (const char* name : {"/identity", "/state", "/state/partitions", "/state/groups", "/edge",
                             "/zone", "/mail", "/upgrade", "/acme", "/acme/certificates"})
        folders.push_back(data_dir + name);
    const BoxPaths paths{.data = data_dir, .run = {}};
    // Never in a volume or an image: what files are called there is a tenant's matter.
    for (const std::string& name : TRY(os::list_dir(paths.partitions()))) {
        const PartitionId id(name);
        for (const std::string& folder :
             {paths.partition(id), paths.config(id), paths.bundle(id), paths.hook_bundle(id)})
            folders.push_back(folder);
    }
    int removed = 0;
    for (const std::string& folder : folders) removed += TRY(os::remove_drafts(folder));
    return removed;
}

}  // namespace foyer::agent
