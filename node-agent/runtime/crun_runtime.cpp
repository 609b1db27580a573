#include "node-agent/runtime/crun_runtime.h"

#include <algorithm>
#include <csignal>
#include <set>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "node-agent/net/partition_net.h"
#include "node-agent/runtime/bundle.h"
#include "node-agent/runtime/digest.h"
#include "node-agent/runtime/image_manifest.h"
#include "node-agent/runtime/release_file.h"
#include "node-agent/volume/replica_file.h"

namespace foyer::agent {

namespace {

constexpr Duration kill_timeout{15'000};
constexpr Duration keeper_timeout{2'000};
// Of a partition's keeper, which writes its log: some 300,000 short lines a second. Who says more
// waits; without an end to it, a tenant with a hundredth of a processor kept half of one busy.
constexpr Millicores keeper_cpu{100};
constexpr Duration exit_file_poll{20};
constexpr int exit_file_polls_max = 250;

std::string link_of(const PartitionId& id) { return link_name(sha256_of_text(id.str())); }

// What the image asks to find in the environment; an image without a readable configuration asks
// for nothing.
std::vector<std::string> image_env(const BoxPaths& paths, const std::string& image_hex) {
    const auto manifest_text = os::read_file(paths.blobs() + "/" + image_hex);
    if (!manifest_text.ok()) return {};
    const auto manifest = parse_manifest(manifest_text.value());
    if (!manifest.ok()) return {};
    const auto config_text =
        os::read_file(paths.blobs() + "/" + manifest.value().config.digest.str().substr(7));
    if (!config_text.ok()) return {};
    return parse_image_env(config_text.value()).value_or({});
}

std::optional<int> port_of(const Release& release, const std::string& name) {
    const auto found = release.ports.find(name);
    return found == release.ports.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string hook_container(const PartitionId& id) { return id.str() + "-hook"; }

std::string view_container(const PartitionId& id) { return id.str() + "-view"; }

Status check_partition_id(const PartitionId& id) {
    const std::string& text = id.str();
    const bool shaped =
        !text.empty() && text.size() <= 64 && text[0] != '-' &&
        text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    if (!shaped)
        return error(ErrorCode::InvalidArgument,
                     "'" + text.substr(0, 80) + "' cannot name a partition");
    return ok_status();
}

CrunRuntime::CrunRuntime(CrunRuntimeConfig config, Cgroups groups, Crun crun)
    : config_(std::move(config)),
      paths_(config_.paths),
      groups_(std::move(groups)),
      crun_(std::move(crun)),
      uids_(paths_, config_.uids),
      box_(paths_.box_netns()) {}

Result<std::unique_ptr<CrunRuntime>> CrunRuntime::open(CrunRuntimeConfig config) {
    const BoxPaths& paths = config.paths;
    for (const std::string& folder :
         {paths.data, paths.partitions(), paths.run, paths.netns_root()})
        TRY(os::make_dirs(folder, 0711));
    for (const std::string& folder : {paths.crun(), paths.exits(), paths.run + "/partitions"})
        TRY(os::make_dirs(folder, 0700));
    TRY(keep_in_memory(paths.secrets_root()));
    Cgroups groups = TRY(Cgroups::open(config.cgroup_parent, config.node));
    Crun crun = TRY(Crun::open(paths.crun(), groups.layout().mode));
    std::unique_ptr<CrunRuntime> made(
        new CrunRuntime(std::move(config), std::move(groups), std::move(crun)));
    TRY(made->uids_.claim_all());
    return made;
}

VolumePlaces CrunRuntime::places(const PartitionId& id) const {
    return {.partition = paths_.partition(id),
            .config = paths_.config(id),
            .secrets = paths_.secrets(id)};
}

Status CrunRuntime::prepare(const Assignment& ordered, const Release& release) {
    const Assignment assignment = within_egress(ordered, release);
    const PartitionId& id = assignment.partition;
    TRY(check_partition_id(id));
    const std::string replica = TRY(replica_json(assignment, release.name, release.version));
    const bool fresh = !os::exists(paths_.partition(id));
    const Status done = lay_out(assignment, release, replica);
    // A full disk, most often: what was not here before does not stay half made.
    if (!done.ok() && fresh) discard(erase(id), "the first error is the one to tell");
    return done;
}

Status CrunRuntime::lay_out(const Assignment& assignment, const Release& release,
                            const std::string& replica) {
    const PartitionId& id = assignment.partition;
    TRY(os::make_dirs(paths_.partition(id), 0711));
    TRY(os::make_dirs(paths_.live(id), 0700));
    const std::uint32_t first = TRY(uids_.take(id));
    const MappedUser user{.uid = first + static_cast<std::uint32_t>(release.user_id),
                          .gid = first + static_cast<std::uint32_t>(release.group_id)};
    TRY(prepare_network(assignment, release));
    if (is_cut_off(places(id).store())) TRY(end_all_of(id));
    TRY(write_volume(places(id), user, assignment, replica, config_.volumes));
    for (const os::ProcessId& program : programs_of_store(places(id).store()))
        TRY(groups_.confine_keeper(view_container(id), program.pid, assignment.reserved.cpu));
    return write_bundle(assignment, release, first);
}

Status CrunRuntime::prepare_network(const Assignment& assignment, const Release& release) {
    PartitionWall wall{.link = link_of(assignment.partition),
                       .address = assignment.address,
                       .members = {},
                       .proxies = assignment.proxies,
                       .replication_port = port_of(release, "replication").value_or(0),
                       .web_port = port_of(release, "web").value_or(0),
                       .mail_relay = assignment.mail_relay};
    for (const auto* list : {&assignment.members, &assignment.learners}) {
        for (const Member& member : *list) wall.members.push_back(member.address);
    }
    // The overlay may not have been set yet: the box's namespace then begins as a home's.
    if (!box_.exists()) TRY(ensure_box_net(box_, BoxRole::Home));
    const Netns partition(paths_.netns(assignment.partition));
    // Whoever starts, starts behind a wall that was just laid.
    if (first_process(assignment.partition) && walls_.stands(box_, partition, wall))
        return ok_status();
    walls_.forget(wall.link);
    TRY(ensure_partition_net(box_, partition, wall));
    walls_.laid(box_, partition, wall);
    return ok_status();
}

Status CrunRuntime::write_bundle(const Assignment& assignment, const Release& release,
                                 std::uint32_t uid_first) {
    const PartitionId& id = assignment.partition;
    const std::string image = TRY(hex_of(release.image));
    if (!os::exists(paths_.root_of(image)))
        return error(ErrorCode::FailedPrecondition,
                     "image '" + release.image.str() + "' is not on this box");
    const std::string text = bundle_json({.hostname = id.str(),
                                          .root = paths_.root_of(image),
                                          .command = release.command,
                                          .env = image_env(paths_, image),
                                          .user_id = release.user_id,
                                          .group_id = release.group_id,
                                          .uid_first = uid_first,
                                          .volume = places(id).volume(),
                                          .config = paths_.config(id),
                                          .secrets = paths_.secrets(id),
                                          .netns = paths_.netns(id),
                                          .cgroup = groups_.group_of(id.str()),
                                          .cpu = assignment.reserved.cpu,
                                          .memory = assignment.reserved.memory,
                                          .limit_swap = groups_.limits_swap(),
                                          .limit_sockets = groups_.counts_sockets_apart(),
                                          .pids = release.pids,
                                          .open_files_max = config_.open_files_max});
    TRY(os::make_dirs(paths_.bundle(id), 0711));
    return os::write_atomically(paths_.bundle(id) + "/config.json", text, {.mode = 0600});
}

std::optional<os::ProcessId> CrunRuntime::first_process(const PartitionId& id) const {
    const auto text = os::read_file(paths_.pid_file(id), 32);
    const auto number =
        text.ok() ? parse_int(text.value().substr(0, text.value().find('\n'))) : std::nullopt;
    if (!number || *number <= 0) return std::nullopt;
    const auto process = os::identify(static_cast<pid_t>(*number));
    // The file holds only a number, which may be somebody else's by now: who is in our group is
    // ours.
    if (!process.ok() || !groups_.holds(id.str(), process.value().pid)) return std::nullopt;
    return process.value();
}

Result<ContainerStatus> CrunRuntime::status(const PartitionId& id) {
    TRY(check_partition_id(id));
    const auto exit_text = os::read_file(paths_.exit_file(id), 32);
    if (exit_text.ok()) {
        const auto code = parse_int(exit_text.value());
        return ContainerStatus{
            .state = ContainerState::Exited,
            .exit_code = code ? std::optional(static_cast<int>(*code)) : std::nullopt};
    }
    if (first_process(id)) {
        if (!os::exists(paths_.started(id)))
            return ContainerStatus{.state = ContainerState::Created};
        // Without its volume it only looks alive. What comes next, prepare or start, ends it.
        return ContainerStatus{.state = is_cut_off(places(id).store()) ? ContainerState::Exited
                                                                       : ContainerState::Running};
    }
    // Started, but neither process nor exit code: its keeper died with it (a power cut within /run
    // cannot be, but kill -9 of both can).
    if (os::exists(paths_.pid_file(id))) return ContainerStatus{.state = ContainerState::Exited};
    return ContainerStatus{};
}

Status CrunRuntime::end_container(const std::string& container) {
    TRY(groups_.kill_all(container, kill_timeout));
    TRY(crun_.forget(container));
    return groups_.remove(container);
}

Status CrunRuntime::clear_service(const PartitionId& id) {
    TRY(end_container(id.str()));
    TRY(groups_.end_keeper(id.str(), kill_timeout));
    for (const std::string& file : {paths_.exit_file(id), paths_.pid_file(id), paths_.started(id)})
        TRY(os::remove_file(file));
    return ok_status();
}

// Whoever runs on a volume that is to be opened anew would see nothing of that, and look alive.
Status CrunRuntime::end_all_of(const PartitionId& id) {
    TRY(end_container(hook_container(id)));
    return clear_service(id);
}

Status CrunRuntime::start(const PartitionId& id, const Release&) {
    if (TRY(status(id)).state == ContainerState::Running) return ok_status();
    TRY(end_all_of(id));
    const Status begun = [&]() -> Status {
        if (is_cut_off(places(id).store()))
            return error(ErrorCode::Unavailable,
                         "gocryptfs, which shows the volume, ended; the volume is opened anew");
        TRY(crun_.create({.container = id.str(),
                          .bundle = paths_.bundle(id),
                          .pid_file = paths_.pid_file(id),
                          .exit_dir = paths_.exits(),
                          .log_file = places(id).log(),
                          .log_bytes_max = log_bytes_of(id),
                          .keeper_dir = paths_.live(id)},
                         {}));
        TRY(confine_keeper(id));
        TRY(crun_.start(id.str(), {}));
        return os::write_atomically(paths_.started(id), "", {.mode = 0600});
    }();
    if (!begun.ok())
        discard(clear_service(id),
                "the first error is the one to tell; the next start clears again");
    return begun;
}

// In a small store the log is small.
Bytes CrunRuntime::log_bytes_of(const PartitionId& id) const {
    const auto size = size_of_store(places(id).store());
    if (!size) return config_.log_bytes_max;
    return std::min(config_.log_bytes_max, Bytes(kept_for_log(*size).count() * 3 / 4));
}

Status CrunRuntime::confine_keeper(const PartitionId& id) const {
    const std::string text = TRY(os::read_file(paths_.keeper_file(id), 32));
    const auto keeper = parse_int(text.substr(0, text.find('\n')));
    if (!keeper || *keeper <= 1)
        return error(ErrorCode::Internal, "conmon of '" + id.str() + "' does not say who it is");
    return groups_.confine_keeper(id.str(), static_cast<pid_t>(*keeper), keeper_cpu);
}

Status CrunRuntime::reload(const PartitionId& id) {
    TRY(check_partition_id(id));
    const auto process = first_process(id);
    if (!process)
        return error(ErrorCode::FailedPrecondition, "partition '" + id.str() + "' is not running");
    return os::signal_process(*process, SIGHUP);
}

Status CrunRuntime::wait_exit(const PartitionId& id) const {
    for (int poll = 0; poll < exit_file_polls_max; ++poll) {
        if (os::exists(paths_.exit_file(id)) || !os::exists(paths_.pid_file(id))) break;
        os::wait_unless_stopped(exit_file_poll);
    }
    return ok_status();  // without the file the exit code is unknown, and everything else is as it
                         // should be
}

Status CrunRuntime::stop(const PartitionId& id, const Release& release) {
    TRY(check_partition_id(id));
    if (const auto process = first_process(id)) {
        TRY(os::signal_process(*process, SIGTERM));
        discard(os::wait_gone(*process, release.stop_timeout), "SIGKILL follows");
    }
    return kill(id);
}

Status CrunRuntime::kill(const PartitionId& id) {
    TRY(check_partition_id(id));
    TRY(groups_.kill_all(id.str(), kill_timeout));
    TRY(groups_.kill_all(hook_container(id), kill_timeout));
    if (os::exists(paths_.started(id))) TRY(wait_exit(id));
    // It writes to the disk, and may hang with it; who was to be ended is ended.
    discard(groups_.end_keeper(id.str(), keeper_timeout), "the next start or erase ends it");
    TRY(crun_.forget(id.str()));
    TRY(crun_.forget(hook_container(id)));
    TRY(groups_.remove(hook_container(id)));
    return groups_.remove(id.str());
}

Status CrunRuntime::end(const PartitionId& id) {
    TRY(kill(id));
    return groups_.end_keeper(id.str(), kill_timeout);
}

Status CrunRuntime::put_away(const PartitionId& id) {
    TRY(end(id));
    TRY(close_store(places(id).store()));
    return groups_.end_keeper(view_container(id), kill_timeout);
}

Status CrunRuntime::erase(const PartitionId& id) {
    TRY(end(id));
    walls_.forget(link_of(id));
    TRY(remove_partition_net(box_, Netns(paths_.netns(id)), link_of(id)));
    TRY(os::remove_file(paths_.exit_file(id)));
    TRY(os::remove_tree(paths_.live(id)));
    TRY(groups_.end_keeper(view_container(id), kill_timeout));
    // Last, because the partition is listed as long as its folder is there: an interruption is
    // taken up again.
    TRY(remove_volume(places(id)));
    discard(uids_.release(id), "a claim of a partition that is no more counts for nothing");
    return ok_status();
}

Result<std::vector<FoundPartition>> CrunRuntime::list() {
    std::set<PartitionId> names;
    for (const std::string& folder : {paths_.partitions(), paths_.run + "/partitions"})
        for (const std::string& name : TRY(os::list_dir(folder)))
            if (check_partition_id(PartitionId(name)).ok()) names.insert(PartitionId(name));
    std::vector<FoundPartition> found;
    for (const PartitionId& name : names) found.push_back({name, order_of_volume(places(name))});
    return found;
}

}  // namespace foyer::agent
