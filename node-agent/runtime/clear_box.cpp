#include "node-agent/runtime/clear_box.h"

#include <sys/mount.h>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "node-agent/net/kept_process.h"
#include "node-agent/net/tunnel.h"
#include "node-agent/runtime/crun_runtime.h"

namespace foyer::agent {
namespace {

std::string groups_file(const BoxPaths& paths) { return paths.run + "/cgroup"; }

// Where the last agent had them, as long as anything of it is there.
std::string parent_of_groups(const BoxConfig& config, const BoxPaths& paths) {
    const std::string noted = os::read_file(groups_file(paths), 4096).value_or("");
    return noted.empty() ? config.cgroup_parent : noted;
}

Result<std::unique_ptr<CrunRuntime>> open_runtime(const BoxConfig& config, const BoxPaths& paths) {
    return CrunRuntime::open({.paths = paths,
                              .node = config.node,
                              .cgroup_parent = parent_of_groups(config, paths),
                              .uids = {.claims = config.uid_claims,
                                       .first = config.uid_first,
                                       .ranges_max = config.uid_ranges_max}});
}

Status end_partitions(CrunRuntime& runtime, ClearData data) {
    for (const FoundPartition& found : TRY(runtime.list()))
        TRY(data == ClearData::Erase ? runtime.erase(found.id) : runtime.put_away(found.id));
    return ok_status();
}

Status close_stores(const BoxPaths& paths) {
    for (const std::string& name : TRY(os::list_dir(paths.partitions()))) {
        const VolumePlaces places{
            .partition = paths.partition(PartitionId(name)), .config = {}, .secrets = {}};
        TRY(close_store(places.store()));
    }
    return ok_status();
}

Status end_servers(const BoxPaths& paths) {
    TRY(KeptProcess("haproxy", paths.run + "/edge/haproxy.pid").end());
    TRY(KeptProcess("knot", paths.run + "/zone/knot.pid").end());
    TRY(KeptProcess("exim", paths.run + "/mail/exim.pid").end());
    TRY(KeptProcess("exim's queue runner", paths.run + "/mail/exim-queue.pid").end());
    return KeptProcess("foyer-fence", paths.run + "/fence.pid").end();
}

Status end_network(const BoxPaths& paths) {
    const Netns box(paths.box_netns());
    if (box.exists())
        for (const std::string& name : TRY(Tunnel::names_in(box)))
            TRY(Tunnel(name, paths.run + "/wg", box).remove());
    // Cables and firewalls go with their namespaces.
    for (const std::string& name : TRY(os::list_dir(paths.netns_root())))
        TRY(Netns(paths.netns_root() + "/" + name).remove());
    return ok_status();
}

Status remove_run_dir(const BoxPaths& paths) {
    // Where /run is no tmpfs, one was mounted.
    ::umount2(paths.secrets_root().c_str(), MNT_DETACH);
    TRY(os::remove_tree(paths.run));
    ::rmdir(os::parent_of(paths.run).c_str());  // while other boxes have something there, it stays
    return ok_status();
}

Status erase_data(const BoxConfig& config, const BoxPaths& paths) {
    for (const char* name :
         {"/partitions", "/images", "/edge", "/zone", "/acme", "/mail", "/upgrade", "/state"})
        TRY(os::remove_tree(paths.data + name));
    for (const char* name : {"/zone-serial", "/agent.sock", "/agent.lock"})
        TRY(os::remove_file(paths.data + name));
    // Last: without it nobody knows whose the rest was.
    TRY(os::remove_tree(paths.data + "/identity"));
    ::rmdir(paths.data.c_str());
    ::rmdir(config.uid_claims.c_str());
    return ok_status();
}

}  // namespace

Status note_groups(const BoxPaths& paths, const Cgroups& groups) {
    return os::write_atomically(groups_file(paths), groups.parent(), {.mode = 0600});
}

Status clear_box(const BoxConfig& config, ClearData data) {
    const BoxPaths paths{.data = config.data_dir, .run = config.run_dir};
    // Also where nobody knows any more what ran here: no tree is removed while one is mounted in
    // it.
    if (os::exists(paths.partitions()) && !os::exists(paths.run)) TRY(close_stores(paths));
    // A box that was never enrolled has no folder for what runs, and runs nothing.
    if (!paths.run.empty() && (os::exists(paths.run) || os::exists(paths.partitions()))) {
        const auto runtime = TRY(open_runtime(config, paths));
        TRY(end_partitions(*runtime, data));
        TRY(end_servers(paths));
        TRY(runtime->groups().remove_all());
        TRY(end_network(paths));
        TRY(remove_run_dir(paths));
    }
    return data == ClearData::Erase ? erase_data(config, paths) : ok_status();
}

}  // namespace foyer::agent
