#include "node-agent/care/ask_disks.h"

#include <algorithm>

#include "common/os/child_process.h"
#include "common/os/files.h"
#include "node-agent/care/read_box.h"
#include "node-agent/care/smartctl_report.h"

namespace foyer::agent::care {
namespace {

constexpr Duration one_call{20'000};

// What was known of a disk that sleeps now; if nothing was, what smartctl said.
DiskHealth remembered(const DiskHealth& asleep, const std::vector<DiskHealth>& earlier) {
    const auto known = std::ranges::find(earlier, asleep.name, &DiskHealth::name);
    if (known == earlier.end()) return asleep;
    // The letter is another disk's now.
    if (!asleep.serial.empty() && known->serial != asleep.serial) return asleep;
    DiskHealth disk = *known;
    disk.asleep = true;
    return disk;
}

}  // namespace

RunSmartctl smartctl_of_machine(std::stop_token stop) {
    return [stop](const std::vector<std::string>& arguments) -> Result<std::string> {
        os::Command command;
        command.argv = {"smartctl"};
        command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
        command.timeout = one_call;
        command.output_max = smartctl_bytes_max;
        os::Finished done = TRY(os::run(command, stop));
        if (done.timed_out)
            return error(ErrorCode::DeadlineExceeded, "smartctl took more than 20 s");
        return std::move(done.output);
    };
}

std::vector<std::string> smartctl_arguments(const std::string& root, const std::string& name) {
    std::vector<std::string> arguments{"--json=c", "-a", "-n",
                                       "standby," + std::to_string(smartctl_asleep)};
    // To find out what kind of disk it is can wake it: the kernel knows.
    const std::string vendor =
        os::read_file(root + "/sys/block/" + name + "/device/vendor").value_or("");
    if (vendor.starts_with("ATA")) arguments.insert(arguments.end(), {"-d", "sat"});
    if (name.starts_with("nvme")) arguments.insert(arguments.end(), {"-d", "nvme"});
    arguments.push_back("/dev/" + name);
    return arguments;
}

DisksAsked ask_disks(const std::string& root, const std::vector<DiskHealth>& earlier,
                     const RunSmartctl& run) {
    DisksAsked asked;
    for (const std::string& name : disks_to_ask(root)) {
        const auto text = run(smartctl_arguments(root, name));
        if (!text.ok() && text.failure().code == ErrorCode::NotFound) {
            asked.problem = "apt install smartmontools: it asks disks how they are";
            return asked;
        }
        const auto disk =
            text.ok() ? parse_smartctl(name, text.value()) : Result<DiskHealth>(text.failure());
        if (disk.ok()) {
            asked.disks.push_back(disk.value().asleep ? remembered(disk.value(), earlier)
                                                      : disk.value());
            continue;
        }
        asked.problem += (asked.problem.empty() ? "" : "; ") + name + ": " + disk.failure().message;
    }
    return asked;
}

}  // namespace foyer::agent::care
