#include "node-agent/runtime/box_meter.h"

#include <algorithm>
#include <sched.h>
#include <sstream>

#include "common/base/text.h"
#include "common/os/files.h"
#include "common/os/sys.h"
#include "node-agent/runtime/cgroup_layout.h"

namespace foyer::agent {

namespace {

constexpr std::int64_t memory_kib_max = std::int64_t{1} << 40;  // 1 PiB: more is a misreading

// The lowest memory limit on the way from the top of the hierarchy to our own group; the machine's
// memory where there is none.
Bytes memory_limit(Bytes machine) {
    const auto mounts = os::read_file("/proc/self/mountinfo");
    const auto groups = os::read_file("/proc/self/cgroup");
    if (!mounts.ok() || !groups.ok()) return machine;
    const auto layout = read_cgroup_layout(mounts.value(), groups.value());
    if (!layout.ok()) return machine;
    const bool v2 = layout.value().mode == CgroupMode::V2;
    const std::string top = v2 ? layout.value().unified : layout.value().mounts.at("memory");
    std::string group = layout.value().own_group;
    std::istringstream lines(groups.value());
    for (std::string line; !v2 && std::getline(lines, line);)
        if (line.find(":memory:") != std::string::npos)
            group = line.substr(line.find(":memory:") + 8);
    Bytes lowest = machine;
    for (; !group.empty() && group != "/"; group = os::parent_of(group)) {
        const std::string text =
            os::read_file(top + group + (v2 ? "/memory.max" : "/memory.limit_in_bytes"), 64)
                .value_or("max");
        const auto limit = parse_int(text.substr(0, text.find('\n')));
        if (limit && *limit > 0) lowest = std::min(lowest, Bytes(*limit));
    }
    return lowest;
}

std::int64_t usable_cpus() {
    cpu_set_t set;
    CPU_ZERO(&set);
    return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

Result<Bytes> memory_total(const std::string& meminfo) {
    std::istringstream lines(meminfo);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name;
        std::int64_t kib = 0;
        if (words >> name >> kib && name == "MemTotal:" && kib > 0 && kib <= memory_kib_max)
            return Bytes(kib * 1024);
    }
    return error(ErrorCode::Internal, "/proc/meminfo names no memory");
}

Resources lowered(const Resources& promised, const Resources& measured) {
    return {.cpu = std::min(promised.cpu, measured.cpu),
            .memory = std::min(promised.memory, measured.memory),
            .disk = std::min(promised.disk, measured.disk),
            .uplink = promised.uplink};
}

Result<Resources> MachineMeter::measure() {
    return less_reserve(TRY(os::disk_space(data_dir_)).free_bytes);
}

Result<Resources> MachineMeter::measure_whole() const {
    return less_reserve(TRY(os::disk_space(data_dir_)).total_bytes);
}

Result<Resources> MachineMeter::less_reserve(std::int64_t disk_bytes) const {
    const std::string meminfo = TRY(os::read_file("/proc/meminfo"));
    const Bytes memory = memory_limit(TRY(memory_total(meminfo)));
    const auto left = [](std::int64_t has, std::int64_t kept) {
        return std::max<std::int64_t>(0, has - kept);
    };
    return Resources{.cpu = Millicores(left(usable_cpus() * 1000, reserve_.cpu.count())),
                     .memory = Bytes(left(memory.count(), reserve_.memory.count())),
                     .disk = Bytes(left(disk_bytes, reserve_.disk.count())),
                     .uplink = reserve_.uplink};
}

std::int64_t MachineMeter::disk_free_bytes() {
    const auto disk = os::disk_space(data_dir_);
    return disk.ok() ? disk.value().free_bytes : 0;
}

}  // namespace foyer::agent
