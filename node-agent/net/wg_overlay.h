// The box's place on the overlay, by WireGuard.
//
//   home: one tunnel an edge, each with that edge as its only peer and the whole cluster behind it;
//   the cluster's route lies on the
//         tunnel of a live edge, each edge's own network always on its own tunnel.
//   edge: one tunnel with every box as a peer, forwarding between them.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "node-agent/app/ports.h"
#include "node-agent/net/box_line.h"
#include "node-agent/net/echo_probe.h"
#include "node-agent/net/firewall.h"
#include "node-agent/net/netns.h"
#include "node-agent/net/route_preference.h"
#include "node-agent/net/tunnel.h"

namespace foyer::agent {

struct WgOverlayConfig {
    std::string node;
    std::string run_dir;
    std::string box_netns;  // file
    std::string private_key_file;
    int listen_port = 51820;
    int mtu = 1420;
    Duration silence_max{1'900};  // of an edge asked every second: dead after two questions
    Duration renew_after{3'000};  // of silence: it may be there again, without its memory
};

class WgOverlay final : public Overlay {
public:
    // `line` is told of new tunnels, before anything goes through them, and of edges' answers.
    WgOverlay(WgOverlayConfig config, Clock& clock, BoxLine& line);
    ~WgOverlay() override;

    Status apply(const NodeSettings& settings, const std::map<NodeId, OverlayPeer>& peers) override;
    void tend(MonoTime now) override;
    std::map<NodeId, std::int64_t> handshake_ages() override;

private:
    struct Wish {
        NodeSettings settings;
        std::map<NodeId, OverlayPeer> peers;
        std::string own_address;
    };
    Status settle_addresses();
    Status apply_home();
    Status apply_edge();
    Status settle();
    Status set_routes(const std::map<std::string, std::string>& device_of_prefix);
    Status remove_other_tunnels();
    void renew_silent(MonoTime now);
    Status route_cluster(const NodeId& edge);
    std::string tunnel_name(const std::string& suffix) const;
    Tunnel& tunnel(const std::string& name);

    const WgOverlayConfig config_;
    Clock& clock_;
    BoxLine& line_;
    const Netns box_;
    // Held while commands run: the overlay is one thing, and its few callers (apply, tend) must
    // take turns.
    std::mutex turn_;
    std::optional<Wish> wish_;
    bool settled_ = false;
    std::map<std::string, Tunnel> tunnels_;
    std::map<std::string, std::string> routes_;  // prefix -> device, as set by us
    RoutePreference preference_;
    std::optional<NodeId> cluster_via_;
    std::optional<EchoProbe> probe_;
    std::map<std::string, NodeId> edge_by_address_;
    std::map<NodeId, std::string> tunnel_of_edge_;
};

}  // namespace foyer::agent
