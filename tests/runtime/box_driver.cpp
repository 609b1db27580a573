// box-driver: a box without an agent. usage: box-driver CONFIG.json; then one JSON command a line
// on standard input, one JSON answer a line on standard output: {"ok": …} or {"error": {"code",
// "message"}}. Lets tests act through app/ports.h, and be killed at any moment.
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "node-agent/net/partition_net.h"
#include "node-agent/net/zone_file.h"
#include "node-agent/runtime/make_box.h"
#include "node-agent/runtime/release_file.h"
#include "node-agent/state/file_mail_counts.h"

namespace {

using namespace foyer;
using namespace foyer::agent;
using nlohmann::json;

// Copies blobs from a folder, from where the file ends; counts what it was asked.
class FolderBlobs final : public BlobSource {
public:
    explicit FolderBlobs(std::string folder) : folder_(std::move(folder)) {}
    Status fetch(const Digest& digest, const std::string& file, const Progress& progress,
                 std::stop_token) override {
        ++fetches;
        const os::UniqueFd from =
            TRY(os::open_file(folder_ + "/" + digest.str().substr(7), O_RDONLY));
        const os::UniqueFd to = TRY(os::open_file(file, O_WRONLY | O_CREAT | O_APPEND, 0600));
        const off_t total = ::lseek(from.get(), 0, SEEK_END);
        off_t at = ::lseek(to.get(), 0, SEEK_END);
        std::string buffer(1 << 20, '\0');
        while (at < total) {
            const ssize_t count = ::pread(from.get(), buffer.data(), buffer.size(), at);
            if (count <= 0) return os::errno_error("cannot read a blob");
            TRY(os::write_all(to.get(),
                              std::string_view(buffer).substr(0, static_cast<std::size_t>(count))));
            at += count;
            bytes += count;
            progress(at, total);
        }
        return ok_status();
    }
    int fetches = 0;
    std::int64_t bytes = 0;

private:
    std::string folder_;
};

Assignment assignment_from(const json& wish) {
    Assignment made;
    made.partition = PartitionId(wish.at("partition"));
    made.instance = InstanceName(wish.value("instance", "acme"));
    made.index = ReplicaIndex{wish.value("index", 0)};
    made.role =
        wish.value("role", "standby") == "primary" ? ReplicaRole::Primary : ReplicaRole::Standby;
    made.fence = {Generation(1), Epoch(wish.value("epoch", 1U))};
    if (wish.contains("leader")) made.leader = ReplicaIndex{wish["leader"]};
    made.size = SizeName("s");
    made.reserved = {Millicores(wish.value("cpu", 500)), Bytes(wish.value("memory", 33554432)),
                     Bytes(wish.value("disk", std::int64_t{16777216}))};
    made.parameters_json = wish.value("parameters", json::object()).dump();
    made.hostname = "acme.foyer.localhost";
    made.url = "https://acme.foyer.localhost/";
    made.address = wish.at("address");
    made.proxies = wish.value("proxies", std::vector<std::string>{});
    made.mail_relay = wish.value("mail_relay", "");
    int index = 0;
    for (const std::string& address : wish.value("members", std::vector<std::string>{})) {
        made.members.push_back(
            {ReplicaIndex{index}, "r" + std::to_string(index) + "g1", ReplicaKind::Data, address});
        ++index;
    }
    const json secrets = wish.value("secrets", json::object());
    for (const auto& [name, content] : secrets.items()) made.secrets.by_name[name] = content;
    return made;
}

OverlayPeer peer_from(const std::string& node, const json& wish) {
    OverlayPeer peer;
    peer.node = NodeId(node);
    peer.edge = wish.value("edge", false);
    peer.public_key = WgPublicKey(wish.at("key").get<std::string>());
    peer.endpoint = wish.value("endpoint", "");
    peer.allowed = wish.at("allowed").get<std::vector<std::string>>();
    return peer;
}

json error_json(const Error& failure) {
    return {{"error", {{"code", static_cast<int>(failure.code)}, {"message", failure.message}}}};
}

json status_json(const Status& status) {
    return status.ok() ? json{{"ok", true}} : error_json(status.failure());
}

class Driver {
public:
    explicit Driver(const json& config)
        : blobs_(config.value("blobs", "")),
          mail_counts_(config.at("data_dir").get<std::string>()) {
        BoxConfig box{.node = config.at("node"),
                      .data_dir = config.at("data_dir"),
                      .run_dir = config.at("run_dir")};
        box.cgroup_parent = config.value("cgroup_parent", "");
        box.uid_claims = config.at("uid_claims");
        if (config.value("plain_volumes", false)) box.volumes.plain = PlainVolumes::WhereNeeded;
        const std::string encryption = config.value("encryption", "");
        if (encryption == "luks") box.volumes.cipher = CipherChoice::Luks;
        if (encryption == "gocryptfs") box.volumes.cipher = CipherChoice::Gocryptfs;
        box.wg_private_key_file = config.value("key_file", "");
        box.wg_port = config.value("wg_port", 51820);
        box.edge_listen_address = config.value("listen", "127.0.0.1");
        box.edge_https_port = config.value("https_port", 0);
        box.edge_dns_listen_address = box.edge_listen_address;
        box.edge_dns_port = config.value("dns_port", 0);
        box.edge_body_max = Bytes(config.value("body_max", box.edge_body_max.count()));
        if (config.contains("smarthost")) {
            box.mail.delivery = MailDelivery::Smarthost;
            box.mail.smarthost = config["smarthost"];
            box.mail.plain = true;
            box.mail.message_max = Bytes(config.value("message_max", 100'000));
            box.mail.recipients_max = config.value("recipients_max", 5);
            box.mail.queue_max = config.value("queue_max", 20);
            box.mail.retry_period = Duration(1'000);
        }
        auto made = make_box(box, blobs_, clock_);
        if (!made.ok()) {
            std::cout << error_json(made.failure()).dump() << std::endl;
            std::exit(1);
        }
        box_ = std::move(made).value();
        netns_ = box.run_dir + "/netns/box";
    }

    json act(const json& command) {
        const std::string verb = command.at("do");
        if (command.contains("release")) {
            auto release = parse_release(command["release"].dump(), SizeName("s"));
            if (!release.ok()) return error_json(release.failure());
            release_ = std::move(release).value();
        }
        if (verb.starts_with("edge_") || verb.starts_with("overlay_") ||
            verb.starts_with("fence_") || verb.starts_with("zone_") || verb.starts_with("line_") ||
            verb.starts_with("mail_") || verb == "tend" || verb == "measure" || verb == "box_net")
            return act_on_box(verb, command);
        return act_on_partition(verb, command);
    }

private:
    json act_on_partition(const std::string& verb, const json& command) {
        const PartitionId id(command.value("partition", ""));
        PartitionRuntime& runtime = *box_.partitions;
        if (verb == "ensure") {
            const Status done = box_.images->ensure(Digest(command.at("image")),
                                                    [](std::int64_t, std::int64_t) {}, {});
            json answer = status_json(done);
            answer["fetches"] = blobs_.fetches;
            answer["bytes"] = blobs_.bytes;
            return answer;
        }
        if (verb == "collect") return status_json(box_.images->collect({}));
        if (verb == "prepare")
            return status_json(runtime.prepare(assignment_from(command), release_));
        if (verb == "start") return status_json(runtime.start(id, release_));
        if (verb == "stop") return status_json(runtime.stop(id, release_));
        if (verb == "kill") return status_json(runtime.kill(id));
        if (verb == "reload") return status_json(runtime.reload(id));
        if (verb == "erase") return status_json(runtime.erase(id));
        if (verb == "hook") return hook(id, command);
        if (verb == "log") return log(id, command);
        if (verb == "run") return run_program(id, command);
        if (verb == "status") {
            const auto status = runtime.status(id);
            if (!status.ok()) return error_json(status.failure());
            static const char* const names[] = {"absent", "created", "running", "exited"};
            json answer = {{"ok", names[static_cast<int>(status.value().state)]}};
            if (status.value().exit_code) answer["exit_code"] = *status.value().exit_code;
            return answer;
        }
        if (verb == "list") {
            json names = json::array();
            const auto found = runtime.list();
            if (!found.ok()) return error_json(found.failure());
            for (const FoundPartition& one : found.value()) names.push_back(one.id.str());
            return {{"ok", names}};
        }
        return {{"error", {{"message", "unknown verb"}}}};
    }

    json hook(const PartitionId& id, const json& command) {
        json steps = json::array();
        const auto on_step = [&](const std::string& step) { steps.push_back(step); };
        const std::string name = command.at("hook");
        const auto done = command.value("live", false)
                              ? box_.partitions->run_live_hook(id, release_, name, on_step, {})
                              : box_.partitions->run_stopped_hook(id, release_, name, on_step, {});
        if (!done.ok()) return error_json(done.failure());
        return {{"ok", done.value().exit_code},
                {"output", done.value().output},
                {"messages", done.value().last_messages},
                {"steps", steps}};
    }

    json log(const PartitionId& id, const json& command) {
        const auto part =
            box_.console->read_log(id,
                                   {command.value("newest", 0), command.value("after", ""),
                                    Duration(command.value("wait_ms", 0))},
                                   {});
        if (!part.ok()) return error_json(part.failure());
        json lines = json::array();
        for (const LogLine& line : part.value().lines)
            lines.push_back({line.stream == LogStream::Error, line.text});
        return {{"ok", lines}, {"last", part.value().last}, {"gap", part.value().gap}};
    }

    json run_program(const PartitionId& id, const json& command) {
        const auto end = box_.console->run_program(id,
                                                   {command.at("argv"), command.value("input", ""),
                                                    Duration(command.value("timeout_ms", 20'000))},
                                                   {});
        if (!end.ok()) return error_json(end.failure());
        return {{"ok", end.value().exit_code},
                {"timed_out", end.value().timed_out},
                {"output", end.value().output},
                {"errors", end.value().errors}};
    }

    // line_hold {upload_kbit, download_kbit; 0: no cap}, line_look.
    json act_on_line(const std::string& verb, const json& command) {
        if (verb == "line_hold") {
            LineCaps caps;
            if (const int up = command.value("upload_kbit", 0)) caps.upload = KbitPerSecond(up);
            if (const int down = command.value("download_kbit", 0))
                caps.download = KbitPerSecond(down);
            json answer = status_json(box_.line->hold(caps));
            static const char* const means[] = {"none", "fair-queue", "queue", "drop"};
            answer["means"] = means[static_cast<int>(box_.line->held().means)];
            answer["problem"] = box_.line->held().problem;
            return answer;
        }
        const auto seen = box_.line->look();
        if (!seen.ok()) return error_json(seen.failure());
        json tunnels = json::object();
        for (const auto& [name, count] : seen.value().tunnels)
            tunnels[name] = {{"up", count.moved.up.count()}, {"down", count.moved.down.count()}};
        json answers = json::object();
        for (const auto& [edge, took] : seen.value().answers) answers[edge.str()] = took.count();
        return {{"ok", true}, {"tunnels", tunnels}, {"answers_us", answers}};
    }

    json act_on_box(const std::string& verb, const json& command) {
        if (verb == "box_net") return status_json(ensure_box_net(Netns(netns_), BoxRole::Home));
        if (verb.starts_with("fence_")) return act_on_fences(verb, command);
        if (verb.starts_with("zone_")) return act_on_zone(verb, command);
        if (verb.starts_with("line_")) return act_on_line(verb, command);
        if (verb.starts_with("mail_")) return act_on_mail(verb, command);
        if (verb == "measure") {
            const auto found = box_.meter->measure();
            if (!found.ok()) return error_json(found.failure());
            return {
                {"ok",
                 {{"cpu", found.value().cpu.count()}, {"memory", found.value().memory.count()}}}};
        }
        if (verb == "overlay_apply") {
            NodeSettings settings;
            settings.overlay_prefix = command.at("prefix");
            settings.overlay_cluster_prefix = command.at("cluster");
            settings.edge = command.value("edge", false);
            if (command.contains("mail_relay"))
                settings.mail_relay = MailRelaySettings{command["mail_relay"], {}};
            std::map<NodeId, OverlayPeer> peers;
            for (const auto& [node, peer] : command.at("peers").items())
                peers[NodeId(node)] = peer_from(node, peer);
            return status_json(box_.overlay->apply(settings, peers));
        }
        if (verb == "tend") {
            for (int second = 0; second < command.value("times", 1); ++second) {
                box_.overlay->tend(clock_.mono());
                os::wait_unless_stopped(Duration(command.value("period_ms", 1000)));
            }
            return {{"ok", true}};
        }
        if (verb == "overlay_ages") {
            json ages = json::object();
            for (const auto& [node, age] : box_.overlay->handshake_ages()) ages[node.str()] = age;
            return {{"ok", ages}};
        }
        if (verb == "edge_certificate")
            return status_json(box_.proxy->set_certificate(command.at("chain"), command.at("key")));
        if (verb == "edge_stop") return status_json(box_.proxy->stop());
        if (verb == "edge_check") return status_json(box_.proxy->check());
        if (verb == "edge_apply") {
            std::map<std::string, EdgeRoute> routes;
            for (const auto& [name, route] : command.at("routes").items()) {
                EdgeRoute made;
                made.hostname = name;
                made.fence = {Generation(route.value("generation", 1U)),
                              Epoch(route.value("epoch", 1U))};
                made.backend = route.value("backend", "");
                routes[name] = made;
            }
            return status_json(box_.proxy->apply(routes));
        }
        return {{"error", {{"message", "unknown verb"}}}};
    }

    json act_on_zone(const std::string& verb, const json& command) {
        if (verb == "zone_stop") return status_json(box_.zone->stop());
        if (verb == "zone_check") return status_json(box_.zone->check());
        if (verb == "zone_serial") return {{"ok", box_.zone->serial()}};
        ZoneWish wish;
        wish.zone = command.at("zone");
        for (const auto& [node, edge] : command.at("edges").items())
            wish.edges.push_back({NodeId(node), edge.at("address"), edge.at("lives")});
        for (const auto& name : command.at("names")) wish.names.insert(name);
        return status_json(box_.zone->apply(wish));
    }

    // mail_order {relay, zone, key, routes: {hostname: {instance, sources, keys, per_day_max}};
    // keys: {domain: [selector, PEM]}}, mail_state, mail_end: as the agent that dies.
    json act_on_mail(const std::string& verb, const json& command) {
        if (verb == "mail_end") return mail_.reset(), json{{"ok", true}};
        if (!mail_)
            mail_ = std::make_unique<MailKeeper>(
                MailPorts{*box_.mail, mail_counts_, read_public_address, clock_, rng_, log_},
                MailKeeperRules{.wanted = true,
                                .backoff = {Duration(200), Duration(500)},
                                .tick = Duration(200)});
        if (verb == "mail_state") {
            const MailState state = mail_->state();
            json counts = json::object();
            for (const auto& [instance, count] : state.book.counts)
                counts[instance.str()] = {count.accepted, count.refused};
            return {{"ok", counts},
                    {"relay", state.relay},
                    {"waiting", state.waiting},
                    {"strangers", state.book.strangers},
                    {"problem", state.problem}};
        }
        NodeSettings settings;
        settings.edge = command.value("edge", true);
        settings.zone = command.at("zone");
        const auto keys_from = [](const json& wish) {
            std::vector<DkimKey> keys;
            for (const auto& [domain, key] : wish.items())
                keys.push_back({domain, key.at(0), key.at(1)});
            return keys;
        };
        settings.mail_relay =
            MailRelaySettings{command.at("relay"), keys_from(command.at("key")).at(0)};
        std::map<std::string, EdgeRoute> routes;
        for (const auto& [hostname, wish] : command.at("routes").items()) {
            EdgeRoute& route = routes[hostname];
            route.hostname = hostname;
            route.instance = InstanceName(wish.at("instance").get<std::string>());
            route.mail =
                RouteMail{wish.at("sources"), keys_from(wish.value("keys", json::object())),
                          wish.value("per_day_max", 10)};
        }
        mail_->order(settings, routes);
        return {{"ok", true}};
    }

    // "until": CLOCK_BOOTTIME in ms. "times": so many calls, and how long each took, in µs.
    json act_on_fences(const std::string& verb, const json& command) {
        const PartitionId id(command.at("partition"));
        if (verb == "fence_lift") return status_json(box_.fences->lift(id));
        if (verb == "fence_close") return status_json(box_.fences->close(id));
        if (verb == "fence_forget") return status_json(box_.fences->forget(id));
        const auto gate =
            command.value("open", false) ? LeaseFences::Gate::Open : LeaseFences::Gate::Closed;
        json answer;
        json took = json::array();
        for (int call = 0; call < command.value("times", 1); ++call) {
            const auto begun = std::chrono::steady_clock::now();
            answer = status_json(box_.fences->extend(id, MonoTime{command.at("until")}, gate));
            took.push_back(std::chrono::duration_cast<std::chrono::microseconds>(
                               std::chrono::steady_clock::now() - begun)
                               .count());
        }
        answer["took_us"] = took;
        return answer;
    }

    SystemClock clock_;
    FolderBlobs blobs_;
    SystemRng rng_;
    StderrSink sink_;
    Log log_{sink_, clock_, LogLevel::Info};
    FileMailCounts mail_counts_;
    Box box_;
    std::unique_ptr<MailKeeper> mail_;
    std::string netns_;
    Release release_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: box-driver CONFIG.json\n";
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    std::ifstream file(argv[1]);
    Driver driver(json::parse(file));
    std::cout << R"({"ok":"ready"})" << std::endl;
    for (std::string line; std::getline(std::cin, line);)
        std::cout << driver.act(json::parse(line)).dump() << std::endl;
    return 0;
}
