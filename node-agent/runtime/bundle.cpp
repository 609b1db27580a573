#include "node-agent/runtime/bundle.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "node-agent/runtime/seccomp_profile.h"
#include "node-agent/runtime/uid_ranges.h"

namespace foyer::agent {

namespace {

using nlohmann::json;

constexpr int oom_score_of_partitions = 500;  // before the host's own programs
constexpr std::int64_t cpu_period_us = 100'000;
// Both are counted for the whole machine as well: signals and timers on behalf of root, who made
// the partition's users, terminals in one pool. What a partition can hold is a small part of it.
constexpr int waiting_signals_max = 1024;
constexpr const char* terminals_max = "max=64";

json mount(const char* destination, const char* type, const std::string& source,
           std::vector<std::string> options) {
    return {{"destination", destination},
            {"type", type},
            {"source", source},
            {"options", std::move(options)}};
}

json mounts(const BundleSpec& spec) {
    const std::string half =
        "size=" + std::to_string(std::max<std::int64_t>(spec.memory.count() / 2, 65536));
    const std::string owner_uid = "uid=" + std::to_string(spec.user_id);
    const std::string owner_gid = "gid=" + std::to_string(spec.group_id);
    return json::array({
        mount("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}),
        mount("/dev", "tmpfs", "tmpfs",
              {"nosuid", "noexec", "strictatime", "mode=755", "size=65536k"}),
        mount("/dev/pts", "devpts", "devpts",
              {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", terminals_max}),
        mount("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777", half}),
        mount("/tmp", "tmpfs", "tmp", {"nosuid", "nodev", "mode=1777", half}),
        mount("/run", "tmpfs", "run",
              {"nosuid", "nodev", "noexec", "mode=0755", owner_uid, owner_gid, half}),
        mount("/foyer/volume", "bind", spec.volume, {"bind", "rw", "nosuid", "nodev"}),
        mount("/foyer/config", "bind", spec.config, {"bind", "ro", "nosuid", "nodev", "noexec"}),
        mount("/foyer/secrets", "bind", spec.secrets, {"bind", "ro", "nosuid", "nodev", "noexec"}),
    });
}

json process(const BundleSpec& spec) {
    json env = json::array({"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                            "HOME=/tmp", "LANG=C.UTF-8"});
    for (const std::string& variable : spec.env) {
        // The image's own value replaces ours.
        const std::string name = variable.substr(0, variable.find('=') + 1);
        for (json& ours : env)
            if (ours.get<std::string>().starts_with(name)) ours = variable;
        if (std::find(env.begin(), env.end(), json(variable)) == env.end()) env.push_back(variable);
    }
    const json none = json::array();
    return {{"terminal", false},
            {"user", {{"uid", spec.user_id}, {"gid", spec.group_id}, {"umask", 022}}},
            {"args", spec.command},
            {"env", env},
            {"cwd", "/"},
            {"noNewPrivileges", true},
            {"oomScoreAdj", oom_score_of_partitions},
            {"capabilities",
             {{"bounding", none},
              {"effective", none},
              {"inheritable", none},
              {"permitted", none},
              {"ambient", none}}},
            {"rlimits", json::array({{{"type", "RLIMIT_NOFILE"},
                                      {"hard", spec.open_files_max},
                                      {"soft", std::min(1024, spec.open_files_max)}},
                                     {{"type", "RLIMIT_SIGPENDING"},
                                      {"hard", waiting_signals_max},
                                      {"soft", waiting_signals_max}},
                                     {{"type", "RLIMIT_CORE"}, {"hard", 0}, {"soft", 0}}})}};
}

json resources(const BundleSpec& spec) {
    json memory = {{"limit", spec.memory.count()}};
    if (spec.limit_swap) memory["swap"] = spec.memory.count();  // memory and swap together: no swap
    if (spec.limit_sockets) memory["kernelTCP"] = spec.memory.count();
    return {{"devices", json::array({{{"allow", false}, {"access", "rwm"}}})},
            {"memory", memory},
            {"cpu",
             {{"shares", std::max<std::int64_t>(2, spec.cpu.count() * 1024 / 1000)},
              {"quota", std::max<std::int64_t>(1000, spec.cpu.count() * cpu_period_us / 1000)},
              {"period", cpu_period_us}}},
            {"pids", {{"limit", spec.pids.count()}}}};
}

json walls(const BundleSpec& spec) {
    const json range =
        json::array({{{"containerID", 0}, {"hostID", spec.uid_first}, {"size", uids_per_range}}});
    json namespaces = json::array({{{"type", "network"}, {"path", spec.netns}}});
    for (const char* type : {"pid", "ipc", "uts", "mount", "user"})
        namespaces.push_back({{"type", type}});
    return {{"namespaces", namespaces},
            {"uidMappings", range},
            {"gidMappings", range},
            {"cgroupsPath", spec.cgroup},
            {"resources", resources(spec)},
            {"seccomp", seccomp_profile()},
            {"maskedPaths",
             {"/proc/acpi", "/proc/asound", "/proc/config.gz", "/proc/interrupts", "/proc/kallsyms",
              "/proc/kcore", "/proc/keys", "/proc/kmsg", "/proc/latency_stats", "/proc/sched_debug",
              "/proc/scsi", "/proc/slabinfo", "/proc/timer_list", "/proc/timer_stats",
              "/proc/vmallocinfo", "/sys/firmware"}},
            {"readonlyPaths",
             {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}}};
}

Error damaged() {
    return error(ErrorCode::FailedPrecondition,
                 "the partition's bundle is damaged: prepare it again");
}

}  // namespace

std::string bundle_json(const BundleSpec& spec) {
    const json bundle = {{"ociVersion", "1.0.2"},
                         {"hostname", spec.hostname},
                         {"root", {{"path", spec.root}, {"readonly", true}}},
                         {"process", process(spec)},
                         {"mounts", mounts(spec)},
                         {"linux", walls(spec)}};
    return bundle.dump(1) + "\n";
}

Result<std::string> process_for_hook(const std::string& bundle,
                                     const std::vector<std::string>& command) {
    json made = json::parse(bundle, nullptr, /*allow_exceptions=*/false);
    if (!made.is_object() || !made.contains("process") || !made["process"].is_object())
        return damaged();
    made["process"]["args"] = command;
    return made["process"].dump(1) + "\n";
}

Result<std::string> bundle_for_hook(const std::string& bundle,
                                    const std::vector<std::string>& command,
                                    const std::string& cgroup) {
    json hook = json::parse(bundle, nullptr, /*allow_exceptions=*/false);
    if (!hook.is_object() || !hook.contains("process") || !hook.contains("linux")) return damaged();
    hook["process"]["args"] = command;
    hook["linux"]["cgroupsPath"] = cgroup;
    return hook.dump(1) + "\n";
}

}  // namespace foyer::agent
