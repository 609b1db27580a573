#include "node-agent/net/kept_process.h"

#include <algorithm>
#include <csignal>
#include <pwd.h>

#include "common/os/files.h"

namespace foyer::agent {
namespace {

constexpr Duration pause_min{1'000};
constexpr Duration pause_max{30'000};
constexpr Duration end_wait{10'000};

}  // namespace

std::optional<os::ProcessId> KeptProcess::process() const {
    const auto text = os::read_file(pid_file_, 256);
    return text.ok() ? os::process_id_from(text.value()) : std::nullopt;
}

bool KeptProcess::is_running() const {
    const auto own = process();
    return own && os::is_alive(*own);
}

Status KeptProcess::remember(const os::ProcessId& id) const {
    return os::write_atomically(pid_file_, os::to_text(id), {.mode = 0644});
}

Status KeptProcess::end() const {
    const auto own = process();
    if (!own) return ok_status();
    TRY(os::signal_process(*own, SIGTERM));
    if (os::wait_gone(*own, end_wait).ok()) return ok_status();
    TRY(os::signal_process(*own, SIGKILL));
    return os::wait_gone(*own, end_wait);
}

Status KeptProcess::may_start(MonoTime now) const {
    if (pause_.count() == 0 || now >= retry_at_) return ok_status();
    return error(ErrorCode::Unavailable, name_ + " is down; it is started again soon");
}

void KeptProcess::tried(bool up, MonoTime now) {
    pause_ = up ? Duration(0) : std::min(pause_max, std::max(pause_min, 2 * pause_));
    retry_at_ = now + pause_;
}

std::vector<std::string> unprivileged(const os::FileOwner& ids, std::vector<std::string> program,
                                      const std::string& kept) {
    const std::string rights = kept.empty() ? "-all" : "-all,+" + kept;
    std::vector<std::string> argv = {"setpriv",
                                     "--reuid=" + std::to_string(ids.uid),
                                     "--regid=" + std::to_string(ids.gid),
                                     "--clear-groups",
                                     "--no-new-privs",
                                     "--inh-caps=" + rights,
                                     "--ambient-caps=" + rights,
                                     "--bounding-set=" + rights,
                                     "--"};
    argv.insert(argv.end(), program.begin(), program.end());
    return argv;
}

ServiceUser service_user(const std::string& wanted) {
    passwd entry = {};
    passwd* found = nullptr;
    char buffer[4096];
    if (::getpwnam_r(wanted.c_str(), &entry, buffer, sizeof buffer, &found) != 0 ||
        found == nullptr)
        return {};
    return {.user = wanted, .group = wanted, .ids = {found->pw_uid, found->pw_gid}};
}

}  // namespace foyer::agent
