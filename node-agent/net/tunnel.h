// One WireGuard interface: its encrypted packets travel in the host's namespace, its inside lies in
// the box's.
//
// The kernel's WireGuard where it exists, otherwise wireguard-go as a process that outlives the
// agent and is adopted after a restart.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/base/result.h"
#include "common/os/process_id.h"
#include "node-agent/net/netns.h"
#include "node-agent/net/wg_config.h"

namespace foyer::agent {

class Tunnel {
public:
    // `name` is unique on the machine (wireguard-go's socket is), at most 15 characters. Pid and
    // log files lie in `folder`.
    Tunnel(std::string name, std::string folder, const Netns& box)
        : name_(std::move(name)), folder_(std::move(folder)), box_(box) {}
    const std::string& name() const { return name_; }

    // Makes or adopts the interface, up, with this MTU, and brings it to the wish; unchanged peers
    // are not disturbed.
    Status ensure(const WgInterface& wish, int mtu);
    // Forgets what was agreed with this peer, so that the next packet begins a handshake. A peer
    // that has lost its memory is otherwise noticed by WireGuard after 15 s only.
    Status renew(const WgPublicKey& peer);
    bool is_alive() const;
    std::map<WgPublicKey, std::int64_t> handshakes() const;  // Unix time of the last one
    Status remove();

    // Names of the tunnels of this box, also those of an earlier agent.
    static Result<std::vector<std::string>> names_in(const Netns& box);

private:
    std::string pid_file() const { return folder_ + "/" + name_ + ".pid"; }
    std::optional<os::ProcessId> process() const;
    Status make();
    Status tell(const std::string& config);
    Status make_with_process();

    std::string name_;
    std::string folder_;
    const Netns& box_;
    std::string applied_;  // the configuration WireGuard has
};

}  // namespace foyer::agent
