#include "master/server_config.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/base/trim.h"
#include "common/leadership/record_text.h"
#include "common/tls/node_key.h"
#include "common/tls/private_file.h"
#include "common/tls/sha256.h"

namespace foyer::master {
namespace {

Duration days(std::int64_t count) { return Duration(count * 24 * 3600 * 1000); }

RepairSettings repair_settings_of(const RepairConfig& config) {
    RepairSettings settings;
    settings.lost_after_edge = Duration(config.lost_after_edge_s * 1000);
    settings.lost_after_leading = Duration(config.lost_after_leading_s * 1000);
    settings.lost_after = Duration(config.lost_after_s * 1000);
    settings.missing_after = Duration(config.missing_after_s * 1000);
    settings.takeover_after = Duration(config.takeover_after_s * 1000);
    settings.brake_nodes_min = static_cast<int>(config.brake_nodes_min);
    settings.brake_percent = static_cast<int>(config.brake_percent);
    settings.brake_window = Duration(config.brake_window_s * 1000);
    settings.rebuilds_max = static_cast<int>(config.rebuilds_max);
    settings.rebuilds_per_node = static_cast<int>(config.rebuilds_per_node);
    settings.caught_up_bytes = config.caught_up_bytes;
    settings.learner_timeout = Duration(config.learner_timeout_s * 1000);
    settings.failed_after = Duration(config.failed_after_s * 1000);
    settings.rebalance_at_once = static_cast<int>(config.rebalance_at_once);
    settings.retry_after = Duration(config.retry_after_s * 1000);
    return settings;
}

UpgradeSettings upgrade_settings_of(const UpgradesConfig& config) {
    UpgradeSettings settings;
    settings.return_within = Duration(config.return_within_s * 1000);
    settings.yield_within = Duration(config.yield_within_s * 1000);
    return settings;
}

ApplicationSettings application_settings_of(const ApplicationsConfig& config) {
    ApplicationSettings settings;
    settings.accept = config.accept;
    settings.open_max = static_cast<int>(config.open_max);
    settings.day_max = static_cast<int>(config.day_max);
    settings.source_day_max = static_cast<int>(config.source_day_max);
    settings.open_for = days(config.open_days);
    settings.contact_for = days(config.contact_days);
    settings.kept_for = days(config.kept_days);
    return settings;
}

// Boxes are known by the fingerprints of their keys.
Result<leadership::NodeKey> signer_of(std::span<const std::uint8_t> bytes,
                                      std::string_view signature) {
    return leadership::NodeKey(TRY(
        tls::signed_by({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, signature)));
}

}  // namespace

ClusterSettings cluster_settings_of(const Config& config) {
    return {config.zone,
            static_cast<int>(config.public_port),
            config.overlay_prefix,
            static_cast<int>(config.edge_wireguard_port),
            repair_settings_of(config.repair),
            config.groups_elect,
            static_cast<int>(config.domains.per_instance),
            tls::sha256,
            signer_of,
            {Duration(config.clock_wrong_after_s * 1'000),
             Duration(config.clock_right_after_s * 1'000)},
            application_settings_of(config.applications),
            {static_cast<int>(config.relay.per_day), config.relay.spf},
            upgrade_settings_of(config.upgrades)};
}

RecordSigner signer_of_records(const CertificateAuthority& authority) {
    return [&authority](const InstanceName& instance, WallTime ordered_at,
                        const std::string& first_record) -> Result<std::string> {
        const std::string signature = TRY(authority.sign_message(
            leadership::first_record_signed_part(instance, ordered_at, first_record)));
        return to_base64url(as_bytes(signature));
    };
}

PlannerLimits planner_limits_of(const Config& config) {
    PlannerLimits limits;
    limits.queue_max = static_cast<std::size_t>(config.planner.queue_max);
    limits.batch_max = static_cast<std::size_t>(config.planner.batch_max);
    limits.secret_shown = Duration(config.api.reveal_again_ms);
    return limits;
}

PresenceLimits presence_limits_of(const Config& config) {
    return {Duration(config.agents.silent_after_ms),
            static_cast<int>(config.agents.isolated_percent),
            static_cast<int>(config.agents.isolated_nodes_min)};
}

SyncLimits sync_limits_of(const Config& config) {
    return {Duration(config.agents.hold_ms), Duration(config.agents.next_delay_ms),
            Duration(config.agents.away_delay_ms),
            static_cast<std::size_t>(config.agents.observations_max),
            Duration(config.agents.line_settles_ms)};
}

ErrandLimits errand_limits_of(const Config& config) {
    return {static_cast<std::size_t>(config.agents.errands_max),
            static_cast<std::size_t>(config.agents.errands_per_node),
            Duration(config.agents.errand_margin_ms)};
}

ApiLimits api_limits_of(const Config& config) {
    return {static_cast<int>(config.api.page_size_max),
            Duration(config.api.wait_ms_max),
            Cents(config.hosts.monthly_cents),
            config.hosts.currency,
            config.mail.server.empty() ? std::string() : config.mail.sender,
            config.contact};
}

Rate rate_of(const Config& config) {
    return {config.api.requests_per_second, config.api.requests_burst};
}

HttpLimits http_limits_of(const Config& config) {
    HttpLimits limits;
    limits.threads = static_cast<int>(config.api.threads);
    limits.connections_max = static_cast<std::size_t>(config.api.connections_max);
    limits.connections_per_source_max =
        static_cast<std::size_t>(config.api.connections_per_source_max);
    limits.header_bytes_max = static_cast<std::size_t>(config.api.header_bytes_max);
    limits.body_bytes_max = static_cast<std::size_t>(config.api.body_bytes_max);
    limits.uploads_max = static_cast<int>(config.blobs.uploads_max);
    limits.event_streams_max = static_cast<std::size_t>(config.api.event_streams_max);
    limits.event_streams_per_account_max =
        static_cast<std::size_t>(config.api.event_streams_per_account_max);
    limits.event_beat = Duration(config.api.event_beat_ms);
    limits.handshake_timeout = Duration(config.api.handshake_timeout_ms);
    limits.header_timeout = Duration(config.api.header_timeout_ms);
    limits.idle_timeout = Duration(config.api.idle_timeout_ms);
    limits.body_timeout = Duration(config.api.body_timeout_ms);
    limits.transfer_timeout = Duration(config.api.transfer_timeout_ms);
    limits.json.depth_max = static_cast<std::size_t>(config.api.json_depth_max);
    return limits;
}

GrpcLimits agent_limits_of(const Config& config) {
    const AgentsConfig& agents = config.agents;
    GrpcLimits limits;
    limits.connections = {static_cast<std::size_t>(agents.connections_max),
                          static_cast<std::size_t>(agents.connections_per_source_max)};
    limits.handshake_timeout = Duration(agents.handshake_timeout_ms);
    limits.idle_timeout = Duration(agents.idle_timeout_ms);
    limits.memory_bytes_max = static_cast<std::size_t>(agents.memory_bytes_max);
    limits.message_bytes_max = static_cast<int>(agents.message_bytes_max);
    return limits;
}

GrpcLimits grpc_limits_of(const Config& config) {
    const ApiConfig& api = config.api;
    GrpcLimits limits;
    limits.connections = {static_cast<std::size_t>(api.grpc_connections_max),
                          static_cast<std::size_t>(api.connections_per_source_max)};
    limits.handshake_timeout = Duration(api.handshake_timeout_ms);
    limits.idle_timeout = Duration(api.idle_timeout_ms);
    limits.memory_bytes_max = static_cast<std::size_t>(api.grpc_memory_bytes_max);
    limits.threads_max = static_cast<int>(api.grpc_threads_max);
    limits.message_bytes_max = static_cast<int>(api.body_bytes_max);
    return limits;
}

ToldLimits told_limits_of(const Config& config) {
    ToldLimits told;
    told.page_size_max = config.api.page_size_max;
    told.wait_ms_max = config.api.wait_ms_max;
    told.header_bytes_max = config.api.header_bytes_max;
    told.body_bytes_max = config.api.body_bytes_max;
    told.json_depth_max = config.api.json_depth_max;
    told.json_values_max = static_cast<std::int64_t>(JsonLimits().values_max);
    told.blob_bytes_max = config.blobs.blob_bytes_max;
    told.body_timeout_ms = config.api.body_timeout_ms;
    // A write waits for its commit, a page of events for its rows; nothing else waits unasked.
    told.answer_ms_max =
        std::max(config.database_commit_timeout_ms, config.database_statement_timeout_ms);
    return told;
}

AgentServiceConfig agent_service_config_of(const Config& config) {
    return {config.agents.addresses, config.zone,
            static_cast<int>(config.agents.blob_streams_per_node),
            static_cast<int>(config.agents.blob_streams_max)};
}

ApplicationServiceConfig application_service_config_of(const Config& config) {
    return {config.applications.calls_per_minute, config.applications.calls_per_minute_all,
            static_cast<int>(config.applications.ask_again_s)};
}

Result<CourierConfig> courier_config_of(const Config& config) {
    CourierConfig courier;
    courier.deliveries.at_once = static_cast<std::size_t>(config.webhooks.at_once);
    courier.deliveries.retry_min = Duration(config.webhooks.retry_min_ms);
    courier.deliveries.retry_max = Duration(config.webhooks.retry_max_ms);
    courier.posts.whole = Duration(config.webhooks.timeout_ms);
    courier.posts.connect = std::min(courier.posts.connect, courier.posts.whole);
    courier.posts.ca_file = config.webhooks.ca_file;
    courier.rules = TRY(AddressRules::make(config.webhooks.allow, {config.overlay_prefix}));
    return courier;
}

Result<OidcConfig> oidc_config_of(const Config& config) {
    OidcConfig oidc{config.oidc.issuer, config.oidc.client_id, {}, config.oidc.redirect_uris, {}};
    oidc.limits.ca_file = config.oidc.ca_file;
    const std::string& file = config.oidc.client_secret_file;
    if (file.empty()) return oidc;
    // An editor ends a file with a new line.
    const std::string text = TRY(tls::read_private_file(file));
    oidc.client_secret = Secret<std::string>(std::string(trimmed(text)));
    return oidc;
}

Result<std::optional<PostmanConfig>> postman_config_of(const Config& config) {
    const MailConfig& mail = config.mail;
    if (mail.server.empty()) return std::optional<PostmanConfig>();
    PostmanConfig postman;
    postman.digests.window = Duration(mail.window_ms);
    postman.digests.hold_max = Duration(mail.hold_max_ms);
    postman.digests.repeat = Duration(mail.repeat_ms);
    postman.digests.pending_max = static_cast<std::size_t>(mail.pending_max);
    postman.digests.at_once = static_cast<std::size_t>(mail.at_once);
    postman.digests.per_hour = mail.per_hour;
    postman.digests.retry.retry_min = Duration(mail.retry_min_ms);
    postman.digests.retry.retry_max = Duration(mail.retry_max_ms);
    postman.settle = Duration(mail.settle_ms);
    postman.old_after = Duration(mail.old_after_ms);
    postman.page_size = static_cast<int>(std::min<std::int64_t>(config.api.page_size_max, 200));
    SmtpServer& server = postman.server;
    server.host = mail.server;
    server.port = static_cast<int>(mail.port);
    server.tls = mail.tls == "implicit" ? SmtpTls::Implicit : SmtpTls::StartTls;
    server.user = mail.user;
    if (!mail.password_file.empty()) {
        const std::string password = TRY(tls::read_private_file(mail.password_file));
        server.password = Secret<std::string>(std::string(trimmed(password, "\r\n")));
    }
    server.sender = mail.sender;
    server.ca_file = mail.ca_file;
    server.whole = Duration(mail.timeout_ms);
    server.connect = std::min(server.connect, server.whole);
    return std::optional(std::move(postman));
}

DomainCheckerConfig domain_checker_config_of(const Config& config) {
    return {config.domains.resolver, Duration(config.domains.look_timeout_ms)};
}

HousekeepingConfig housekeeping_config_of(const Config& config) {
    HousekeepingConfig housekeeping;
    housekeeping.operator_token_file = config.data_dir + "/operator.token";
    housekeeping.note_sightings = Duration(config.agents.seen_flush_ms);
    housekeeping.request_life = days(config.planner.request_retention_days);
    housekeeping.operation_life = days(config.planner.operation_retention_days);
    housekeeping.secret_life = Duration(config.api.reveal_again_ms);
    // Boxes renew when a third of its life is left.
    housekeeping.node_certificate_warning = days(config.agents.certificate_days) / 6;
    // A secret outlives its time by a tenth at most.
    housekeeping.forget_old =
        std::clamp(housekeeping.secret_life / 10, Duration(1'000), housekeeping.forget_old);
    return housekeeping;
}

}  // namespace foyer::master
