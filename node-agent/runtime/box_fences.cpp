#include "node-agent/runtime/box_fences.h"

#include <poll.h>
#include <sys/syscall.h>

#include "common/os/files.h"
#include "node-agent/net/partition_net.h"
#include "node-agent/runtime/crun_runtime.h"
#include "node-agent/runtime/digest.h"

namespace foyer::agent {

namespace {

constexpr std::size_t status_bytes_max = 16384;

std::string link_of(const PartitionId& id) { return link_name(sha256_of_text(id.str())); }

bool is_over(int process) {
    pollfd wait = {.fd = process, .events = POLLIN, .revents = 0};
    return ::poll(&wait, 1, 0) != 0;
}

// Number 1 of a pid namespace of its own: "NSpid:	4711	1".
bool is_first(pid_t pid) {
    const auto status = os::read_file("/proc/" + std::to_string(pid) + "/status", status_bytes_max);
    if (!status.ok()) return false;
    const std::string& text = status.value();
    const std::size_t line = text.find("\nNSpid:");
    if (line == std::string::npos) return false;
    return text.substr(line + 1, text.find('\n', line + 1) - line - 1).ends_with("\t1");
}

}  // namespace

BoxFences::BoxFences(std::string program, const std::string& run_dir, std::string box_netns,
                     Cgroups groups, const Clock& clock)
    : clock_(clock),
      groups_(std::move(groups)),
      gate_(std::move(box_netns), clock),
      keeper_({.program = std::move(program), .folder = run_dir, .groups = groups_.fence_folders()},
              clock) {}

// Both the service's group and that of hooks that run without it: a copy that may not serve may
// not promote either.
Result<FenceRequest> BoxFences::request_for(const PartitionId& id, MonoTime until) const {
    TRY(check_partition_id(id));
    FenceRequest request{.verb = FenceVerb::Hold, .until = until};
    bool fits = request.partition.assign(id.str());
    std::size_t at = 0;
    for (const std::string& container : {id.str(), hook_container(id)})
        for (const std::string& folder : groups_.folders_to_kill(container)) {
            fits = fits && at < fence_folders_max && request.folders[at].assign(folder);
            ++at;
        }
    if (!fits)
        return error(ErrorCode::InvalidArgument,
                     "the control groups of '" + id.str() + "' have too long a name");
    return request;
}

// Of the service that runs now, if one does: the kernel's files are read only when the last one
// that was known has ended.
int BoxFences::first_process(const PartitionId& id) {
    os::UniqueFd& known = processes_[id];
    if (known.valid() && !is_over(known.get())) return known.get();
    known.reset();
    for (const pid_t pid : groups_.processes(id.str())) {
        os::UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        // Asked after it was opened: whoever had the number before is not meant.
        if (!process.valid() || !is_first(pid) || !groups_.holds(id.str(), pid)) continue;
        known = std::move(process);
        break;
    }
    return known.get();
}

// The killer first: if it cannot be told, neither fence is moved. If the gate cannot, the killer's
// deadline is later than the gate's, which is the one that counts.
Status BoxFences::extend(const PartitionId& id, MonoTime until, Gate clients) {
    const std::lock_guard lock(turn_);
    const FenceRequest request = TRY(request_for(id, until));
    const MonoTime now = clock_.mono();
    if (until > now + lease_max) return error(ErrorCode::InvalidArgument, "no lease is that long");
    if (until <= now) {
        TRY(gate_.shut(link_of(id)));
        TRY(keeper_.hold(request, first_process(id)));
        return error(ErrorCode::DeadlineExceeded, "the lease is over");
    }
    TRY(keeper_.hold(request, first_process(id)));
    return gate_.extend(link_of(id), until, clients == Gate::Open);
}

Status BoxFences::lift(const PartitionId& id) {
    const std::lock_guard lock(turn_);
    TRY(check_partition_id(id));
    processes_.erase(id);
    TRY(keeper_.drop(id));
    return gate_.lift(link_of(id));
}

Status BoxFences::close(const PartitionId& id) {
    const std::lock_guard lock(turn_);
    TRY(check_partition_id(id));
    return gate_.shut(link_of(id));
}

Status BoxFences::silence(const PartitionId& id) {
    const std::lock_guard lock(turn_);
    TRY(check_partition_id(id));
    TRY(gate_.shut(link_of(id)));
    processes_.erase(id);
    return keeper_.drop(id);
}

Status BoxFences::forget(const PartitionId& id) {
    const std::lock_guard lock(turn_);
    TRY(check_partition_id(id));
    processes_.erase(id);
    TRY(keeper_.drop(id));
    return gate_.forget(link_of(id));
}

}  // namespace foyer::agent
