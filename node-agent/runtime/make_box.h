// Makes the box: everything behind the doors of app/ports.h, on this machine's kernel.
//
// Several boxes may live on one machine (the lab does): all they make lies under their own
// data_dir, run_dir and cgroup_parent; only the claims of users are common to them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/base/units.h"
#include "node-agent/app/own_line.h"
#include "node-agent/app/ports.h"
#include "node-agent/net/exim_relay.h"
#include "node-agent/volume/volume.h"

namespace foyer::agent {

struct BoxConfig {
    std::string node;      // the box's name
    std::string data_dir;  // images, partitions, edge; every folder above must be passable (o+x)
                           // for mapped users
    std::string
        run_dir;  // "/run/foyer/<node>"; memory is mounted for secrets when it is not a tmpfs
    // Absolute path below the cgroup hierarchies. Empty: "/foyer/<node>" on cgroup v1 and hybrid;
    // on v2 a sibling of the agent's own group, which must be delegated (systemd: Delegate=yes).
    std::string cgroup_parent;

    std::string wg_private_key_file;  // base64, as `wg genkey` prints it; 0600
    int wg_port = 51820;              // edges listen here
    int wg_mtu = 1420;

    std::string edge_listen_address = "::";
    int edge_https_port = 443;
    int edge_http_port = 0;      // 0: no plain HTTP
    std::string acme_directory;  // empty: this edge asks for no certificates
    std::string acme_email;
    std::string acme_ca_file;
    int edge_connections_max = 2000;
    Bytes edge_body_max = mebibytes(100);
    int edge_names_max = 500;   // instances one edge serves
    EximRelayConfig mail = {};  // where it delivers, and its limits; folders are set here
    std::string edge_dns_listen_address = "::";
    int edge_dns_port = 53;

    // Where the agents of this machine divide its users among them (uid_ranges.h).
    std::string uid_claims = "/var/lib/foyer/uids";
    std::uint32_t uid_first = 0x70000000;  // ranges of 65536 users, one a partition, from here on
    std::uint32_t uid_ranges_max = 4000;
    Bytes log_bytes_max = mebibytes(8);  // of one partition's log
    int open_files_max = 8192;           // of one process in a partition
    VolumeRules volumes = {};
    Bytes memory_reserve = mebibytes(512);  // left to the host
    Bytes disk_reserve = gibibytes(2);      // left to the host
    Millicores cpu_reserve{0};
    KbitPerSecond uplink{20'000};  // cannot be measured from inside
};

struct Box {
    std::unique_ptr<ImageStore> images;
    std::unique_ptr<PartitionRuntime> partitions;
    PartitionConsole* console = nullptr;  // of the same partitions
    std::unique_ptr<LeaseFences> fences;
    std::unique_ptr<OwnLine> line;  // outlives the overlay, which tells it of its tunnels
    std::unique_ptr<Overlay> overlay;
    std::unique_ptr<EdgeProxy> proxy;
    std::unique_ptr<ZoneServer> zone;
    std::unique_ptr<AcmeClient> acme;
    std::unique_ptr<MailRelay> mail;
    std::unique_ptr<BoxMeter> meter;
};

// `blobs` and `clock` must outlive the box. Makes the folders; FailedPrecondition names what the
// machine lacks.
Result<Box> make_box(const BoxConfig& config, BlobSource& blobs, Clock& clock);

}  // namespace foyer::agent
