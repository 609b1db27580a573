// The agent's configuration: one TOML file, every key with a default (deploy/node.toml lists them).
// Unknown keys are errors.
#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/base/units.h"
#include "common/log/sink.h"
#include "common/model/ids.h"
#include "node-agent/net/exim_config.h"
#include "node-agent/volume/volume_cipher.h"

namespace foyer::agent {

struct NodeConfig {
    LogLevel log_level = LogLevel::Info;
    std::string run_dir;        // empty: /run/foyer/<node>
    std::string cgroup_parent;  // empty: chosen by the runtime
    std::string uid_claims = "/var/lib/foyer/uids";
    int partitions_max = 64;
    bool plain_volumes = false;  // where this machine cannot encrypt them; else refused
    CipherChoice volume_cipher = CipherChoice::Auto;  // of new ones
    bool exec = true;  // who ordered an instance may run programs in its copy here

    int wireguard_port = 51820;

    std::string edge_listen = "::";
    int edge_https_port = 443;
    int edge_http_port = -1;  // 0: no plain HTTP; -1: 80 where https is on 443, else none
    int edge_connections_max = 2000;
    int edge_body_mib_max = 100;
    std::string edge_dns_listen;  // empty: as edge_listen
    int edge_dns_port = 53;       // 0: no name server here
    int edge_line_port = 7447;    // of who measures his line, and the one above; 0: nobody can

    // Certificates of customers' own names (common/docs/domains.md). Nobody is asked before the
    // operator agreed to the authority's terms.
    bool acme_agree_to_terms = false;
    std::string acme_directory = "https://acme-v02.api.letsencrypt.org/directory";
    std::string acme_email;
    std::string acme_ca_file;  // empty: this machine's roots
    Duration acme_turn = std::chrono::seconds(60);
    Duration acme_retry_first = std::chrono::seconds(120);
    Duration acme_retry_longest = std::chrono::hours(6);

    // Mail out of instances' copies (common/docs/mail.md), at edges.
    MailDelivery mail_delivery = MailDelivery::Off;
    std::string mail_smarthost;
    std::string mail_login_file;  // empty: the smarthost asks for none
    bool mail_plain = false;      // without TLS, to a smarthost on this machine
    int mail_message_mib_max = 20;
    int mail_recipients_max = 50;  // of one message
    int mail_queue_max = 1000;
    int mail_queue_mib_max = 1024;

    // Whose packages of the agent this box takes; empty: nobody's, the host upgrades it himself
    // (common/docs/upgrades.md). Ed25519, base64url.
    std::vector<std::string> upgrade_publisher_keys;

    Millicores reserve_cpu{0};
    Bytes reserve_memory = mebibytes(512);
    Bytes reserve_disk = gibibytes(2);

    Duration erase_hold{0};
    Duration forgotten_hold = std::chrono::hours(7 * 24);
    Duration rejoin_after = std::chrono::seconds(15);

    Duration retry_first{1'000};
    Duration retry_longest{60'000};
    Duration sync_retry_longest{30'000};
    Duration report_quiet{30'000};
};

// Where what does not outlive a reboot lies.
std::string run_dir_of(const NodeConfig& config, const NodeId& node);

// InvalidArgument: every mistake of the file, one a line, each with its line number and key.
// NotFound: no such file.
Result<NodeConfig> load_config(const std::string& path);
// The same from text; `name` stands in messages.
Result<NodeConfig> parse_config(std::string_view text, const std::string& name);

}  // namespace foyer::agent
