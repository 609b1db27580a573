#include "node-agent/net/netns.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "common/os/files.h"
#include "common/os/sys.h"

namespace foyer::agent {

namespace {

constexpr long nsfs_magic = 0x6e736673;
constexpr Duration short_call{20'000};

}  // namespace

bool Netns::exists() const {
    struct statfs facts = {};
    return ::statfs(file_.c_str(), &facts) == 0 && facts.f_type == nsfs_magic;
}

std::optional<std::uint64_t> Netns::identity() const {
    struct stat facts = {};
    if (!exists() || ::stat(file_.c_str(), &facts) != 0) return std::nullopt;
    return facts.st_ino;
}

Status Netns::ensure() const {
    if (exists()) return ok_status();
    TRY(os::open_file(file_, O_WRONLY | O_CREAT, 0644));
    const auto made =
        os::run_checked({.argv = {"unshare", "--net=" + file_, "true"}, .timeout = short_call});
    if (!made.ok()) {
        discard(remove(), "the first error is the one to tell");
        return in_context("cannot make a network namespace", made.failure());
    }
    // Addresses are ours alone; waiting a second for a duplicate would only delay every start.
    TRY(set_kernel("net.ipv6.conf.default.accept_dad", "0"));
    TRY(set_kernel("net.ipv6.conf.all.accept_dad", "0"));
    TRY(set_kernel("net.ipv6.conf.default.accept_ra", "0"));
    TRY(set_kernel("net.ipv6.conf.all.accept_redirects", "0"));
    return ip({"link set lo up"});
}

Status Netns::remove() const {
    if (!os::exists(file_)) return ok_status();
    if (exists() && ::umount2(file_.c_str(), MNT_DETACH) != 0)
        return os::errno_error("cannot release '" + file_ + "'");
    return os::remove_file(file_);
}

Result<std::string> Netns::run(std::vector<std::string> argv, std::string input) const {
    argv.insert(argv.begin(), {"nsenter", "--net=" + file_});
    return os::run_checked({.argv = std::move(argv),
                            .input = std::move(input),
                            .timeout = short_call,
                            .output_max = 1 << 20});
}

Status Netns::ip(const std::vector<std::string>& lines) const {
    std::string batch;
    for (const std::string& line : lines) batch += line + "\n";
    TRY(run({"ip", "-6", "-batch", "-"}, batch));
    return ok_status();
}

Status Netns::nft(const std::string& transaction) const {
    const auto done = run({"nft", "-f", "-"}, transaction);
    if (!done.ok()) return in_context("cannot load the firewall", done.failure());
    return ok_status();
}

Status Netns::set_kernel(const std::string& key, const std::string& value) const {
    TRY(run({"sysctl", "-qw", key + "=" + value}));
    return ok_status();
}

bool Netns::has_link(const std::string& name) const {
    return run({"ip", "link", "show", "dev", name}).ok();
}

}  // namespace foyer::agent
