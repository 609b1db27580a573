#include "node-agent/run.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/signalfd.h>

#include "common/os/files.h"
#include "common/os/sys.h"
#include "common/tls/ed25519.h"
#include "node-agent/agent_lock.h"
#include "node-agent/app/agent.h"
#include "node-agent/app/errand_runner.h"
#include "node-agent/app/upgrade_keeper.h"
#include "node-agent/care/ask_disks.h"
#include "node-agent/care/care_keeper.h"
#include "node-agent/care/read_box.h"
#include "node-agent/host/host_door.h"
#include "node-agent/host/host_request.h"
#include "node-agent/host/machine_zone.h"
#include "node-agent/line/line_gauge.h"
#include "node-agent/link/blob_fetch.h"
#include "node-agent/link/departure.h"
#include "node-agent/link/sync_loop.h"
#include "node-agent/net/edge_probe.h"
#include "node-agent/net/knot_config.h"
#include "node-agent/net/zone_file.h"
#include "node-agent/remove_drafts.h"
#include "node-agent/runtime/box_meter.h"
#include "node-agent/runtime/make_box.h"
#include "node-agent/runtime/release_file.h"
#include "node-agent/start_groups.h"
#include "node-agent/state/file_journal.h"
#include "node-agent/state/file_mail_counts.h"
#include "node-agent/state/file_shelf.h"
#include "node-agent/state/limits_files.h"
#include "node-agent/state/upgrade_files.h"
#include "node-agent/status_text.h"

namespace foyer::agent {
namespace {

constexpr Duration edge_probe_timeout{2'000};
constexpr int look_ms = 1'000;

// Blocks the signals in every thread made afterwards, so that only this descriptor hears them.
Result<os::UniqueFd> signals_to_descriptor() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGTERM);
    sigaddset(&wanted, SIGINT);
    if (pthread_sigmask(SIG_BLOCK, &wanted, nullptr) != 0)
        return error(ErrorCode::Internal, "cannot block signals");
    os::UniqueFd descriptor(signalfd(-1, &wanted, SFD_CLOEXEC));
    if (!descriptor.valid())
        return error(ErrorCode::Internal,
                     std::string("cannot receive signals: ") + std::strerror(errno));
    return descriptor;
}

EximRelayConfig mail_config(const NodeConfig& config) {
    EximRelayConfig mail;
    mail.delivery = config.mail_delivery;
    mail.smarthost = config.mail_smarthost;
    mail.login_file = config.mail_login_file;
    mail.plain = config.mail_plain;
    mail.message_max = mebibytes(config.mail_message_mib_max);
    mail.recipients_max = config.mail_recipients_max;
    mail.queue_max = config.mail_queue_max;
    mail.queue_size_max = mebibytes(config.mail_queue_mib_max);
    return mail;
}

BoxConfig box_config(const std::string& data_dir, const std::string& run_dir,
                     const NodeConfig& config, const Identity& identity,
                     const IdentityFolder& folder) {
    BoxConfig box;
    box.node = identity.node.str();
    box.data_dir = data_dir;
    box.run_dir = run_dir;
    box.cgroup_parent = config.cgroup_parent;
    box.uid_claims = config.uid_claims;
    box.volumes.cipher = config.volume_cipher;
    box.volumes.plain = config.plain_volumes ? PlainVolumes::WhereNeeded : PlainVolumes::Refused;
    box.wg_private_key_file = folder.wireguard_key_file();
    box.wg_port = config.wireguard_port;
    box.edge_listen_address = config.edge_listen;
    box.edge_https_port = config.edge_https_port;
    box.edge_http_port = config.edge_http_port;
    if (config.acme_agree_to_terms) box.acme_directory = config.acme_directory;
    box.acme_email = config.acme_email;
    box.acme_ca_file = config.acme_ca_file;
    box.edge_connections_max = config.edge_connections_max;
    box.edge_body_max = mebibytes(config.edge_body_mib_max);
    box.edge_dns_listen_address =
        config.edge_dns_listen.empty() ? config.edge_listen : config.edge_dns_listen;
    box.edge_dns_port = config.edge_dns_port;
    box.mail = mail_config(config);
    box.memory_reserve = config.reserve_memory;
    box.disk_reserve = config.reserve_disk;
    box.cpu_reserve = config.reserve_cpu;
    return box;
}

AgentRules agent_rules(const NodeConfig& config, const Resources& capacity,
                       const std::string& version) {
    AgentRules rules;
    rules.worker.steps = {config.erase_hold, config.forgotten_hold, config.rejoin_after};
    rules.worker.backoff = {config.retry_first, config.retry_longest};
    rules.report.quiet_period = config.report_quiet;
    rules.box.backoff = {config.retry_first, config.retry_longest};
    rules.partitions_max = config.partitions_max;
    rules.version = version;
    rules.capacity = capacity;
    return rules;
}

// All edges of a cloud serve on the same port: an address in a zone names none.
EdgeProbe edge_probe(const NodeConfig& config, const IdentityFolder& folder, const Clock& clock) {
    return [&clock, port = config.edge_https_port, ca_file = folder.ca_file()](
               const std::string& address, const std::string& zone) {
        return probe_edge(address, port, zone, ca_file, edge_probe_timeout, clock);
    };
}

ZoneRules zone_rules(const NodeConfig& config, const Identity& identity) {
    ZoneRules rules;
    rules.self = identity.node;
    rules.own_listener = own_listener(config.edge_listen);
    rules.wanted = config.edge_dns_port != 0;
    return rules;
}

DomainRules domain_rules(const NodeConfig& config, const Identity& identity) {
    DomainRules rules;
    rules.self = identity.node;
    rules.turns = turn_rules(config.acme_turn);
    rules.orders.backoff = {config.acme_retry_first, config.acme_retry_longest};
    return rules;
}

// Answers callers until a signal comes, and looks at the clock each second.
void serve_until_signal(int signals, const HostDoor& door,
                        const std::function<std::string(const std::string&)>& answer,
                        const std::function<void()>& look) {
    std::array<pollfd, 2> watched{pollfd{signals, POLLIN, 0}, pollfd{door.descriptor(), POLLIN, 0}};
    for (;;) {
        if (::poll(watched.data(), watched.size(), look_ms) < 0 && errno != EINTR) return;
        look();
        if ((watched[0].revents & POLLIN) != 0) return;
        if ((watched[1].revents & POLLIN) != 0) door.serve(answer);
    }
}

// The link to the master, which is poked before it exists and while it ends. News before it exists
// are in the first report anyway.
class Link {
public:
    void begin(std::unique_ptr<SyncLoop> loop) {
        const std::scoped_lock guard(mutex_);
        loop_ = std::move(loop);
    }
    void poke() {
        const std::scoped_lock guard(mutex_);
        if (loop_) loop_->poke();
    }
    LinkState state() const {
        const std::scoped_lock guard(mutex_);
        return loop_ ? loop_->state() : LinkState{};
    }
    void end() {
        std::unique_lock guard(mutex_);
        const std::unique_ptr<SyncLoop> ended = std::move(loop_);
        guard.unlock();  // what ends may still have news
    }

private:
    mutable std::mutex mutex_;
    std::unique_ptr<SyncLoop> loop_;
};

// What the host allows, and the agent that is paused by it. Looked at once before the agent starts:
// not even for a moment does a copy run in quiet hours.
struct Limits {
    Limits(const std::string& data_dir, OwnLine& line, Agent& agent, const Clock& clock, Log& log)
        : files(data_dir + "/state", log),
          keeper({line, files, clock, machine_zone(), log,
                  [&agent](const auto& pause) { agent.obey_limits(pause); }},
                 files.load()) {
        keeper.tick();
    }
    FileLimits files;
    LimitsKeeper keeper;
};

// Other versions of this agent, as the master orders them.
struct Upgrades {
    Upgrades(const std::string& data_dir, const NodeConfig& config, const std::string& version,
             BlobSource& blobs, Agent& agent, Log& log)
        : files(data_dir),
          keeper({blobs, files, tls::ed25519_verify,
                  [&agent](const UpgradeReport& report) { agent.tell_upgrade(report); }, log},
                 {version, machine_architecture(), config.upgrade_publisher_keys},
                 files.load(log)) {}
    SyncLoop::OnAnswer on_answer() {
        return [this](const SyncAnswer& answer) {
            keeper.synced();
            if (answer.upgrade) keeper.obey(*answer.upgrade);
        };
    }
    FileUpgrades files;
    UpgradeKeeper keeper;
};

// What a caller wants, where he wants more than to be told how the box does.
Status obey(const std::string& line, WallTime now, bool edge, Agent& agent, LimitsKeeper& limits,
            UpgradeKeeper& upgrades, Departure& departure, Link& link) {
    const HostRequest asked = TRY(parse_request(line, now));
    if (asked.limits) return limits.set(*asked.limits);
    if (asked.upgrades) return upgrades.switch_off(!*asked.upgrades);
    if (asked.refuses) {
        TRY(agent.obey_refusals(*asked.refuses));
        link.poke();  // the master is told at once
        return ok_status();
    }
    if (!asked.order) return ok_status();
    if (edge && asked.order->wish == HostWish::Draining)
        return error(ErrorCode::FailedPrecondition,
                     "this box is an edge and holds no copies to move: foyer-node pause --now "
                     "closes its doors, and other edges answer");
    TRY(departure.unless_leaving([&] { return agent.obey_host(*asked.order); }));
    link.poke();  // the master is told at once
    return ok_status();
}

// An edge whose host wants it quiet measures nobody's line.
bool serves(const Agent& agent, const Departure& departure) {
    return !departure.has_left() && agent.serves();
}

SyncRules sync_rules(const NodeConfig& config) {
    SyncRules rules;
    rules.backoff.longest = config.sync_retry_longest;
    return rules;
}

// What the host agreed to, as far as the machine has it.
Result<Resources> offered(const std::string& data_dir, const NodeConfig& config,
                          const Identity& identity) {
    const MachineMeter machine(data_dir, {config.reserve_cpu, config.reserve_memory,
                                          config.reserve_disk, identity.capacity.uplink});
    return lowered(identity.capacity, TRY(machine.measure_whole()));
}

ErrandRunner::Tell told_to(MasterClient& client) {
    return [&client](const ErrandId& id, const Result<ErrandOutcome>& outcome) {
        return client.finish_errand(id, outcome);
    };
}

// Where a host can measure his line before he promises it. An edge whose port is taken by something
// else serves all the same.
std::unique_ptr<LineGauge> open_gauge(const NodeConfig& config, const Identity& identity,
                                      const Clock& clock, Rng& rng, Log& log) {
    if (!identity.edge || config.edge_line_port == 0) return nullptr;
    auto gauge = LineGauge::open(config.edge_listen, config.edge_line_port, clock, rng, log);
    if (gauge.ok()) return std::move(gauge).value();
    log.failure(LogLevel::Warn, "no_line_gauge", gauge.failure());
    return nullptr;
}

care::CarePorts care_ports(const std::function<std::optional<Duration>()>& clock_offset,
                           Agent& agent, const Clock& clock, Log& log) {
    return {[] { return care::read_box(""); },
            [](const std::vector<care::DiskHealth>& earlier, std::stop_token stop) {
                return care::ask_disks("", earlier, care::smartctl_of_machine(stop));
            },
            clock_offset,
            [&agent](const BoxCare& care) { agent.tell_care(care); },
            clock,
            log};
}

// Haproxy, the name server, wireguard-go and the killer write there for months.
care::CareRules care_rules(const std::string& data_dir, const std::string& run_dir) {
    care::CareRules rules;
    rules.history_file = data_dir + "/state/care.json";
    rules.log_folders = {run_dir,           run_dir + "/edge", run_dir + "/wg",
                         run_dir + "/zone", run_dir + "/mail", run_dir + "/mail/log"};
    return rules;
}

std::unique_ptr<care::CareKeeper> look_after(const std::string& data_dir,
                                             const std::string& run_dir, Agent& agent, Link& link,
                                             const Clock& clock, Log& log) {
    return std::make_unique<care::CareKeeper>(
        care_ports([&link] { return link.state().clock_offset; }, agent, clock, log),
        care_rules(data_dir, run_dir));
}

// What only edges do: names, certificates, mail.
struct EdgeParts {
    EdgeParts(const std::string& data_dir, const NodeConfig& config, const Identity& identity,
              const IdentityFolder& folder, const Box& box, const Clock& clock, Rng& rng, Log& log)
        : zone({*box.zone, edge_probe(config, folder, clock), read_public_address, clock, rng, log},
               zone_rules(config, identity)),
          shelf(data_dir + "/acme/certificates", log),
          domains({*box.proxy, *box.acme, shelf, clock, rng, log}, domain_rules(config, identity)),
          mail_counts(data_dir + "/state"),
          mail({*box.mail, mail_counts, read_public_address, clock, rng, log},
               {.wanted = config.mail_delivery != MailDelivery::Off}) {}
    ZoneKeeper zone;
    FileShelf shelf;
    DomainKeeper domains;
    FileMailCounts mail_counts;
    MailKeeper mail;
};

AgentPorts agent_ports(const Box& box, Journal& journal, const Clock& clock, Rng& rng, Log& log,
                       GroupKeeper* groups, EdgeParts& edge) {
    return {*box.images,  *box.partitions, *box.overlay,  *box.proxy, *box.meter,
            read_release, journal,         clock,         rng,        log,
            groups,       &edge.zone,      &edge.domains, &edge.mail};
}

// A lease is renewed each second, however busy the disk is.
void stay_in_memory(Log& log) {
    const Status locked = os::lock_memory();
    if (!locked.ok()) log.failure(LogLevel::Warn, "memory_not_locked", locked.failure());
}

}  // namespace

Status run(const std::string& data_dir, const NodeConfig& config, const std::string& version) {
    std::signal(SIGPIPE, SIG_IGN);
    const os::UniqueFd signals = TRY(signals_to_descriptor());
    SystemClock clock;
    SystemRng rng;
    StderrSink sink;
    Log log(sink, clock, config.log_level);
    stay_in_memory(log);
    const IdentityFolder folder(data_dir + "/identity");
    const Identity identity = TRY(folder.load());
    const os::UniqueFd lock = TRY(lock_folder(data_dir));
    const std::string run_dir = run_dir_of(config, identity.node);
    if (const int removed = TRY(remove_drafts(data_dir)); removed > 0)
        log.info("drafts_removed", {{"files", removed}});

    MasterClient client(identity, ClientRules{});
    BlobFetch blobs(client, rng, BlobFetchRules{});
    const Box box =
        TRY(make_box(box_config(data_dir, run_dir, config, identity, folder), blobs, clock));
    // make_box has put memory there.
    const auto journal = TRY(FileJournal::open(data_dir + "/state", run_dir + "/secrets", log));

    const Resources capacity = TRY(offered(data_dir, config, identity));
    const auto groups =
        TRY(start_groups(data_dir, run_dir, identity, *box.fences, clock, rng, log));
    EdgeParts edge(data_dir, config, identity, folder, box, clock, rng, log);
    const AgentPorts ports =
        agent_ports(box, *journal, clock, rng, log, groups->keeper.get(), edge);
    Agent agent(ports, agent_rules(config, capacity, version), journal->recover());
    Renewal renewal(folder, identity, client, clock, log, [&](const ServingCertificate& serving) {
        return box.proxy->set_certificate(serving.certificate_pem, serving.key_pem.reveal());
    });
    const auto gauge = open_gauge(config, identity, clock, rng, log);
    Departure departure(receipt_file_of(data_dir), folder, client, log);
    const HostDoor door = TRY(HostDoor::listen(data_dir));

    ErrandRunner errands(*box.console, told_to(client), log, {.exec = config.exec});
    Link link;
    agent.on_news([&] { link.poke(); });
    Limits limits(data_dir, *box.line, agent, clock, log);
    Upgrades upgrades(data_dir, config, version, blobs, agent, log);
    TRY(agent.start());
    limits.keeper.start();
    link.begin(std::make_unique<SyncLoop>(
        agent, client, renewal, departure, clock, rng, log, sync_rules(config),
        [&](const auto& asked) { errands.take(asked); }, upgrades.on_answer()));
    upgrades.keeper.start();
    const auto care = look_after(data_dir, run_dir, agent, link, clock, log);
    log.info("node_started",
             {{"node", identity.node}, {"data", data_dir}, {"run", run_dir}, {"version", version}});
    const auto answer = [&](const std::string& line) {
        const Status obeyed = obey(line, clock.wall(), identity.edge, agent, limits.keeper,
                                   upgrades.keeper, departure, link);
        if (!obeyed.ok()) return refusal_json(obeyed.failure());
        LinkState shown = link.state();
        shown.left = departure.has_left();
        return status_json(identity.node, version, agent.overview(), shown, care->state(),
                           limits.keeper.state(), upgrades.keeper.report());
    };
    serve_until_signal(signals.get(), door, answer, [&] {
        if (agent.look_at_host_clock()) link.poke();
        upgrades.keeper.look();
        if (gauge) gauge->open_to_all(serves(agent, departure));
    });

    // The link first: no new orders. Then the agent's workers; what they started stays.
    log.info("node_stopping");
    link.end();
    return ok_status();
}

}  // namespace foyer::agent
