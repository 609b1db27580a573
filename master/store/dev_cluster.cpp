#include "master/store/dev_cluster.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "master/store/connection.h"

namespace foyer::master {

namespace {

constexpr std::size_t socket_path_max = 107;  // sockaddr_un
constexpr const char* socket_name = "/.s.PGSQL.5432";
constexpr const char* role = "foyer";
constexpr Duration poll_step{50};

struct SystemUser {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
};

template <class Look>
std::optional<SystemUser> look_up(Look look) {
    std::vector<char> buffer(16'384);
    passwd entry{};
    passwd* found = nullptr;
    if (look(&entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return SystemUser{found->pw_name, found->pw_uid, found->pw_gid};
}

std::optional<SystemUser> user_named(const std::string& name) {
    return look_up([&](auto... rest) { return ::getpwnam_r(name.c_str(), rest...); });
}

std::optional<SystemUser> user_of(uid_t uid) {
    return look_up([&](auto... rest) { return ::getpwuid_r(uid, rest...); });
}

// PostgreSQL refuses root, so root lends it a system user.
Result<SystemUser> user_for_server(const std::string& wanted) {
    if (::geteuid() != 0) {
        const auto own = user_of(::geteuid());
        if (own) return *own;
        return error(ErrorCode::FailedPrecondition,
                     "this user has no name in the system's user list");
    }
    const std::vector<std::string> names = wanted.empty()
                                               ? std::vector<std::string>{"postgres", "nobody"}
                                               : std::vector<std::string>{wanted};
    for (const std::string& name : names) {
        const auto found = user_named(name);
        if (found && found->uid != 0) return *found;
    }
    return error(ErrorCode::FailedPrecondition,
                 "PostgreSQL does not run as root and there is no system user '" + names.front() +
                     "' for it");
}

// Short and the same at each start: FNV-1a of the folder's name.
std::string short_hash(const std::string& text) {
    std::uint64_t hash = 14'695'981'039'346'656'037U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
    std::vector<std::uint8_t> bytes;
    for (int shift = 56; shift >= 0; shift -= 8)
        bytes.push_back(static_cast<std::uint8_t>(hash >> shift));
    return to_hex(bytes);
}

// A socket's path has 107 characters at most: a deep folder gets a short one elsewhere.
std::string socket_folder_for(const std::string& folder) {
    const std::string inside = folder + "/run";
    if (inside.size() + std::string_view(socket_name).size() <= socket_path_max) return inside;
    if (::geteuid() == 0) return "/run/foyer-postgres-" + short_hash(folder);
    return "/tmp/foyer-postgres-" + std::to_string(::geteuid()) + "-" + short_hash(folder);
}

std::string quoted(const std::string& text) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

// "argv\0argv\0…" of a server whose data folder is `folder`.
bool serves(const std::string& command_line, const std::string& folder) {
    const std::vector<std::string> words = split(command_line, '\0');
    const auto flag = std::ranges::find(words, "-D");
    return !words.empty() && words[0].ends_with("/postgres") && flag != words.end() &&
           std::next(flag) != words.end() && *std::next(flag) == folder;
}

}  // namespace

DevCluster::DevCluster(DevClusterOptions options, Clock& clock, Note note)
    : options_(std::move(options)), clock_(clock), note_(std::move(note)) {}

DevCluster::~DevCluster() {
    discard(stop(), "a server that does not end is found by the next start");
}

Result<std::unique_ptr<DevCluster>> DevCluster::start(DevClusterOptions options, Clock& clock,
                                                      Note note) {
    std::unique_ptr<DevCluster> cluster(new DevCluster(std::move(options), clock, std::move(note)));
    TRY(cluster->prepare());
    TRY(cluster->raise({}));
    TRY(cluster->make_database());
    cluster->watcher_ =
        std::jthread([raw = cluster.get()](const std::stop_token& stop) { raw->watch(stop); });
    return cluster;
}

std::string DevCluster::conninfo() const { return conninfo(options_.database); }

std::string DevCluster::conninfo(std::string_view database) const {
    return "host=" + quoted(socket_folder_) + " port=5432 user=" + role +
           " dbname=" + quoted(std::string(database));
}

os::ProcessId DevCluster::process() const {
    const std::scoped_lock lock(mutex_);
    return process_;
}

std::vector<std::string> DevCluster::as_system_user(std::vector<std::string> argv) const {
    if (::geteuid() != 0) return argv;
    std::vector<std::string> whole = {
        "setpriv",        "--reuid", std::to_string(uid_), "--regid", std::to_string(gid_),
        "--clear-groups", "--"};
    whole.insert(whole.end(), argv.begin(), argv.end());
    return whole;
}

Status DevCluster::prepare() {
    const std::string& folder = options_.folder;
    if (!folder.starts_with('/'))
        return error(ErrorCode::InvalidArgument,
                     "the database folder '" + folder + "' is not an absolute path");
    const bool made = os::exists(folder + "/PG_VERSION");
    int major = 0;
    if (made) {
        std::string text = TRY(os::read_file(folder + "/PG_VERSION", 64));
        while (!text.empty() && text.back() == '\n') text.pop_back();
        major = static_cast<int>(parse_int(text).value_or(0));
    }
    programs_ = TRY(find_postgres(major));
    const SystemUser user = TRY(user_for_server(options_.system_user));
    uid_ = user.uid;
    gid_ = user.gid;
    const auto own = user_of(::geteuid());
    own_user_ = own ? own->name : user.name;
    socket_folder_ = socket_folder_for(folder);

    const std::string parent = os::parent_of(folder);
    if (!os::exists(parent)) TRY(os::make_dirs(parent, 0755));
    const auto reach =
        os::run({.argv = as_system_user({"test", "-x", parent}), .timeout = Duration(10'000)});
    if (reach.ok() && reach.value().exit_code == 1) {
        return error(ErrorCode::FailedPrecondition,
                     "user '" + user.name + "', whom PostgreSQL runs as, cannot enter '" + parent +
                         "'; open it and its parents (chmod o+x), or choose another folder");
    }
    if (!made) TRY(make_cluster());
    return make_socket_folder();
}

// Made beside its place and renamed when whole: a crash leaves no half cluster.
Status DevCluster::make_cluster() {
    const std::string& folder = options_.folder;
    if (!TRY(os::list_dir(folder)).empty())
        return error(ErrorCode::FailedPrecondition,
                     "folder '" + folder + "' is not empty and holds no PostgreSQL cluster");
    const std::string parent = os::parent_of(folder);
    const std::string prefix = folder.substr(folder.rfind('/') + 1) + ".new-";
    for (const std::string& name : TRY(os::list_dir(parent))) {
        if (name.starts_with(prefix)) TRY(os::remove_tree(parent + "/" + name));
    }
    const std::string making = parent + "/" + prefix + std::to_string(::getpid());
    TRY(os::make_dirs(making, 0700));
    TRY(os::change_owner(making, uid_, gid_));
    std::vector<std::string> argv = {
        programs_.folder + "/initdb", "-D",         making, "-U", role, "-E", "UTF8",
        "--locale=C.UTF-8",           "--auth=peer"};
    if (!options_.fsync) argv.emplace_back("--no-sync");
    const auto done = os::run_checked({.argv = as_system_user(argv),
                                       .env = {"HOME=" + making},
                                       .timeout = options_.init_timeout});
    const Status written =
        done.ok() ? write_access_files(making) : Status(in_context("initdb", done.failure()));
    if (!written.ok()) {
        discard(os::remove_tree(making), "the next start removes it");
        return written;
    }
    if (::rename(making.c_str(), folder.c_str()) != 0)
        return os::errno_error("cannot rename '" + making + "'");
    return os::sync_dir(parent);
}

// Only who we are, and only through the socket; the kernel says who it is.
Status DevCluster::write_access_files(const std::string& folder) const {
    const os::AtomicWrite how{.mode = 0600, .owner = os::FileOwner{uid_, gid_}};
    TRY(os::write_atomically(folder + "/pg_hba.conf", "local all foyer peer map=foyer\n", how));
    return os::write_atomically(folder + "/pg_ident.conf", "foyer \"" + own_user_ + "\" foyer\n",
                                how);
}

Status DevCluster::make_socket_folder() const {
    struct stat seen{};
    if (::lstat(socket_folder_.c_str(), &seen) == 0 &&
        (!S_ISDIR(seen.st_mode) || seen.st_uid != uid_))
        return error(ErrorCode::FailedPrecondition,
                     "'" + socket_folder_ + "' is not a folder of the user PostgreSQL runs as");
    TRY(os::make_dirs(socket_folder_, 0700));
    return os::change_owner(socket_folder_, uid_, gid_);
}

std::vector<std::string> DevCluster::server_argv() const {
    const auto setting = [](const std::string& name, const std::string& value) {
        return name + "=" + value;
    };
    std::vector<std::string> argv = {programs_.folder + "/postgres", "-D", options_.folder};
    for (const std::string& one : {
             setting("listen_addresses", ""),
             setting("unix_socket_directories", "\"" + socket_folder_ + "\""),
             setting("unix_socket_permissions", "0700"),
             setting("shared_buffers", std::to_string(options_.shared_buffers_mib) + "MB"),
             setting("max_connections", std::to_string(options_.max_connections)),
             setting("fsync", options_.fsync ? "on" : "off"),
             setting("full_page_writes", options_.fsync ? "on" : "off"),
             setting("synchronous_commit", "on"),
             setting("wal_level", "minimal"),
             setting("max_wal_senders", "0"),
             setting("min_wal_size", "32MB"),
             setting("max_wal_size", "256MB"),
             setting("jit", "off"),
             setting("log_min_messages", "log"),
             setting("log_min_error_statement",
                     "panic"),  // statements may hold what is nobody's business
             setting("log_checkpoints", "off"),
             setting("log_autovacuum_min_duration", "-1"),
         }) {
        argv.emplace_back("-c");
        argv.push_back(one);
    }
    return argv;
}

// A server of this folder that is alive: ours, or that of a master who was killed.
std::optional<os::ProcessId> DevCluster::running() const {
    const auto text = os::read_file(options_.folder + "/postmaster.pid", 4096);
    if (!text.ok()) return std::nullopt;
    const auto pid = parse_int(text.value().substr(0, text.value().find('\n')));
    if (!pid || *pid <= 0) return std::nullopt;
    const auto id = os::identify(static_cast<pid_t>(*pid));
    const auto line = os::read_file("/proc/" + std::to_string(*pid) + "/cmdline", 65'536);
    if (!id.ok() || !line.ok() || !serves(line.value(), options_.folder)) return std::nullopt;
    return id.value();
}

// As a power cut can leave it: PostgreSQL would refuse to start for ever. One with content stays,
// it also guards against processes that outlived their first one.
Status DevCluster::remove_empty_lock() const {
    const std::string file = options_.folder + "/postmaster.pid";
    const auto text = os::read_file(file, 4096);
    return text.ok() && text.value().empty() ? os::remove_file(file) : ok_status();
}

Result<os::ProcessId> DevCluster::spawn() const {
    TRY(remove_empty_lock());
    return os::spawn_detached({.argv = as_system_user(server_argv()),
                               .env = {"HOME=" + options_.folder},
                               .log_file = options_.folder + ".log"});
}

Status DevCluster::raise(const std::stop_token& stop) {
    const auto found = running();
    const os::ProcessId id = found ? *found : TRY(spawn());
    {
        const std::scoped_lock lock(mutex_);
        process_ = id;
    }
    adopted_ = found.has_value();
    TRY(wait_until_it_answers(stop));
    if (note_) note_(adopted_ ? "postgres_adopted" : "postgres_started", os::to_text(id));
    return ok_status();
}

Status DevCluster::wait_until_it_answers(const std::stop_token& stop) {
    const MonoTime deadline = clock_.mono() + options_.start_timeout;
    const os::StopEvent stopped(stop);
    ConnectionLimits limits;
    limits.connect_timeout = Duration(2'000);
    for (;;) {
        const auto connection = Connection::open(conninfo("postgres"), limits, clock_);
        if (connection.ok()) return ok_status();
        if (connection.failure().code != ErrorCode::Unavailable) return connection.failure();
        if (!os::is_alive(process())) {
            return error(
                ErrorCode::Unavailable,
                "PostgreSQL ended as soon as it was started; see '" + options_.folder + ".log'");
        }
        if (clock_.mono() >= deadline)
            return error(ErrorCode::Unavailable,
                         "PostgreSQL does not answer: " + connection.failure().message);
        pollfd wait{stopped.fd(), POLLIN, 0};
        if (::poll(&wait, 1, static_cast<int>(poll_step.count())) > 0)
            return error(ErrorCode::Unavailable, "stopped while PostgreSQL was starting");
    }
}

Status DevCluster::make_database() {
    static const Statement there{"database_there",
                                 "SELECT datname FROM pg_database WHERE datname = $1"};
    TRY(check_name("database", options_.database));
    auto connection = TRY(Connection::open(conninfo("postgres"), ConnectionLimits{}, clock_));
    const Rows rows = TRY(connection->run({&there, Params().add(options_.database)}));
    if (rows.size() > 0) return ok_status();
    return connection->script("CREATE DATABASE \"" + options_.database + "\"");
}

// False: it is dead. True: we were asked to stop.
bool DevCluster::wait_for_death(const std::stop_token& stop) const {
    const auto pidfd = os::open_process(process());
    if (!pidfd.ok()) return stop.stop_requested();
    const os::StopEvent stopped(stop);
    for (;;) {
        std::array<pollfd, 2> waits = {
            {{pidfd.value().get(), POLLIN, 0}, {stopped.fd(), POLLIN, 0}}};
        if (::poll(waits.data(), waits.size(), -1) < 0) continue;
        if (waits[1].revents != 0) return true;
        if (waits[0].revents != 0) return false;
    }
}

void DevCluster::watch(const std::stop_token& stop) {
    while (!wait_for_death(stop)) {
        if (note_) note_("postgres_died", os::to_text(process()));
        os::is_alive(process());  // reaps it when it was our child
        revive(stop);
    }
}

void DevCluster::revive(const std::stop_token& stop) {
    const os::StopEvent stopped(stop);
    Duration delay = options_.restart_delay_min;
    while (!stop.stop_requested()) {
        const Status raised = raise(stop);
        if (raised.ok()) return;
        if (note_) note_("postgres_restart_failed", raised.failure().message);
        pollfd wait{stopped.fd(), POLLIN, 0};
        ::poll(&wait, 1, static_cast<int>(delay.count()));
        delay = std::min(delay * 2, options_.restart_delay_max);
    }
}

Status DevCluster::stop() {
    if (!watcher_.joinable()) return ok_status();
    watcher_.request_stop();
    watcher_.join();
    const os::ProcessId id = process();
    TRY(os::signal_process(
        id, SIGINT));  // "fast": open transactions are rolled back, then a checkpoint
    if (os::wait_gone(id, options_.stop_timeout).ok()) return ok_status();
    TRY(os::signal_process(id, SIGQUIT));  // at once: the next start recovers from the log
    return os::wait_gone(id, Duration(5'000));
}

}  // namespace foyer::master
