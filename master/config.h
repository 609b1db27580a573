// The master's configuration: every limit is a key with a default. Nobody below main sees the
// parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"

namespace foyer::master {

struct ListenAddress {
    std::string host;
    int port = 0;
    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};
std::string to_text(const ListenAddress& address);  // "0.0.0.0:7443", "[::]:7443"

struct AgentsConfig {
    ListenAddress listen{"0.0.0.0", 7443};
    std::vector<std::string> addresses = {"localhost:7443"};
    std::int64_t hold_ms = 30'000;
    std::int64_t silent_after_ms = 75'000;
    std::int64_t seen_flush_ms = 60'000;
    std::int64_t next_delay_ms = 100;
    std::int64_t away_delay_ms = 5'000;
    std::int64_t held_max = 20'000;
    std::int64_t connections_max = 20'000;
    std::int64_t connections_per_source_max = 1'000;
    std::int64_t handshake_timeout_ms = 20'000;
    std::int64_t idle_timeout_ms = 300'000;
    std::int64_t memory_bytes_max = std::int64_t{1} << 30;
    std::int64_t message_bytes_max = 4 << 20;
    std::int64_t observations_max = 2'000;
    std::int64_t blob_streams_per_node = 4;
    std::int64_t blob_streams_max = 64;
    std::int64_t errands_max = 1'000;
    std::int64_t errands_per_node = 8;
    std::int64_t errand_margin_ms = 5'000;
    std::int64_t isolated_percent = 50;
    std::int64_t isolated_nodes_min = 3;
    std::int64_t certificate_days = 90;
    std::int64_t serving_certificate_s = 7'776'000;  // 90 days
    std::string asn_database;                        // empty: lines are not checked
    std::int64_t line_settles_ms = 600'000;
    friend bool operator==(const AgentsConfig&, const AgentsConfig&) = default;
};

struct ApiConfig {
    ListenAddress https_listen{"0.0.0.0", 7444};
    ListenAddress grpc_listen{"0.0.0.0", 7445};
    std::vector<std::string> names = {"localhost", "127.0.0.1"};
    std::int64_t threads = 2;
    std::int64_t connections_max = 12'000;
    std::int64_t connections_per_source_max = 256;
    std::int64_t header_bytes_max = 16 << 10;
    std::int64_t body_bytes_max = 1 << 20;
    std::int64_t handshake_timeout_ms = 10'000;
    std::int64_t header_timeout_ms = 10'000;
    std::int64_t idle_timeout_ms = 60'000;
    std::int64_t body_timeout_ms = 30'000;
    std::int64_t transfer_timeout_ms = 30'000;
    std::int64_t grpc_connections_max = 2'000;
    std::int64_t grpc_memory_bytes_max = std::int64_t{128} << 20;
    std::int64_t grpc_threads_max = 8;
    std::int64_t json_depth_max = 32;
    std::int64_t waits_max = 2'000;
    std::int64_t event_streams_max = 1'000;
    std::int64_t event_streams_per_account_max = 100;
    std::int64_t event_beat_ms = 15'000;
    std::int64_t event_reads_max = 100;
    std::int64_t requests_per_second = 100;
    std::int64_t requests_burst = 300;
    std::int64_t wait_ms_max = 60'000;
    std::int64_t page_size_max = 500;
    std::int64_t reveal_again_ms = 600'000;
    friend bool operator==(const ApiConfig&, const ApiConfig&) = default;
};

struct BlobsConfig {
    std::int64_t blob_bytes_max = std::int64_t{4} << 30;
    std::int64_t quota_bytes = std::int64_t{64} << 30;
    std::int64_t uploads_max = 16;
    friend bool operator==(const BlobsConfig&, const BlobsConfig&) = default;
};

struct PlannerConfig {
    std::int64_t queue_max = 10'000;
    std::int64_t batch_max = 500;
    std::int64_t request_retention_days = 30;
    std::int64_t operation_retention_days = 30;
    friend bool operator==(const PlannerConfig&, const PlannerConfig&) = default;
};

// Seconds; UpgradeSettings in master/domain/upgrade_rows.h says what each means.
struct UpgradesConfig {
    std::int64_t return_within_s = 1800;
    std::int64_t yield_within_s = 600;
    friend bool operator==(const UpgradesConfig&, const UpgradesConfig&) = default;
};

// Seconds and percent; master/domain/repair_settings.h says what each means.
struct RepairConfig {
    std::int64_t lost_after_edge_s = 600;
    std::int64_t lost_after_leading_s = 900;
    std::int64_t lost_after_s = 1'800;
    std::int64_t missing_after_s = 300;
    std::int64_t takeover_after_s = 300;
    std::int64_t brake_nodes_min = 2;
    std::int64_t brake_percent = 20;
    std::int64_t brake_window_s = 900;
    std::int64_t rebuilds_max = 20;
    std::int64_t rebuilds_per_node = 2;
    std::int64_t caught_up_bytes = std::int64_t{16} << 20;
    std::int64_t learner_timeout_s = 21'600;
    std::int64_t failed_after_s = 1'800;
    std::int64_t rebalance_at_once = 2;
    std::int64_t retry_after_s = 60;
    friend bool operator==(const RepairConfig&, const RepairConfig&) = default;
};

// What the operator promises to those who keep a box.
struct HostsConfig {
    std::int64_t monthly_cents = 3'000;
    std::string currency = "EUR";
    friend bool operator==(const HostsConfig&, const HostsConfig&) = default;
};

// Customers' own names (common/docs/domains.md).
struct DomainsConfig {
    std::int64_t per_instance = 5;
    std::string resolver;  // "192.0.2.53", "192.0.2.53:5353"; empty: as this machine has it
    std::int64_t look_timeout_ms = 5'000;
    friend bool operator==(const DomainsConfig&, const DomainsConfig&) = default;
};

// Mail out of instances' copies, by the edges' relay (common/docs/mail.md).
struct RelayConfig {
    std::int64_t per_day = 200;  // recipients of one instance, at each edge
    std::string spf;             // proposed to customers, "include:mail.isp.example"; empty: edges
    friend bool operator==(const RelayConfig&, const RelayConfig&) = default;
};

// Calls to the addresses that accounts name (common/docs/webhooks.md).
struct WebhooksConfig {
    std::vector<std::string> allow;  // networks that may be called although they are not public
    std::string ca_file;             // empty: the roots of this machine
    std::int64_t at_once = 16;
    std::int64_t timeout_ms = 15'000;
    std::int64_t retry_min_ms = 1'000;
    std::int64_t retry_max_ms = 3'600'000;
    friend bool operator==(const WebhooksConfig&, const WebhooksConfig&) = default;
};

// People who log in at an identity provider (common/docs/members.md).
struct OidcSettings {
    std::string issuer;  // empty: there is none
    std::string client_id;
    std::string client_secret_file;          // empty: a public client
    std::vector<std::string> redirect_uris;  // besides programs on a person's own machine
    std::string ca_file;                     // empty: the roots of this machine
    friend bool operator==(const OidcSettings&, const OidcSettings&) = default;
};

// Mails to the contacts of accounts (common/docs/notices.md).
struct MailConfig {
    std::string server;  // empty: no mail is sent
    std::int64_t port = 587;
    std::string tls = "starttls";  // or "implicit"
    std::string user;              // empty: without
    std::string password_file;
    std::string sender;
    std::string ca_file;  // empty: the roots of this machine
    std::int64_t per_hour = 500;
    std::int64_t at_once = 4;
    std::int64_t timeout_ms = 60'000;
    std::int64_t window_ms = 60'000;
    std::int64_t hold_max_ms = 900'000;
    std::int64_t repeat_ms = 3'600'000;
    std::int64_t settle_ms = 90'000;
    std::int64_t old_after_ms = 3'600'000;
    std::int64_t pending_max = 200;
    std::int64_t retry_min_ms = 60'000;
    std::int64_t retry_max_ms = 3'600'000;
    friend bool operator==(const MailConfig&, const MailConfig&) = default;
};

// Hosts who ask to be taken in (common/docs/applications.md).
struct ApplicationsConfig {
    bool accept = false;
    std::int64_t open_max = 200;
    std::int64_t day_max = 100;
    std::int64_t source_day_max = 3;
    std::int64_t open_days = 30;
    std::int64_t contact_days = 30;
    std::int64_t kept_days = 90;
    std::int64_t calls_per_minute = 60;  // of one source
    std::int64_t calls_per_minute_all = 3'000;
    std::int64_t ask_again_s = 30;
    friend bool operator==(const ApplicationsConfig&, const ApplicationsConfig&) = default;
};

struct Config {
    std::string data_dir = "/var/lib/foyer/master";
    std::string zone = "foyer.localhost";
    std::string contact;  // who answers for this cloud; empty: no letters
    std::int64_t public_port = 443;
    std::string overlay_prefix = "fd50:f0e:1::/48";
    std::int64_t edge_wireguard_port = 51'820;
    std::string log_level = "info";
    std::int64_t shutdown_timeout_ms = 10'000;
    std::string database_url;  // libpq; empty with --dev
    std::int64_t database_statement_timeout_ms = 30'000;
    std::int64_t database_commit_timeout_ms = 10'000;
    AgentsConfig agents;
    ApiConfig api;
    ListenAddress metrics{"127.0.0.1", 9464};
    BlobsConfig blobs;
    PlannerConfig planner;
    RepairConfig repair;
    UpgradesConfig upgrades;
    bool groups_elect = true;  // instances ordered from now on
    // Of a box's clock, so that it leads nothing any more, or again (domain/clock_settings.h).
    std::int64_t clock_wrong_after_s = 120;
    std::int64_t clock_right_after_s = 900;
    HostsConfig hosts;
    WebhooksConfig webhooks;
    OidcSettings oidc;
    MailConfig mail;
    DomainsConfig domains;
    RelayConfig relay;
    ApplicationsConfig applications;
    friend bool operator==(const Config&, const Config&) = default;
};

struct ConfigProblem {
    std::string key;  // "agents.listen"
    int line = 0;     // 0: the file as a whole
    std::string what;
    friend bool operator==(const ConfigProblem&, const ConfigProblem&) = default;
};

struct ParsedConfig {
    Config config;
    std::vector<ConfigProblem>
        problems;  // all of them; the config is good only when there are none
};

// Pure. TOML; unknown keys are problems.
ParsedConfig parse_config(std::string_view text);

// "line 3: agents.listen: …", one a line.
std::string to_text(const std::vector<ConfigProblem>& problems);

}  // namespace foyer::master
