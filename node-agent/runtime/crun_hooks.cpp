// Hooks of CrunRuntime: programs of the image, beside or inside the service.
#include <csignal>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "node-agent/runtime/bundle.h"
#include "node-agent/runtime/crun_runtime.h"
#include "node-agent/runtime/disk_room.h"

namespace foyer::agent {

namespace {

constexpr const char* step_mark = "step: ";

Result<const Release::Hook*> hook_of(const Release& release, const std::string& name) {
    const auto found = release.hooks.find(name);
    if (found == release.hooks.end())
        return error(ErrorCode::NotFound,
                     "release '" + release.name.str() + "' has no hook '" + name + "'");
    return &found->second;
}

Crun::OnLine steps_only(const PartitionRuntime::Steps& steps) {
    return [&steps](const std::string& line) {
        if (steps && line.starts_with(step_mark))
            steps(line.substr(std::string_view(step_mark).size()));
    };
}

HookResult result_of(os::Finished finished) {
    return {.exit_code = exit_code_of(finished),
            .output = std::move(finished.output),
            .last_messages = std::move(finished.messages)};
}

}  // namespace

Result<HookResult> CrunRuntime::run_stopped_hook(const PartitionId& id, const Release& release,
                                                 const std::string& hook, const Steps& steps,
                                                 std::stop_token stop) {
    TRY(check_partition_id(id));
    const Release::Hook* program = TRY(hook_of(release, hook));
    const ContainerState state = TRY(status(id)).state;
    if (state == ContainerState::Running || state == ContainerState::Created)
        return error(ErrorCode::FailedPrecondition,
                     "hook '" + hook + "' needs partition '" + id.str() + "' stopped");
    const std::string container = id.str() + "-hook";
    TRY(end_container(container));  // left by an agent that died
    const std::string bundle = TRY(os::read_file(paths_.bundle(id) + "/config.json"));
    const std::string folder = paths_.hook_bundle(id);
    TRY(os::make_dirs(folder, 0711));
    const std::string hook_bundle =
        TRY(bundle_for_hook(bundle, program->command, groups_.group_of(container)));
    TRY(os::write_atomically(folder + "/config.json", hook_bundle, {.mode = 0600}));
    auto finished = crun_.run(container, folder, program->timeout, steps_only(steps), stop);
    TRY(end_container(
        container));  // also when it was stopped or took too long: nothing of it goes on
    HookResult result = result_of(TRY(std::move(finished)));
    result.disk_full = result.exit_code != 0 &&
                       (is_disk_full(paths_.partitions()) || is_disk_full(places(id).volume()));
    return result;
}

Result<HookResult> CrunRuntime::run_live_hook(const PartitionId& id, const Release& release,
                                              const std::string& hook, const Steps& steps,
                                              std::stop_token stop) {
    TRY(check_partition_id(id));
    const Release::Hook* program = TRY(hook_of(release, hook));
    if (TRY(status(id)).state != ContainerState::Running)
        return error(ErrorCode::FailedPrecondition,
                     "hook '" + hook + "' needs partition '" + id.str() + "' running");
    return result_of(TRY(run_inside(
        id, "hook-" + hook, program->command,
        {.argv = {}, .timeout = program->timeout, .on_message = steps_only(steps)}, stop)));
}

Result<os::Finished> CrunRuntime::run_inside(const PartitionId& id, const std::string& name,
                                             const std::vector<std::string>& program,
                                             os::Command how, std::stop_token stop) {
    const std::string pid_file = paths_.live(id) + "/" + name + ".pid";
    const std::string process_file = paths_.live(id) + "/" + name + ".json";
    const auto end_program = [&] {
        const auto text = os::read_file(pid_file, 32);
        const auto pid =
            text.ok() ? parse_int(text.value().substr(0, text.value().find('\n'))) : std::nullopt;
        if (pid && *pid > 1 && groups_.holds(id.str(), static_cast<pid_t>(*pid)))
            os::kill_tree(static_cast<pid_t>(*pid));
        for (const std::string& file : {pid_file, process_file})
            discard(os::remove_file(file), "overwritten by the next run");
    };
    end_program();  // left by an agent that died
    const std::string bundle = TRY(os::read_file(paths_.bundle(id) + "/config.json"));
    const std::string process = TRY(process_for_hook(bundle, program));
    TRY(os::write_atomically(process_file, process));
    auto finished = crun_.exec(id.str(), process_file, pid_file, std::move(how), stop);
    end_program();
    return finished;
}

}  // namespace foyer::agent
