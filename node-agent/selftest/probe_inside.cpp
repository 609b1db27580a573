#include "node-agent/selftest/probe_inside.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sstream>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "common/os/unique_fd.h"
#include "node-agent/runtime/bundle.h"
#include "node-agent/runtime/cgroup_layout.h"
#include "node-agent/runtime/crun.h"
#include "node-agent/selftest/plan.h"

namespace foyer::agent {
namespace {

constexpr std::size_t program_bytes_max = std::size_t{16} << 20;
constexpr Duration probe_time{120'000};

std::optional<std::int64_t> first_process(const BoxPaths& paths, const PartitionId& id) {
    const std::string text = os::read_file(paths.pid_file(id), 64).value_or("");
    const auto pid = parse_int(text.substr(0, text.find_first_of(" \n")));
    if (!pid || *pid <= 1) return std::nullopt;
    return os::exists("/proc/" + std::to_string(*pid) + "/root/tmp") ? pid : std::nullopt;
}

// Who makes files for a while, of this thread.
class ActsAs {
public:
    explicit ActsAs(uid_t user) : user_(::setfsuid(user)), group_(::setfsgid(user)) {}
    ~ActsAs() {
        ::setfsgid(static_cast<gid_t>(group_));
        ::setfsuid(static_cast<uid_t>(user_));
    }
    ActsAs(const ActsAs&) = delete;
    ActsAs& operator=(const ActsAs&) = delete;

private:
    int user_;
    int group_;
};

// The partition's own root, as the machine numbers it: the only one there who may hold a file and
// whom no tenant is.
Result<uid_t> root_of(std::int64_t pid) {
    const std::string map = TRY(os::read_file("/proc/" + std::to_string(pid) + "/uid_map"));
    std::istringstream words(map);
    std::uint32_t inside = 0;
    std::uint32_t outside = 0;
    if (!(words >> inside >> outside) || inside != 0 || outside == 0)
        return error(ErrorCode::FailedPrecondition, "the partition has no users of its own");
    return uid_t{outside};
}

// A file that others in there can neither replace nor change: /tmp is sticky.
class Placed {
public:
    static Result<Placed> put(std::int64_t pid, const std::string& program) {
        const std::string folder = "/proc/" + std::to_string(pid) + "/root/tmp";
        Placed placed;
        placed.folder_.reset(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!placed.folder_.valid()) return os::errno_error("the partition's /tmp");
        placed.name_ = "foyer-probe-" + std::to_string(::getpid());
        const ActsAs owner(TRY(root_of(pid)));
        const os::UniqueFd file(::openat(placed.folder_.get(), placed.name_.c_str(),
                                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                         0755));
        if (!file.valid()) return os::errno_error("the partition's /tmp takes no probe");
        placed.made_ = true;
        std::string_view rest = program;
        while (!rest.empty()) {
            const ssize_t done = ::write(file.get(), rest.data(), rest.size());
            if (done < 0 && errno == EINTR) continue;
            if (done <= 0) return os::errno_error("the partition's /tmp takes no probe");
            rest.remove_prefix(static_cast<std::size_t>(done));
        }
        if (::fchmod(file.get(), 0755) != 0) return os::errno_error("the probe");
        return placed;
    }
    ~Placed() {
        if (made_) ::unlinkat(folder_.get(), name_.c_str(), 0);
    }
    Placed(Placed&& other) noexcept
        : folder_(std::move(other.folder_)),
          name_(std::move(other.name_)),
          made_(std::exchange(other.made_, false)) {}
    Placed& operator=(Placed&&) = delete;
    Placed(const Placed&) = delete;
    Placed& operator=(const Placed&) = delete;

    std::string path() const { return "/tmp/" + name_; }  // as seen from inside

private:
    Placed() = default;
    os::UniqueFd folder_;
    std::string name_;
    bool made_ = false;
};

}  // namespace

std::vector<PartitionId> running_partitions(const BoxPaths& paths) {
    std::vector<PartitionId> found;
    for (const std::string& name : os::list_dir(paths.partitions()).value_or({}))
        if (first_process(paths, PartitionId(name))) found.emplace_back(name);
    std::ranges::sort(found);
    return found;
}

Result<std::string> probe_inside(const BoxPaths& paths, const PartitionId& id,
                                 const std::string& plan) {
    const auto pid = first_process(paths, id);
    if (!pid)
        return error(ErrorCode::FailedPrecondition,
                     "nothing runs in partition '" + id.str() + "' now");
    const std::string mounts = TRY(os::read_file("/proc/self/mountinfo"));
    const std::string groups = TRY(os::read_file("/proc/self/cgroup"));
    const CgroupLayout layout = TRY(read_cgroup_layout(mounts, groups));
    const Crun crun = TRY(Crun::open(paths.crun(), layout.mode));
    const std::string path = TRY(os::find_program("foyer-probe"));
    const std::string program = TRY(os::read_file(path, program_bytes_max));
    const Placed placed = TRY(Placed::put(*pid, program));
    const std::string files = paths.live(id) + "/selftest";
    const std::string bundle = TRY(os::read_file(paths.bundle(id) + "/config.json"));
    const std::string process = TRY(process_for_hook(bundle, {placed.path()}));
    TRY(os::write_atomically(files + ".json", process));
    const auto end = crun.exec(id.str(), files + ".json", files + ".pid",
                               {.argv = {}, .input = plan, .timeout = probe_time}, {});
    for (const char* left : {".json", ".pid"})
        discard(os::remove_file(files + left), "overwritten by the next one");
    if (!end.ok()) return end.failure();
    if (end.value().exit_code != 0)
        return error(ErrorCode::Unavailable, "the probe could not run in '" + id.str() +
                                                 "': " + printable(end.value().messages));
    return end.value().output;
}

}  // namespace foyer::agent
