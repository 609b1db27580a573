#include "master/server.h"

#include <fcntl.h>
#include <grpcpp/impl/codegen/service_type.h>
#include <grpcpp/impl/service_type.h>
#include <set>
#include <sys/file.h>

#include "common/os/files.h"
#include "common/os/sys.h"
#include "common/tls/address.h"
#include "common/tls/seal.h"
#include "common/tls/tickets.h"
#include "master/app/agent_sync.h"
#include "master/app/asn_database.h"
#include "master/app/blob_store.h"
#include "master/app/certificate_authority.h"
#include "master/app/database_probe.h"
#include "master/app/event_counts.h"
#include "master/app/event_history.h"
#include "master/app/gate.h"
#include "master/app/housekeeping.h"
#include "master/app/mail_key_maker.h"
#include "master/app/metrics.h"
#include "master/app/planner.h"
#include "master/app/presence.h"
#include "master/app/secret_seal.h"
#include "master/app/timed_store.h"
#include "master/app/wait_desk.h"
#include "master/http/http_server.h"
#include "master/http/metrics_server.h"
#include "master/notices/courier.h"
#include "master/notices/domain_checker.h"
#include "master/notices/postman.h"
#include "master/rpc/agent_service.h"
#include "master/rpc/api_dispatcher.h"
#include "master/rpc/api_services.h"
#include "master/rpc/application_service.h"
#include "master/rpc/grpc_servers.h"
#include "master/server_config.h"
#include "master/server_metrics.h"
#include "master/store/dev_cluster.h"
#include "master/store/pg_store.h"

namespace foyer::master {
namespace {

// The private database runs as another user and must reach its folder through ours; nothing else in
// it is theirs to read.
constexpr mode_t data_folder_mode = 0711;

constexpr Duration networks_looked_at{60'000};

// One master a data folder: two would sign with one key and write one token.
Result<os::UniqueFd> lock_folder(const std::string& folder) {
    os::UniqueFd lock =
        TRY(os::open_file(folder + "/master.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        return error(ErrorCode::FailedPrecondition,
                     "another foyer-master runs on '" + folder + "'");
    }
    return lock;
}

}  // namespace

// Declared in the order they are made: each borrows only from those above it, and is gone before
// them.
struct Server::Parts {
    Parts(const Config& chosen, Clock& a_clock, Rng& a_rng, Log& a_log)
        : config(chosen), clock(a_clock), rng(a_rng), log(a_log) {}

    Config config;
    Clock& clock;
    Rng& rng;
    Log& log;
    os::UniqueFd lock;
    std::unique_ptr<DevCluster> cluster;
    std::unique_ptr<BlobStore> blobs;
    std::unique_ptr<SecretSeal> seal;
    std::unique_ptr<CertificateAuthority> authority;
    std::unique_ptr<AsnDatabase> networks;
    std::unique_ptr<WaitDesk> held;   // boxes
    std::unique_ptr<WaitDesk> waits;  // people who watch operations
    std::unique_ptr<LoginDesk> logins;
    std::unique_ptr<Presence> presence;
    HttpMetrics http_metrics;
    EventCounts event_counts;
    CommitTimes commit_times;
    std::unique_ptr<Planner> planner;
    std::unique_ptr<DatabaseProbe> probe;
    std::unique_ptr<EventHistory> events;
    std::unique_ptr<Courier> courier;
    std::unique_ptr<Postman> postman;  // null: no mail is sent
    std::unique_ptr<DomainChecker> domains;
    std::unique_ptr<ErrandDesk> errands;
    std::unique_ptr<AgentSync> sync;
    std::unique_ptr<ApiDispatcher> api;
    std::unique_ptr<Gate> gate;
    std::unique_ptr<Housekeeping> housekeeping;
    std::unique_ptr<HttpServer> https;
    std::unique_ptr<GrpcServer> api_grpc;
    std::unique_ptr<GrpcServer> agents_grpc;
    std::unique_ptr<MetricsServer> metrics;
    std::uint64_t reloads_seen = 0;
    MonoTime next_networks;
    bool stopped = false;

    Status open_files();
    Result<std::string> open_database(DatabaseKind kind);
    void make_core(const std::string& conninfo, CourierConfig calls,
                   std::optional<PostmanConfig> mails, OidcConfig sign_in);
    void wake(const NodeId& node);
    void refresh_networks();
    Status start_agents();
    Status start_api();
    Status start_metrics();
};

Status Server::Parts::open_files() {
    TRY(os::make_dirs(config.data_dir, data_folder_mode));
    lock = TRY(lock_folder(config.data_dir));
    seal = std::make_unique<SecretSeal>(
        TRY(tls::Seal::open_key_file(config.data_dir + "/seal.key", rng)), rng);
    CertificateLives lives;
    lives.node = Duration(config.agents.certificate_days * 24 * 3600 * 1000);
    lives.serving = Duration(config.agents.serving_certificate_s * 1000);
    authority = std::make_unique<CertificateAuthority>(
        TRY(CertificateAuthority::open(config.data_dir + "/ca", lives, clock.wall(), rng)));
    networks = std::make_unique<AsnDatabase>(config.agents.asn_database);
    refresh_networks();
    blobs = TRY(BlobStore::open(config.data_dir + "/blobs",
                                {config.blobs.blob_bytes_max, config.blobs.quota_bytes}, rng));
    return ok_status();
}

Result<std::string> Server::Parts::open_database(DatabaseKind kind) {
    if (kind == DatabaseKind::Named) return config.database_url;
    DevClusterOptions options;
    options.folder = config.data_dir + "/postgres";
    cluster = TRY(
        DevCluster::start(options, clock, [this](std::string_view event, std::string_view text) {
            log.info(event, {{"text", text}});
        }));
    return cluster->conninfo();
}

void Server::Parts::make_core(const std::string& conninfo, CourierConfig calls,
                              std::optional<PostmanConfig> mails, OidcConfig sign_in) {
    held = std::make_unique<WaitDesk>(clock, static_cast<std::size_t>(config.agents.held_max));
    logins = std::make_unique<LoginDesk>();
    if (!config.oidc.issuer.empty())
        logins->oidc = std::make_unique<OidcProvider>(std::move(sign_in));
    waits = std::make_unique<WaitDesk>(clock, static_cast<std::size_t>(config.api.waits_max));
    presence = std::make_unique<Presence>(clock, presence_limits_of(config));
    StoreOptions store;
    store.conninfo = conninfo;
    store.limits.statement_timeout = Duration(config.database_statement_timeout_ms);
    store.limits.commit_timeout = Duration(config.database_commit_timeout_ms);
    // A page and one more, which tells whether there is a next page.
    store.events_page_max = static_cast<int>(config.api.page_size_max) + 1;
    planner = std::make_unique<Planner>(
        cluster_settings_of(config),
        std::make_unique<TimedStore>(std::make_unique<PgStore>(store, clock, rng), clock,
                                     commit_times),
        clock, rng, planner_limits_of(config),
        [this](std::string_view event, std::string_view text) {
            log.info(event, {{"text", text}});
        });
    planner->on_published([this](const State& state, const State& before) {
        wake_boxes(*held, state, before);
        waits->published(state);
        event_counts.published(state, before);
    });
    planner->start();
    probe = std::make_unique<DatabaseProbe>(*planner, clock, ProbeLimits{});
    events = std::make_unique<EventHistory>(*planner,
                                            static_cast<std::size_t>(config.api.event_reads_max));
    courier =
        std::make_unique<Courier>(*planner, *events, *seal, clock, rng, log, std::move(calls));
    courier->start();
    if (mails) {
        postman =
            std::make_unique<Postman>(*planner, *events, *seal, clock, rng, log, *std::move(mails));
        postman->start();
    } else {
        log.info("mail_off", {{"text", "[mail] names no server: nobody is written to"}});
    }
    domains =
        std::make_unique<DomainChecker>(*planner, clock, log, domain_checker_config_of(config));
    domains->start();
    errands = std::make_unique<ErrandDesk>(
        *waits, clock, rng, [this](const NodeId& node) { wake(node); }, errand_limits_of(config));
    sync = std::make_unique<AgentSync>(*planner, *presence, *held, *seal, clock, rng,
                                       sync_limits_of(config), signer_of_records(*authority),
                                       errands.get());
    ApiContext context{*planner,
                       *presence,
                       *waits,
                       *events,
                       *blobs,
                       *seal,
                       *logins,
                       *errands,
                       *authority,
                       clock,
                       rng,
                       config.agents.addresses,
                       api_limits_of(config)};
    api = std::make_unique<ApiDispatcher>(std::move(context));
    gate = std::make_unique<Gate>(*planner, clock, rate_of(config));
    HousekeepingConfig chores = housekeeping_config_of(config);
    chores.master_certificate_ends = authority->first_end(clock.wall());
    chores.make_mail_key = mail_key_maker(*seal, rng);
    housekeeping =
        std::make_unique<Housekeeping>(*planner, *presence, clock, rng, log, std::move(chores));
}

void Server::Parts::wake(const NodeId& node) {
    planner->read([&](const State& state) { wake_box(*held, state, node); });
}

Status Server::Parts::start_agents() {
    std::set<std::string> names;
    for (const std::string& address : config.agents.addresses)
        names.insert(TRY(tls::split_address(address)).host);
    GrpcServerConfig server;
    server.name = "agents";
    server.address = to_text(config.agents.listen);
    server.identity = TRY(authority->make_server({names.begin(), names.end()}, clock.wall()));
    server.client_roots_pem = authority->certificate_pem();
    server.clients = ClientCertificates::Asked;
    server.limits = agent_limits_of(config);
    std::vector<std::unique_ptr<grpc::Service>> services;
    services.push_back(
        make_agent_service({*planner, *sync, *errands, *authority, *blobs, *networks, clock, log},
                           agent_service_config_of(config)));
    services.push_back(make_application_service({*planner, *networks, clock, rng, log},
                                                application_service_config_of(config)));
    agents_grpc = TRY(GrpcServer::start(server, std::move(services), clock, log));
    return ok_status();
}

Status Server::Parts::start_api() {
    const ServerIdentity identity = TRY(authority->make_server(config.api.names, clock.wall()));
    GrpcServerConfig server;
    server.name = "grpc";
    server.address = to_text(config.api.grpc_listen);
    server.identity = identity;
    server.limits = grpc_limits_of(config);
    server.reflection = true;
    api_grpc =
        TRY(GrpcServer::start(server, make_api_services(*api, *gate, clock, log), clock, log));
    HttpServerConfig web;
    web.host = config.api.https_listen.host;
    web.port = config.api.https_listen.port;
    web.identity = identity;
    web.limits = http_limits_of(config);
    web.told = told_limits_of(config);
    https = TRY(HttpServer::start(web, HttpParts{*api, *planner, *gate, *blobs, http_metrics, clock,
                                                 rng, log, [this] { return probe->trouble(); }}));
    return ok_status();
}

Status Server::Parts::start_metrics() {
    metrics = TRY(MetricsServer::start(config.metrics.host, config.metrics.port, [this] {
        return metrics_page({*planner, *presence, *held, *waits, *https, *api_grpc, *agents_grpc,
                             *blobs, http_metrics, event_counts, commit_times, clock,
                             probe->trouble(), courier->counters(),
                             postman ? postman->counters() : PostmanCounters{}});
    }));
    return ok_status();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Server>> Server::start(const Config& config, DatabaseKind database,
                                              Clock& clock, Rng& rng, Log& log) {
    std::unique_ptr<Server> server(new Server(std::make_unique<Parts>(config, clock, rng, log)));
    Parts& parts = *server->parts_;
    TRY(tls::issue_no_tickets());  // before the first context is made
    CourierConfig calls = TRY(courier_config_of(config));
    std::optional<PostmanConfig> mails = TRY(postman_config_of(config));
    OidcConfig sign_in = TRY(oidc_config_of(config));
    TRY(parts.open_files());
    const std::string conninfo = TRY(parts.open_database(database));
    parts.make_core(conninfo, std::move(calls), std::move(mails), std::move(sign_in));
    TRY(parts.start_agents());
    TRY(parts.start_api());
    TRY(parts.start_metrics());
    log.info("listening", {{"agents", to_text(config.agents.listen)},
                           {"https", to_text(config.api.https_listen)},
                           {"grpc", to_text(config.api.grpc_listen)},
                           {"metrics", to_text(config.metrics)}});
    return server;
}

Server::~Server() { stop(); }

// Its operator may have put a newer database in the old one's place.
void Server::Parts::refresh_networks() {
    const MonoTime now = clock.mono();
    if (now < next_networks) return;
    next_networks = now + networks_looked_at;
    const auto newer = networks->refresh();
    if (!newer.ok()) {
        log.failure(LogLevel::Warn, "asn_database_unreadable", newer.failure());
    } else if (newer.value()) {
        log.info("asn_database_taken", {{"built", to_rfc3339(*networks->built_at())}});
    }
}

void Server::tick() {
    parts_->housekeeping->tick();
    parts_->refresh_networks();
    // A reload may have brought what a lost answer to a commit had left open: ask all waiters
    // again.
    const std::uint64_t reloads = parts_->planner->counters().reloads;
    if (reloads == parts_->reloads_seen) return;
    parts_->reloads_seen = reloads;
    parts_->planner->read([this](const State& state) {
        parts_->held->published(state);
        parts_->waits->published(state);
    });
}

void Server::stop() {
    if (parts_->stopped) return;
    parts_->stopped = true;
    const Duration grace(parts_->config.shutdown_timeout_ms);
    if (parts_->held) parts_->held->stop();
    if (parts_->waits) parts_->waits->stop();
    if (parts_->courier) parts_->courier->stop();
    if (parts_->postman) parts_->postman->stop();
    if (parts_->domains) parts_->domains->stop();
    if (parts_->events) parts_->events->stop();
    if (parts_->https) parts_->https->stop(grace);
    if (parts_->api_grpc) parts_->api_grpc->stop(grace);
    if (parts_->agents_grpc) parts_->agents_grpc->stop(grace);
    parts_->metrics.reset();
    parts_->probe.reset();
    if (parts_->planner) parts_->planner->stop();
    if (parts_->cluster) discard(parts_->cluster->stop(), "the next start adopts or recovers it");
}

}  // namespace foyer::master
