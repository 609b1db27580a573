#include "node-agent/net/wg_overlay.h"

#include <set>
#include <sstream>

#include "common/base/text.h"
#include "common/os/files.h"
#include "common/tls/sha256.h"
#include "node-agent/net/endpoint_choice.h"
#include "node-agent/net/partition_net.h"

namespace foyer::agent {

namespace {

constexpr int keepalive_s = 15;  // NAT bindings of homes live longer than that

std::string without_newline(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

// Any even spread will do: boxes must differ in the order they try the edges in.
std::uint64_t rank_of(const std::string& node, const NodeId& edge) {
    std::uint64_t rank = 0;
    for (const char digit : tls::sha256_hex(node + "\n" + edge.str()).substr(0, 8))
        rank = rank * 256 + static_cast<unsigned char>(digit);
    return rank;
}

// "fd50:f0e:1::/48 dev wg1 src … metric 1024" -> prefix and device, one a line.
std::map<std::string, std::string> parse_routes(const std::string& text) {
    std::map<std::string, std::string> routes;
    for (const std::string& line : split(text, '\n')) {
        std::istringstream words(line);
        std::string prefix, word, device;
        words >> prefix;
        while (words >> word)
            if (word == "dev") words >> device;
        if (!device.empty())
            routes[prefix.find('/') == std::string::npos ? prefix + "/128" : prefix] = device;
    }
    return routes;
}

std::string relay_of(const NodeSettings& settings) {
    return settings.edge && settings.mail_relay ? settings.mail_relay->address : std::string();
}

}  // namespace

WgOverlay::WgOverlay(WgOverlayConfig config, Clock& clock, BoxLine& line)
    : config_(std::move(config)),
      clock_(clock),
      line_(line),
      box_(config_.box_netns),
      preference_(config_.silence_max) {}

WgOverlay::~WgOverlay() = default;

std::string WgOverlay::tunnel_name(const std::string& suffix) const {
    // wireguard-go's sockets are named after the interface for the whole machine, so the name says
    // whose it is.
    return tunnel_prefix + tls::sha256_hex(config_.run_dir).substr(0, 6) + suffix;
}

Tunnel& WgOverlay::tunnel(const std::string& name) {
    return tunnels_.try_emplace(name, name, config_.run_dir + "/wg", box_).first->second;
}

Status WgOverlay::apply(const NodeSettings& settings, const std::map<NodeId, OverlayPeer>& peers) {
    const std::lock_guard lock(turn_);
    const std::string own = TRY(first_address(settings.overlay_prefix));
    TRY(first_address(settings.overlay_cluster_prefix));
    wish_ = Wish{settings, peers, own};
    return settle();
}

Status WgOverlay::settle() {
    settled_ = false;
    TRY(os::make_dirs(config_.run_dir + "/wg", 0700));
    TRY(ensure_box_net(box_, wish_->settings.edge ? BoxRole::Edge : BoxRole::Home,
                       relay_of(wish_->settings)));
    TRY(settle_addresses());
    if (routes_.empty())
        routes_ = parse_routes(TRY(box_.run({"ip", "-6", "route", "show", "proto", "99"})));
    if (!probe_) probe_ = TRY(EchoProbe::open(box_.file()));
    TRY(wish_->settings.edge ? apply_edge() : apply_home());
    settled_ = true;
    return ok_status();
}

// Its own, and that of the mail relay where it is an edge. All edges have the latter: a home's mail
// goes to the one it prefers. Of what is there otherwise only a relay's is taken away: one of the
// cluster's first /64, in which no box is.
Status WgOverlay::settle_addresses() {
    std::vector<std::string> lines;
    std::set<std::string> wanted = {wish_->own_address + "/128"};
    const std::string relay = relay_of(wish_->settings);
    if (!relay.empty()) wanted.insert(relay + "/128");
    for (const std::string& address : wanted)
        lines.push_back("address replace " + address + " dev lo nodad");
    const std::string& cluster = wish_->settings.overlay_cluster_prefix;
    const std::string first = cluster.substr(0, cluster.find('/'));
    std::istringstream words(TRY(box_.run({"ip", "-6", "-o", "addr", "show", "dev", "lo"})));
    for (std::string word, before; words >> word; before = word)
        if (before == "inet6" && word.starts_with(first) && !wanted.contains(word))
            lines.push_back("address del " + word + " dev lo");
    return box_.ip(lines);
}

Status WgOverlay::apply_edge() {
    WgInterface wish{
        .private_key = without_newline(TRY(os::read_file(config_.private_key_file, 256))),
        .listen_port = config_.listen_port,
        .peers = {}};
    const std::string name = tunnel_name("e");
    std::map<std::string, std::string> routes;
    for (const auto& [node, peer] : wish_->peers) {
        const std::string endpoint = endpoint_of(peer);
        wish.peers.push_back({.key = peer.public_key,
                              .endpoint = endpoint,
                              .allowed = peer.allowed,
                              .keepalive_s = endpoint.empty() ? 0 : keepalive_s});
        for (const std::string& prefix : peer.allowed) routes[prefix] = name;
    }
    TRY(tunnel(name).ensure(wish, config_.mtu));
    TRY(line_.take_in_tunnels());
    std::erase_if(tunnels_, [&](const auto& other) { return other.first != name; });
    preference_.set_edges({});
    edge_by_address_.clear();
    tunnel_of_edge_.clear();
    cluster_via_.reset();
    TRY(remove_other_tunnels());
    return set_routes(routes);
}

Status WgOverlay::apply_home() {
    const std::string key = without_newline(TRY(os::read_file(config_.private_key_file, 256)));
    const std::string& cluster = wish_->settings.overlay_cluster_prefix;
    std::map<std::string, std::string> routes;
    std::map<NodeId, std::uint64_t> rank;
    std::map<std::string, Tunnel> wanted;
    edge_by_address_.clear();
    tunnel_of_edge_.clear();
    for (const auto& [node, peer] : wish_->peers) {
        if (!peer.edge) continue;
        const std::string name = tunnel_name("h" + tls::sha256_hex(node.str()).substr(0, 6));
        const WgPeer edge{.key = peer.public_key,
                          .endpoint = endpoint_of(peer),
                          .allowed = {cluster},
                          .keepalive_s = keepalive_s};
        TRY(tunnel(name).ensure({.private_key = key, .listen_port = 0, .peers = {edge}},
                                config_.mtu));
        wanted.emplace(name, tunnel(name));
        rank[node] = rank_of(config_.node, node);
        tunnel_of_edge_[node] = name;
        const auto own = own_prefix(peer);
        if (!own || *own == cluster) continue;
        routes[*own] = name;
        edge_by_address_[TRY(first_address(*own))] = node;
    }
    std::swap(tunnels_, wanted);
    TRY(line_.take_in_tunnels());
    preference_.set_edges(rank);
    // After a restart the edge in use stays in use.
    if (!cluster_via_ && routes_.contains(cluster))
        for (const auto& [node, name] : tunnel_of_edge_)
            if (routes_.at(cluster) == name) preference_.adopt(node);
    const auto via = preference_.choose(clock_.mono());
    if (via) routes[cluster] = tunnel_of_edge_.at(*via);
    TRY(set_routes(routes));  // before the old tunnels go
    cluster_via_ = via;
    return remove_other_tunnels();
}

Status WgOverlay::set_routes(const std::map<std::string, std::string>& device_of_prefix) {
    std::vector<std::string> lines;
    // `replace` would put a second route beside one on another device when metrics differ; ours all
    // have the kernel's default.
    for (const auto& [prefix, device] : device_of_prefix)
        lines.push_back("route replace " + prefix + " dev " + device + " src " +
                        wish_->own_address + " proto 99");
    for (const auto& [prefix, device] : routes_)
        if (!device_of_prefix.contains(prefix) && box_.has_link(device))
            lines.push_back("route del " + prefix + " dev " + device + " proto 99");
    if (!lines.empty()) TRY(box_.ip(lines));
    routes_ = device_of_prefix;
    return ok_status();
}

Status WgOverlay::remove_other_tunnels() {
    for (const std::string& name : TRY(Tunnel::names_in(box_)))
        if (!tunnels_.contains(name)) TRY(Tunnel(name, config_.run_dir + "/wg", box_).remove());
    for (const std::string& file : TRY(os::list_dir(config_.run_dir + "/wg"))) {
        const std::string name = file.substr(0, file.find('.'));
        if (!tunnels_.contains(name)) TRY(Tunnel(name, config_.run_dir + "/wg", box_).remove());
    }
    return ok_status();
}

Status WgOverlay::route_cluster(const NodeId& edge) {
    const std::string& cluster = wish_->settings.overlay_cluster_prefix;
    const std::string& device = tunnel_of_edge_.at(edge);
    TRY(box_.ip({"route replace " + cluster + " dev " + device + " src " + wish_->own_address +
                 " proto 99"}));
    routes_[cluster] = device;
    cluster_via_ = edge;
    return ok_status();
}

void WgOverlay::tend(MonoTime now) {
    const std::lock_guard lock(turn_);
    if (!wish_) return;
    bool dead = !settled_;
    for (const auto& [name, one] : tunnels_) dead = dead || !one.is_alive();
    // A tunnel's process died, or the last attempt failed half-way: bring everything to the wish
    // again.
    if (dead) discard(settle(), "tried again at the next call; handshake ages show it");
    if (wish_->settings.edge || !probe_) return;
    for (const EchoProbe::Answer& answer : probe_->answers()) {
        const auto found = edge_by_address_.find(answer.address);
        if (found == edge_by_address_.end()) continue;
        preference_.heard(found->second, now);
        if (answer.took) line_.heard(found->second, *answer.took);
    }
    for (const auto& [address, edge] : edge_by_address_) probe_->ask(address, clock_.wall());
    const auto via = preference_.choose(now);
    if (via && via != cluster_via_ && tunnel_of_edge_.contains(*via))
        discard(route_cluster(*via), "tried again at the next call");
    renew_silent(now);
}

void WgOverlay::renew_silent(MonoTime now) {
    for (const NodeId& edge : preference_.forgetful(now, config_.renew_after)) {
        const auto name = tunnel_of_edge_.find(edge);
        const auto peer = wish_->peers.find(edge);
        if (name == tunnel_of_edge_.end() || peer == wish_->peers.end()) continue;
        if (!tunnel(name->second).renew(peer->second.public_key).ok()) settled_ = false;
    }
}

std::map<NodeId, std::int64_t> WgOverlay::handshake_ages() {
    const std::lock_guard lock(turn_);
    std::map<NodeId, std::int64_t> ages;
    if (!wish_) return ages;
    const std::int64_t now_s = clock_.wall().unix_ms / 1000;
    for (const auto& [name, one] : tunnels_)
        for (const auto& [key, time] : one.handshakes())
            for (const auto& [node, peer] : wish_->peers)
                if (peer.public_key == key) ages[node] = std::max<std::int64_t>(0, now_s - time);
    return ages;
}

}  // namespace foyer::agent
