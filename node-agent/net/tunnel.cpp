#include "node-agent/net/tunnel.h"

#include <csignal>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "node-agent/net/firewall.h"

namespace foyer::agent {

namespace {

constexpr int start_polls_max = 100;
constexpr Duration start_poll{50};
constexpr Duration end_wait{5'000};

bool host_has_link(const std::string& name) {
    return os::run_checked({.argv = {"ip", "link", "show", "dev", name}}).ok();
}

}  // namespace

std::optional<os::ProcessId> Tunnel::process() const {
    const auto text = os::read_file(pid_file(), 256);
    return text.ok() ? os::process_id_from(text.value()) : std::nullopt;
}

bool Tunnel::is_alive() const {
    const auto own = process();
    return !own || os::is_alive(*own);  // the kernel's own does not die
}

Status Tunnel::make_with_process() {
    const os::ProcessId id =
        TRY(os::spawn_detached({.argv = {"wireguard-go", "-f", name_},
                                .env = {"WG_PROCESS_FOREGROUND=1", "LOG_LEVEL=error"},
                                .log_file = folder_ + "/" + name_ + ".log"}));
    TRY(os::write_atomically(pid_file(), os::to_text(id), {.mode = 0644}));
    for (int poll = 0; poll < start_polls_max; ++poll) {
        if (host_has_link(name_) && os::exists("/var/run/wireguard/" + name_ + ".sock"))
            return ok_status();
        if (!os::is_alive(id)) break;
        os::wait_unless_stopped(start_poll);
    }
    discard(remove(), "the error below is the one to tell");
    return error(ErrorCode::Unavailable,
                 "wireguard-go did not start ('" + folder_ + "/" + name_ + ".log')");
}

Status Tunnel::make() {
    const auto own = process();
    if (own && !os::is_alive(*own)) TRY(os::remove_file(pid_file()));
    if (box_.has_link(name_)) return ok_status();
    applied_.clear();
    // The encrypted side stays where the interface was born: in the host's namespace. Only the
    // inside moves.
    if (!host_has_link(name_) &&
        !os::run_checked({.argv = {"ip", "link", "add", name_, "type", "wireguard"}}).ok())
        TRY(make_with_process());
    const auto moved =
        os::run_checked({.argv = {"ip", "link", "set", name_, "netns", box_.file()}});
    if (!moved.ok())
        return in_context("cannot move the tunnel into the box's namespace", moved.failure());
    return ok_status();
}

Status Tunnel::ensure(const WgInterface& wish, int mtu) {
    const std::string config = TRY(wg_config(wish));
    TRY(make());
    if (config == applied_) return ok_status();
    TRY(tell(config));
    const Status up = box_.ip({"link set dev " + name_ + " mtu " + std::to_string(mtu) + " up"});
    if (!up.ok()) applied_.clear();
    return up;
}

Status Tunnel::tell(const std::string& config) {
    applied_.clear();
    const auto told = box_.run({"wg", "syncconf", name_, "/dev/stdin"}, config);
    if (!told.ok())
        return in_context("cannot configure the tunnel '" + name_ + "'", told.failure());
    applied_ = config;
    return ok_status();
}

Status Tunnel::renew(const WgPublicKey& peer) {
    const std::string config = applied_;
    applied_.clear();
    TRY(box_.run({"wg", "set", name_, "peer", peer.str(), "remove"}));
    return tell(config);
}

std::map<WgPublicKey, std::int64_t> Tunnel::handshakes() const {
    const auto text = box_.run({"wg", "show", name_, "latest-handshakes"});
    return text.ok() ? parse_handshakes(text.value()) : std::map<WgPublicKey, std::int64_t>{};
}

Status Tunnel::remove() {
    if (const auto own = process()) {
        TRY(os::signal_process(*own, SIGTERM));
        if (!os::wait_gone(*own, end_wait).ok()) TRY(os::signal_process(*own, SIGKILL));
    }
    TRY(os::remove_file(pid_file()));
    TRY(os::remove_file(folder_ + "/" + name_ + ".log"));
    if (box_.exists() && box_.has_link(name_))
        discard(box_.ip({"link del dev " + name_}), "gone with its process");
    return ok_status();
}

Result<std::vector<std::string>> Tunnel::names_in(const Netns& box) {
    std::vector<std::string> names;
    // "3: wg0a1b20: <POINTOPOINT,…>" one a line
    for (const std::string& line : split(TRY(box.run({"ip", "-o", "link", "show"})), '\n')) {
        const std::vector<std::string> parts = split(line, ' ');
        if (parts.size() < 2 || !parts[1].starts_with(tunnel_prefix)) continue;
        names.push_back(parts[1].substr(0, parts[1].find_first_of(":@")));
    }
    return names;
}

}  // namespace foyer::agent
