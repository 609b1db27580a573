#include "node-agent/net/exim_relay.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>
#include <poll.h>
#include <set>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/socket_line.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"

namespace foyer::agent {
namespace {

constexpr int waiting_connections_max = 64;
constexpr int waiting_questions_max = 32;
constexpr Duration patience{1'000};
constexpr std::size_t question_bytes_max = 64 * 1024;  // a From line may be long
constexpr std::size_t log_shown_max = 400;
constexpr int start_polls_max = 40;
constexpr Duration start_poll{25};

Result<os::UniqueFd> listen_at(const std::string& netns, const std::string& address, int port) {
    os::UniqueFd fd;
    if (netns.empty())
        fd.reset(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    else
        fd = TRY(os::socket_in(netns, AF_INET6, SOCK_STREAM, 0));
    if (!fd.valid()) return os::errno_error("cannot make the mail relay's listener");
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in6 at = {};
    at.sin6_family = AF_INET6;
    at.sin6_port = htons(static_cast<std::uint16_t>(port));
    if (::inet_pton(AF_INET6, address.c_str(), &at.sin6_addr) != 1)
        return error(ErrorCode::InvalidArgument, "'" + address + "' is not an IPv6 address");
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(fd.get(), waiting_connections_max) != 0)
        return os::errno_error("cannot take mail at [" + address + "]:" + std::to_string(port));
    return fd;
}

}  // namespace

EximRelay::EximRelay(EximRelayConfig config, Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      user_(service_user("Debian-exim")),
      process_("exim", config_.run_dir + "/exim.pid"),
      queue_runner_("exim's queue runner", config_.run_dir + "/exim-queue.pid") {}

Result<EximSettings> EximRelay::settings(const MailPlan& plan) const {
    if (config_.delivery == MailDelivery::Off)
        return error(ErrorCode::FailedPrecondition,
                     "mail is not turned on here ([mail] deliver in node.toml)");
    const auto program = os::find_program("exim4");
    if (!program.ok() || user_.user != "Debian-exim")
        return error(ErrorCode::FailedPrecondition,
                     "exim is not installed: apt-get install exim4-daemon-light, and leave its "
                     "own service disabled (systemctl disable --now exim4)");
    const auto zone_key = plan.keys.find(plan.zone);
    if (zone_key == plan.keys.end())
        return error(ErrorCode::Unavailable,
                     "the key that mail is signed with is not here yet; the master brings it");
    EximSettings all{.program = program.value(),
                     .hostname = config_.node + ".ns." + plan.zone,
                     .zone = plan.zone,
                     .zone_selector = zone_key->second.selector,
                     .folder = config_.run_dir,
                     .spool = spool(),
                     .log_folder = config_.run_dir + "/log",
                     .ask_socket = door_file(),
                     .delivery = config_.delivery,
                     .plain = config_.plain,
                     .login = !config_.login_file.empty(),
                     .message_max = config_.message_max,
                     .recipients_max = config_.recipients_max};
    if (config_.delivery == MailDelivery::Smarthost) {
        const SmtpHost host = TRY(parse_smtp_host(config_.smarthost));
        all.smarthost = host.host;
        all.smarthost_port = host.port;
    }
    return all;
}

// The program writes to what waits and to its logs, nowhere else; it makes no file in a folder that
// the agent writes to.
Status EximRelay::make_folders() const {
    TRY(os::make_dirs(config_.data_dir, 0711));
    TRY(os::make_dirs(spool(), 0700));
    TRY(os::change_owner(spool(), user_.ids.uid, user_.ids.gid));
    for (const std::string& folder :
         {config_.run_dir, config_.run_dir + "/keys", config_.run_dir + "/log"}) {
        TRY(os::make_dirs(folder, 0750));
        TRY(os::change_owner(folder, 0, user_.ids.gid));
    }
    return make_logs();
}

Status EximRelay::make_logs() const {
    for (const char* name : {"main", "panic", "reject"}) {
        const std::string file = config_.run_dir + "/log/exim-" + name + ".log";
        if (!os::exists(file))
            TRY(os::write_atomically(file, "", {.mode = 0640, .owner = user_.ids}));
    }
    return ok_status();
}

Status EximRelay::write_login() const {
    if (config_.login_file.empty()) return ok_status();
    struct stat facts = {};
    if (::stat(config_.login_file.c_str(), &facts) == 0 && (facts.st_mode & 0077) != 0)
        return error(ErrorCode::FailedPrecondition,
                     "'" + config_.login_file + "' can be read by others: chmod 600 it");
    const std::string text = TRY(os::read_file(config_.login_file, 4096));
    const std::string login = TRY(exim_login(text));
    return os::write_atomically(config_.run_dir + "/login", login,
                                {.mode = 0640, .owner = os::FileOwner{0, user_.ids.gid}});
}

Status EximRelay::write_keys(const MailPlan& plan, const EximSettings& settings) const {
    std::set<std::string> wanted;
    for (const auto& [domain, key] : plan.keys) {
        const std::string file = settings.key_file(domain);
        wanted.insert(domain + ".pem");
        if (os::read_file(file).value_or("") == key.private_key) continue;
        TRY(os::write_atomically(file, key.private_key,
                                 {.mode = 0640, .owner = os::FileOwner{0, user_.ids.gid}}));
    }
    for (const std::string& file : TRY(os::list_dir(settings.keys())))
        if (!wanted.contains(file)) TRY(os::remove_file(settings.keys() + "/" + file));
    return ok_status();
}

// Only the program may ask.
Status EximRelay::open_door() {
    if (door_.valid() && os::exists(door_file())) return ok_status();
    sockaddr_un at = {};
    at.sun_family = AF_UNIX;
    const std::string path = door_file();
    if (path.size() >= sizeof at.sun_path)
        return error(ErrorCode::InvalidArgument,
                     "'" + path + "' is too long for a socket: choose a shorter run_dir");
    std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
    os::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.valid()) return os::errno_error("cannot make the mail relay's socket");
    ::unlink(path.c_str());
    if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::chmod(path.c_str(), 0660) != 0 || ::listen(fd.get(), waiting_questions_max) != 0)
        return os::errno_error("cannot listen on '" + path + "'");
    TRY(os::change_owner(path, 0, user_.ids.gid));
    door_ = std::move(fd);
    return ok_status();
}

Status EximRelay::listen(const std::string& address) {
    if (listener_.valid() && listens_at_ == address) return ok_status();
    listener_.reset();
    listener_ = TRY(listen_at(config_.box_netns, address, config_.port));
    listens_at_ = address;
    return ok_status();
}

// It expects its listener as standard input, and then goes into no background.
Status EximRelay::launch() {
    const std::string script = "exec \"$@\" <&3 3<&-";
    TRY(os::remove_file(log_file()));
    const os::ProcessId id = TRY(os::spawn_detached(
        {.argv = unprivileged(user_.ids, {"/bin/sh", "-c", script, "exim", applied_->program, "-C",
                                          applied_->config_file(), "-bw"}),
         .log_file = log_file(),
         .listeners = {listener_.get()}}));
    TRY(process_.remember(id));
    // A mistake in its configuration ends it at once.
    for (int poll = 0; poll < start_polls_max && os::is_alive(id); ++poll)
        os::wait_unless_stopped(start_poll);
    if (os::is_alive(id)) return ok_status();
    const std::string said = os::read_file(log_file()).value_or("");
    return error(
        ErrorCode::Unavailable,
        "exim did not start: " + said.substr(said.size() - std::min(said.size(), log_shown_max)));
}

Status EximRelay::apply(const MailPlan& plan) {
    const EximSettings wanted = TRY(settings(plan));
    const std::string text = TRY(exim_config(wanted));
    TRY(make_folders());
    TRY(write_login());
    TRY(write_keys(plan, wanted));
    TRY(open_door());
    // Other settings, another version of this program, or another address: begun anew. What an
    // earlier agent's listens on is not known.
    const bool same_file = os::read_file(wanted.config_file()).value_or("") == text;
    const bool same_place = os::read_file(place_file()).value_or("") == plan.relay;
    if (!same_file || !same_place) {
        TRY(process_.end());
        TRY(os::write_atomically(wanted.config_file(), text,
                                 {.mode = 0640, .owner = os::FileOwner{0, user_.ids.gid}}));
    }
    applied_ = wanted;
    relay_ = plan.relay;
    return ensure_running();
}

Status EximRelay::ensure_running() {
    if (process_.is_running()) return ok_status();
    const MonoTime now = clock_.mono();
    TRY(process_.may_start(now));
    Status up = listen(relay_);
    if (up.ok()) up = os::write_atomically(place_file(), relay_);
    if (up.ok()) up = launch();
    process_.tried(up.ok(), now);
    return up;
}

Status EximRelay::check() {
    if (!applied_)
        return error(ErrorCode::FailedPrecondition, "the mail relay was told nothing yet");
    TRY(open_door());
    TRY(ensure_running());
    return look_at_queue();
}

// One at a time, however long it takes.
Status EximRelay::look_at_queue() {
    const MonoTime now = clock_.mono();
    if (now < next_queue_run_ || queue_runner_.is_running()) return ok_status();
    next_queue_run_ = now + config_.retry_period;
    if (queue().messages == 0) return ok_status();
    const os::ProcessId id = TRY(os::spawn_detached(
        {.argv = unprivileged(user_.ids, {applied_->program, "-C", applied_->config_file(), "-q"}),
         .log_file = log_file()}));
    return queue_runner_.remember(id);
}

void EximRelay::answer(Duration at_most,
                       const std::function<std::string(const std::string&)>& answer) {
    if (!door_.valid()) {
        os::wait_unless_stopped(at_most);
        return;
    }
    if (!os::ready(door_.get(), POLLIN, at_most)) return;
    const os::UniqueFd caller(
        ::accept4(door_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!caller.valid()) return;
    const auto line = os::read_line(caller.get(), question_bytes_max, patience);
    if (!line) return;
    const std::string said = answer(*line) + "\n";
    // The program takes silence for `try again later`.
    (void)::send(caller.get(), said.data(), said.size(), MSG_NOSIGNAL);
}

// Of each message two files: its envelope, "…-H", and what is in it, "…-D".
MailRelay::Queue EximRelay::queue() {
    Queue queue;
    const std::string folder = spool() + "/input";
    const auto files = os::list_dir(folder);
    if (!files.ok()) return queue;
    std::int64_t bytes = 0;
    for (const std::string& file : files.value()) {
        struct stat facts = {};
        if (::lstat((folder + "/" + file).c_str(), &facts) == 0) bytes += facts.st_size;
        queue.messages += file.ends_with("-H") ? 1 : 0;
    }
    queue.size = Bytes(bytes);
    queue.full = queue.messages >= config_.queue_max || queue.size >= config_.queue_size_max;
    return queue;
}

Status EximRelay::stop() {
    TRY(process_.end());
    TRY(queue_runner_.end());
    process_.forget_failures();
    door_.reset();
    listener_.reset();
    listens_at_.clear();
    applied_.reset();
    return os::remove_tree(config_.run_dir);
}

}  // namespace foyer::agent
