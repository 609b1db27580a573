#include "node-agent/runtime/crun.h"

#include <nlohmann/json.hpp>

#include "common/os/files.h"

namespace foyer::agent {

namespace {

constexpr Duration short_call{20'000};

}  // namespace

Result<Crun> Crun::open(std::string state_dir, CgroupMode mode) {
    Crun crun;
    TRY(os::find_program("crun"));
    crun.program_ = TRY(os::find_program(mode == CgroupMode::Hybrid ? "foyer-crun" : "crun"));
    crun.conmon_ = TRY(os::find_program("conmon"));
    crun.state_dir_ = std::move(state_dir);
    return crun;
}

os::Command Crun::command(std::vector<std::string> arguments) const {
    std::vector<std::string> argv{program_, "--root", state_dir_, "--cgroup-manager", "cgroupfs"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return {.argv = std::move(argv), .timeout = short_call};
}

Status Crun::create(const Supervised& wish, std::stop_token stop) const {
    // conmon notes a lack of memory as "oom" in the folder where it is started.
    const std::string report = TRY(os::launch({.argv = {"env",
                                                        "-C",
                                                        wish.keeper_dir,
                                                        conmon_,
                                                        "--api-version",
                                                        "1",
                                                        "-c",
                                                        wish.container,
                                                        "-u",
                                                        wish.container,
                                                        "-n",
                                                        wish.container,
                                                        "-r",
                                                        program_,
                                                        "--runtime-arg",
                                                        "--root",
                                                        "--runtime-arg",
                                                        state_dir_,
                                                        "--runtime-arg",
                                                        "--cgroup-manager",
                                                        "--runtime-arg",
                                                        "cgroupfs",
                                                        "-b",
                                                        wish.bundle,
                                                        "-p",
                                                        wish.pid_file,
                                                        "-P",
                                                        wish.keeper_dir + "/keeper",
                                                        "--exit-dir",
                                                        wish.exit_dir,
                                                        "-l",
                                                        "k8s-file:" + wish.log_file,
                                                        "--log-size-max",
                                                        std::to_string(wish.log_bytes_max.count()),
                                                        "--full-attach"},
                                               .env = {"_OCI_SYNCPIPE=3"},
                                               .timeout = short_call},
                                              stop));
    // {"data": pid} or {"data": -1, "message": "why"}
    const auto answer = nlohmann::json::parse(report, nullptr, /*allow_exceptions=*/false);
    if (answer.is_object() && answer.contains("data") && answer["data"].is_number() &&
        answer["data"].get<int>() > 0)
        return ok_status();
    const bool told =
        answer.is_object() && answer.contains("message") && answer["message"].is_string();
    return error(ErrorCode::Internal, "cannot create container '" + wish.container + "': " +
                                          (told ? answer["message"].get<std::string>() : report));
}

Status Crun::start(const std::string& container, std::stop_token stop) const {
    TRY(os::run_checked(command({"start", container}), stop));
    return ok_status();
}

Result<os::Finished> Crun::run(const std::string& container, const std::string& bundle,
                               Duration timeout, const OnLine& on_message,
                               std::stop_token stop) const {
    os::Command call = command({"run", "--bundle", bundle, container});
    call.timeout = timeout;
    call.on_message = on_message;
    return os::run(call, stop);
}

Result<os::Finished> Crun::exec(const std::string& container, const std::string& process_file,
                                const std::string& pid_file, os::Command how,
                                std::stop_token stop) const {
    how.argv = command({"exec", "--process", process_file, "--pid-file", pid_file, container}).argv;
    return os::run(how, stop);
}

Status Crun::forget(const std::string& container) const {
    if (!os::exists(state_dir_ + "/" + container)) return ok_status();
    const os::Finished done = TRY(os::run(command({"delete", "--force", container})));
    if (done.exit_code == 0 || !os::exists(state_dir_ + "/" + container)) return ok_status();
    // A power cut between two files of crun's leaves a state it cannot read; its processes are
    // ended by the caller through the cgroup.
    return os::remove_tree(state_dir_ + "/" + container);
}

}  // namespace foyer::agent
