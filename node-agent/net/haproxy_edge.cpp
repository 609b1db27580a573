#include "node-agent/net/haproxy_edge.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <utility>

#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "node-agent/net/haproxy_domains.h"
#include "node-agent/net/haproxy_socket.h"
#include "node-agent/net/netns.h"

namespace foyer::agent {

namespace {

constexpr int start_polls_max = 100;
constexpr Duration start_poll{50};
constexpr Duration check_timeout{10'000};
constexpr int waiting_connections_max = 1024;

Result<os::UniqueFd> listen_on(const std::string& address, int port) {
    const bool six = address.find(':') != std::string::npos;
    os::UniqueFd fd(::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd.valid()) return os::errno_error("cannot make the edge's listener");
    const int on = 1, off = 0;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in6 at6 = {};
    sockaddr_in at4 = {};
    int bound = -1;
    if (six) {
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
        at6.sin6_family = AF_INET6;
        at6.sin6_port = htons(static_cast<std::uint16_t>(port));
        if (::inet_pton(AF_INET6, address.c_str(), &at6.sin6_addr) != 1)
            return error(ErrorCode::InvalidArgument,
                         "'" + address + "' is not an address to listen on");
        bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at6), sizeof at6);
    } else {
        at4.sin_family = AF_INET;
        at4.sin_port = htons(static_cast<std::uint16_t>(port));
        if (::inet_pton(AF_INET, address.c_str(), &at4.sin_addr) != 1)
            return error(ErrorCode::InvalidArgument,
                         "'" + address + "' is not an address to listen on");
        bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at4), sizeof at4);
    }
    if (bound != 0 || ::listen(fd.get(), waiting_connections_max) != 0)
        return os::errno_error("cannot listen on port " + std::to_string(port) + " of '" + address +
                               "'");
    return fd;
}

// haproxy answers in words; these begin the ones that mean no.
bool is_refusal(const std::string& answer) {
    for (const char* word : {"No such", "Unknown", "Invalid", "Can't", "unable", "Require",
                             "Missing", "Permission", "entry not found", "Version number"})
        if (answer.starts_with(word)) return true;
    return false;
}

}  // namespace

HaproxyEdge::HaproxyEdge(HaproxyEdgeConfig config, Clock& clock)
    : config_(std::move(config)), clock_(clock), process_("haproxy", pid_file()) {}

HaproxySettings HaproxyEdge::settings() const {
    const ServiceUser user = service_user("haproxy");
    return HaproxySettings{.folder = config_.data_dir,
                           .socket = config_.run_dir + "/haproxy.sock",
                           .run_as = user.user,
                           .run_as_group = user.group,
                           .connections_max = config_.connections_max,
                           .body_max = config_.body_max,
                           .slots = config_.names_max,
                           .http = config_.http_port != 0 && http_problem_.empty()};
}

// The table of an earlier agent: fences must never go back, not even over a restart.
Status HaproxyEdge::load() {
    if (loaded_) return ok_status();
    TRY(os::make_dirs(config_.data_dir, 0700));
    TRY(os::make_dirs(config_.run_dir, 0700));
    const auto text = os::read_file(config_.data_dir + "/table.json");
    if (text.ok()) table_ = TRY(edge_table_from(text.value()));
    if (!text.ok() && text.failure().code != ErrorCode::NotFound) return text.failure();
    // One that was started with other settings, or by another version of this program, would not
    // know what it is told.
    if (process_.is_running() &&
        os::read_file(shape_file()).value_or("") != haproxy_config(settings(), {}))
        TRY(process_.end());
    loaded_ = true;
    return ok_status();
}

Status HaproxyEdge::write_files(const EdgeTable& table) const {
    const HaproxySettings all = settings();
    TRY(os::write_atomically(config_.data_dir + "/table.json", to_json(table)));
    TRY(os::write_atomically(all.hosts_map(), haproxy_hosts(table)));
    TRY(os::write_atomically(all.fences_map(), haproxy_fences(table)));
    TRY(os::write_atomically(all.unknown_page(), page_unknown()));
    TRY(os::write_atomically(all.waiting_page(), page_waiting()));
    TRY(os::write_atomically(all.lost_page(), page_lost()));
    TRY(os::write_atomically(all.late_page(), page_late()));
    TRY(os::write_atomically(all.refused_page(), page_refused(all.body_max)));
    TRY(os::write_atomically(all.too_long_page(), page_too_long(all.body_max)));
    TRY(os::write_atomically(all.body_limit(), body_limit_script()));
    TRY(write_domains());
    return os::write_atomically(config_.data_dir + "/haproxy.cfg", haproxy_config(all, table));
}

Status HaproxyEdge::answers() const {
    TRY(ask_haproxy(settings().socket, "show version"));
    return ok_status();
}

// Quiet (-q): each body that is too long would be a line of its log otherwise, as many as clients
// like. So haproxy is asked once more when it does not start.
Status HaproxyEdge::launch() {
    std::vector<int> listeners = {listener_.get()};
    if (settings().http) listeners.push_back(http_listener_.get());
    TRY(os::write_atomically(shape_file(), haproxy_config(settings(), {})));
    TRY(os::remove_file(settings().socket));
    const os::ProcessId id =
        TRY(os::spawn_detached({.argv = {"nsenter", "--net=" + config_.box_netns, "haproxy", "-q",
                                         "-db", "-f", config_.data_dir + "/haproxy.cfg"},
                                .log_file = config_.run_dir + "/haproxy.log",
                                .listeners = listeners}));
    TRY(process_.remember(id));
    for (int poll = 0; poll < start_polls_max; ++poll) {
        if (answers().ok()) return ok_status();
        if (!os::is_alive(id)) break;
        os::wait_unless_stopped(start_poll);
    }
    const auto check = os::run({.argv = {"haproxy", "-c", "-f", config_.data_dir + "/haproxy.cfg"},
                                .timeout = check_timeout},
                               {});
    return error(ErrorCode::Unavailable,
                 "haproxy did not start: " +
                     (check.ok() ? check.value().messages : check.failure().message));
}

// An edge serves although something else has the port of plain HTTP.
Status HaproxyEdge::listen() {
    if (!listener_.valid()) listener_ = TRY(listen_on(config_.listen_address, config_.https_port));
    if (config_.http_port == 0 || http_listener_.valid()) return ok_status();
    auto http = listen_on(config_.listen_address, config_.http_port);
    http_problem_ = http.ok() ? std::string() : http.failure().message;
    if (http.ok()) http_listener_ = std::move(http).value();
    return ok_status();
}

Status HaproxyEdge::ensure_running() {
    if (!os::exists(settings().certificate()))
        return error(ErrorCode::FailedPrecondition, "the edge has no certificate yet");
    if (process_.is_running()) return ok_status();
    const MonoTime now = clock_.mono();
    TRY(process_.may_start(now));
    if (!Netns(config_.box_netns).exists())
        return error(ErrorCode::FailedPrecondition, "the overlay is not up yet");
    TRY(listen());
    TRY(write_files(table_));
    const Status up = launch();
    in_step_ = certified_ = up.ok();
    domains_in_step_ = up.ok() && domains_told_;
    process_.tried(up.ok(), now);
    return up;
}

Result<std::string> HaproxyEdge::tell_one(const std::string& command) const {
    const std::string answer = TRY(ask_haproxy(settings().socket, command));
    // What follows the first line is a payload, the private key among them.
    if (is_refusal(answer))
        return error(ErrorCode::Internal,
                     "haproxy refused '" + command.substr(0, command.find('\n')) + "': " + answer);
    return answer;
}

Status HaproxyEdge::tell(const std::vector<std::string>& commands) const {
    for (const std::string& command : commands) TRY(tell_one(command));
    return ok_status();
}

Status HaproxyEdge::take(const std::vector<HaproxyStep>& steps) const {
    for (const HaproxyStep& step : steps) {
        if (step.cut_slot)
            TRY(cut_reached(*step.cut_slot));
        else
            TRY(tell_one(step.command));
    }
    return ok_status();
}

Status HaproxyEdge::cut_reached(int slot) const {
    const std::string sessions = TRY(tell_one("show sess"));
    for (const std::string& command : haproxy_cut_reached(sessions, slot))
        discard(ask_haproxy(settings().socket, command), "it may have ended by itself meanwhile");
    return ok_status();
}

// For an adopted haproxy, which serves all the while: nothing that is right already is touched.
Status HaproxyEdge::tell_everything(const EdgeTable& table) const {
    for (const auto& [name, slot] : table) {
        const std::string command = TRY(haproxy_address(slot));
        const std::string answer = TRY(tell_one(command));
        if (haproxy_address_changed(answer)) TRY(cut_reached(slot.slot));
    }
    TRY(exchange_map(settings().fences_map(), haproxy_fences(table)));
    return exchange_map(settings().hosts_map(), haproxy_hosts(table));
}

Status HaproxyEdge::exchange_map(const std::string& map, const std::string& lines) const {
    const std::string answer = TRY(tell_one(haproxy_prepare(map)));
    const std::int64_t version = TRY(haproxy_prepared_version(answer));
    return tell(haproxy_exchange(map, version, lines));
}

Status HaproxyEdge::apply(const std::map<std::string, EdgeRoute>& routes) {
    const std::lock_guard lock(turn_);
    TRY(load());
    const EdgeTable before = table_;
    const EdgeTable wanted = TRY(merge_routes(table_, routes, config_.names_max));
    if (wanted == before && in_step_ && process_.is_running()) return ok_status();
    TRY(write_files(wanted));
    table_ = wanted;
    // Kept for the moment the certificate comes; check() says that it is missing.
    if (!os::exists(settings().certificate())) return ok_status();
    if (!process_.is_running()) return ensure_running();
    const auto changes = TRY(haproxy_changes(settings(), before, wanted));
    const bool in_step = std::exchange(in_step_, false);
    TRY(in_step ? take(changes) : tell_everything(wanted));
    in_step_ = true;
    return ok_status();
}

Status HaproxyEdge::set_certificate(const std::string& chain_pem, const std::string& key_pem) {
    const std::lock_guard lock(turn_);
    TRY(load());
    std::string pem;
    for (const std::string& part : {chain_pem, key_pem}) {
        pem += part;
        if (!pem.ends_with('\n')) pem += '\n';
    }
    pem = haproxy_payload(std::move(pem));
    const std::string file = settings().certificate();
    const bool held = os::read_file(file).value_or("") == pem;
    if (held && certified_ && process_.is_running()) return ok_status();
    if (!held) TRY(os::write_atomically(file, pem, {.mode = 0600}));
    certified_ = false;
    if (process_.is_running()) return tell_certificate();
    discard(ensure_running(), "check() tells; whenever it comes up, it has this certificate");
    return ok_status();
}

// Connections that are up go on; new ones are served with it.
Status HaproxyEdge::tell_certificate() {
    const std::string file = settings().certificate();
    const std::string pem = TRY(os::read_file(file));
    TRY(tell_one("set ssl cert " + file + " <<\n" + pem));
    const std::string answer = TRY(tell_one("commit ssl cert " + file));
    if (answer.find("Success") == std::string::npos)
        return error(ErrorCode::Internal, "haproxy does not take the certificate: " + answer);
    certified_ = true;
    return ok_status();
}

Status HaproxyEdge::check() {
    const std::lock_guard lock(turn_);
    TRY(load());
    TRY(ensure_running());
    TRY(answers());
    if (!certified_) TRY(tell_certificate());
    if (!in_step_) TRY(tell_everything(table_));
    in_step_ = true;
    if (domains_told_ && !domains_in_step_) TRY(tell_domains());
    return ok_status();
}

Result<std::uint64_t> HaproxyEdge::answers(const std::string& hostname) {
    const std::lock_guard lock(turn_);
    const auto slot = table_.find(hostname);
    if (slot == table_.end())
        return error(ErrorCode::NotFound, "this edge does not serve '" + hostname + "'");
    const std::string statistics = TRY(tell_one(haproxy_statistics(slot->second.slot)));
    return haproxy_answers(statistics);
}

Status HaproxyEdge::stop() {
    const std::lock_guard lock(turn_);
    TRY(process_.end());
    listener_.reset();
    http_listener_.reset();
    http_problem_.clear();
    table_.clear();
    domains_ = {};
    domains_told_ = domains_in_step_ = false;
    loaded_ = in_step_ = certified_ = false;
    process_.forget_failures();
    TRY(os::remove_tree(config_.run_dir));
    return os::remove_tree(config_.data_dir);
}

}  // namespace foyer::agent
