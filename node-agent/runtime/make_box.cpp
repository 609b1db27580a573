#include "node-agent/runtime/make_box.h"

#include <sys/stat.h>

#include "common/os/files.h"
#include "common/os/sys.h"
#include "node-agent/net/haproxy_edge.h"
#include "node-agent/net/knot_zone.h"
#include "node-agent/net/lego_client.h"
#include "node-agent/net/wg_overlay.h"
#include "node-agent/runtime/box_fences.h"
#include "node-agent/runtime/box_meter.h"
#include "node-agent/runtime/clear_box.h"
#include "node-agent/runtime/crun_runtime.h"
#include "node-agent/runtime/image_store.h"

namespace foyer::agent {

namespace {

// Partitions run as users of their own, who must be able to pass every folder on the way to their
// files.
Status check_passable(const std::string& folder) {
    for (std::string path = folder; !path.empty() && path != "/"; path = os::parent_of(path)) {
        struct stat facts = {};
        if (::stat(path.c_str(), &facts) != 0) continue;  // not made yet
        if ((facts.st_mode & S_IXOTH) == 0)
            return error(
                ErrorCode::FailedPrecondition,
                "'" + path +
                    "' cannot be passed by other users (chmod o+x), so no partition below '" +
                    folder + "' could start");
    }
    return ok_status();
}

}  // namespace

Result<Box> make_box(const BoxConfig& config, BlobSource& blobs, Clock& clock) {
    const BoxPaths paths{.data = config.data_dir, .run = config.run_dir};
    for (const std::string& folder : {paths.data, paths.run, config.uid_claims})
        if (!folder.starts_with('/'))
            return error(ErrorCode::InvalidArgument, "'" + folder + "' is not an absolute path");
    for (const std::string& folder : {paths.data, paths.run}) {
        TRY(os::make_dirs(folder, 0711));
        TRY(check_passable(folder));
    }
    Box box;
    auto partitions = TRY(CrunRuntime::open({.paths = paths,
                                             .node = config.node,
                                             .cgroup_parent = config.cgroup_parent,
                                             .uids = {.claims = config.uid_claims,
                                                      .first = config.uid_first,
                                                      .ranges_max = config.uid_ranges_max},
                                             .log_bytes_max = config.log_bytes_max,
                                             .open_files_max = config.open_files_max,
                                             .volumes = config.volumes}));
    box.fences = std::make_unique<BoxFences>(TRY(os::find_program("foyer-fence")), paths.run,
                                             paths.box_netns(), partitions->groups(), clock);
    TRY(note_groups(paths, partitions->groups()));
    box.console = partitions.get();
    box.partitions = std::move(partitions);
    box.images = TRY(DiskImageStore::open(paths, blobs));
    auto line = std::make_unique<BoxLine>(paths.box_netns());
    box.overlay =
        std::make_unique<WgOverlay>(WgOverlayConfig{.node = config.node,
                                                    .run_dir = paths.run,
                                                    .box_netns = paths.box_netns(),
                                                    .private_key_file = config.wg_private_key_file,
                                                    .listen_port = config.wg_port,
                                                    .mtu = config.wg_mtu},
                                    clock, *line);
    box.line = std::move(line);
    box.proxy = std::make_unique<HaproxyEdge>(
        HaproxyEdgeConfig{.data_dir = paths.data + "/edge",
                          .run_dir = paths.run + "/edge",
                          .box_netns = paths.box_netns(),
                          .listen_address = config.edge_listen_address,
                          .https_port = config.edge_https_port,
                          .http_port = config.edge_http_port,
                          .connections_max = config.edge_connections_max,
                          .body_max = config.edge_body_max,
                          .names_max = config.edge_names_max},
        clock);
    box.zone = std::make_unique<KnotZone>(KnotZoneConfig{.data_dir = paths.data + "/zone",
                                                         .serial_file = paths.data + "/zone-serial",
                                                         .run_dir = paths.run + "/zone",
                                                         .listen = config.edge_dns_listen_address,
                                                         .port = config.edge_dns_port},
                                          clock);
    box.acme = std::make_unique<LegoClient>(LegoConfig{.data_dir = paths.data + "/acme",
                                                       .directory = config.acme_directory,
                                                       .email = config.acme_email,
                                                       .ca_file = config.acme_ca_file},
                                            clock);
    EximRelayConfig mail = config.mail;
    mail.node = config.node;
    mail.data_dir = paths.data + "/mail";
    mail.run_dir = paths.run + "/mail";
    mail.box_netns = paths.box_netns();
    box.mail = std::make_unique<EximRelay>(std::move(mail), clock);
    box.meter =
        std::make_unique<MachineMeter>(paths.data, MeterReserve{.cpu = config.cpu_reserve,
                                                                .memory = config.memory_reserve,
                                                                .disk = config.disk_reserve,
                                                                .uplink = config.uplink});
    return box;
}

}  // namespace foyer::agent
