#include "node-agent/check/read_machine.h"

#include <algorithm>
#include <sstream>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timex.h>

#include "common/base/text.h"
#include "common/os/files.h"
#include "common/os/kernel_modules.h"
#include "common/os/sys.h"
#include "node-agent/care/ask_disks.h"
#include "node-agent/care/read_box.h"
#include "node-agent/check/disk_speed.h"
#include "node-agent/runtime/box_meter.h"

namespace foyer::agent {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{4} << 20;

std::string text_of(const std::string& file) {
    return os::read_file(file, file_bytes_max).value_or("");
}

std::string line_of(const std::string& file) {
    const std::string text = text_of(file);
    return text.substr(0, text.find('\n'));
}

std::optional<int> processors(const std::string& cpuinfo) {
    int found = 0;
    std::istringstream lines(cpuinfo);
    for (std::string line; std::getline(lines, line);)
        found += line.starts_with("processor") ? 1 : 0;
    return found > 0 ? std::optional(found) : std::nullopt;
}

// "fe800000000000000000000000000001 02 40 20 80 eth0": address, index, prefix, scope (00: the
// whole internet), flags, device.
std::optional<bool> has_ipv6(const std::string& root) {
    const std::string file = root + "/proc/net/if_inet6";
    if (!os::exists(file)) return false;  // switched off
    std::istringstream lines(text_of(file));
    for (std::string line; std::getline(lines, line);) {
        std::string address, index, prefix, scope;
        std::istringstream(line) >> address >> index >> prefix >> scope;
        const bool unique_local = address.starts_with("fc") || address.starts_with("fd");
        if (scope == "00" && !unique_local) return true;
    }
    return false;
}

std::vector<PowerSupply> power_of(const std::string& root) {
    std::vector<PowerSupply> found;
    const std::string folder = root + "/sys/class/power_supply";
    auto names = os::list_dir(folder).value_or({});
    std::ranges::sort(names);
    for (const std::string& name : names)
        found.push_back({name, line_of(folder + "/" + name + "/type")});
    return found;
}

void read_groups(const std::string& root, MachineFacts& facts) {
    const std::string mounts = text_of(root + "/proc/self/mountinfo");
    if (mounts.empty()) return;
    const auto layout = read_cgroup_layout(mounts, text_of(root + "/proc/self/cgroup"));
    if (layout.ok())
        facts.groups = layout.value().mode;
    else
        facts.groups_problem = layout.failure().message;
}

// The type of the mount that is nearest above the folder: "36 35 98:0 / /point rw - ext4 /dev/x
// rw".
std::string file_system_of(const std::string& folder, const std::string& mountinfo) {
    std::string best, type;
    std::istringstream lines(mountinfo);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        std::string skipped, point, found;
        std::istringstream(line) >> skipped >> skipped >> skipped >> skipped >> point;
        std::istringstream(line.substr(dash + 3)) >> found;
        const bool holds = point == "/" || folder == point || folder.starts_with(point + "/");
        if (holds && point.size() >= best.size()) best = point, type = found;
    }
    return type;
}

std::optional<bool> rotates(const std::string& folder) {
    struct stat facts = {};
    if (::stat(folder.c_str(), &facts) != 0) return std::nullopt;
    const std::string device = "/sys/dev/block/" + std::to_string(major(facts.st_dev)) + ":" +
                               std::to_string(minor(facts.st_dev));
    // Of a partition, the disk above it says.
    for (const char* place : {"/queue/rotational", "/../queue/rotational"}) {
        const std::string said = line_of(device + place);
        if (!said.empty()) return said == "1";
    }
    return std::nullopt;
}

std::optional<DiskFacts> disk_of(const std::string& folder) {
    const auto space = os::disk_space(folder);
    if (!space.ok()) return std::nullopt;
    return DiskFacts{.total = Bytes(space.value().total_bytes),
                     .free = Bytes(space.value().free_bytes),
                     .file_system = file_system_of(folder, text_of("/proc/self/mountinfo")),
                     .in_memory = space.value().in_memory,
                     .rotates = rotates(folder)};
}

std::optional<bool> clock_synchronized() {
    timex state = {};  // modes 0: only asked
    const int said = ::adjtimex(&state);
    if (said < 0) return std::nullopt;
    return said != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

// Disks by smartctl where it is there; chips that the kernel speaks for anyway.
care::BoxFacts health() {
    care::BoxFacts facts = care::read_box("");
    const auto asked = care::ask_disks("", {}, care::smartctl_of_machine());
    facts.disks.insert(facts.disks.end(), asked.disks.begin(), asked.disks.end());
    facts.disks_problem = asked.problem;
    return facts;
}

}  // namespace

MachineFacts read_kernel(const std::string& root) {
    MachineFacts facts;
    facts.processors = processors(text_of(root + "/proc/cpuinfo"));
    const auto memory = memory_total(text_of(root + "/proc/meminfo"));
    if (memory.ok()) facts.memory = memory.value();
    facts.kernel = line_of(root + "/proc/sys/kernel/osrelease");
    read_groups(root, facts);
    const std::string spaces = line_of(root + "/proc/sys/user/max_user_namespaces");
    if (!spaces.empty()) facts.user_namespaces = parse_int(spaces).value_or(0) > 0;
    if (!facts.kernel.empty())
        facts.seccomp = text_of(root + "/proc/sys/kernel/seccomp/actions_avail").find("errno") !=
                        std::string::npos;
    const os::KernelModules modules(root);
    facts.wireguard = modules.has("wireguard");
    facts.nftables = modules.has("nf_tables");
    facts.ciphers = kernel_means(root);
    facts.ipv6 = has_ipv6(root);
    facts.power = power_of(root);
    return facts;
}

MachineFacts read_machine(const std::string& data_dir, const Clock& clock) {
    MachineFacts facts = read_kernel("");
    const std::string folder = os::nearest_folder(data_dir);
    facts.disk = disk_of(folder);
    const auto speed = measure_disk(folder, clock);
    if (speed.ok()) facts.speed = speed.value();
    facts.clock_synchronized = clock_synchronized();
    facts.health = health();
    for (const char* name : {"crun", "conmon", "umoci", "nft", "ip", "wg", "nsenter", "unshare"})
        if (!os::find_program(name).ok()) facts.programs_missing.emplace_back(name);
    facts.ciphers = with_programs(facts.ciphers);
    facts.wireguard_go = os::find_program("wireguard-go").ok();
    return facts;
}

}  // namespace foyer::agent
