// What an errand needs of CrunRuntime: the log of a partition, and programs inside it.
#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "common/os/unique_fd.h"
#include "node-agent/domain/log_lines.h"
#include "node-agent/runtime/crun_runtime.h"

namespace foyer::agent {
namespace {

constexpr std::size_t window_bytes = std::size_t{512} * 1024;  // looked through for one part
constexpr Duration look_again{200};

struct OpenLog {
    os::UniqueFd descriptor;
    LogPlace end;
};

// Nothing: there is no log yet.
Result<std::optional<OpenLog>> open_log(const std::string& path) {
    OpenLog log{os::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)), {}};
    if (!log.descriptor.valid() && errno == ENOENT) return std::optional<OpenLog>();
    struct stat found{};
    if (!log.descriptor.valid() || ::fstat(log.descriptor.get(), &found) != 0)
        return os::errno_error("the log cannot be read");
    log.end = {found.st_ino, static_cast<std::uint64_t>(found.st_size)};
    return std::optional(std::move(log));
}

Result<std::string> read_window(const OpenLog& log, std::uint64_t offset) {
    std::string bytes(std::min<std::uint64_t>(window_bytes, log.end.offset - offset), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::pread(log.descriptor.get(), bytes.data() + done,
                                      bytes.size() - done, static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return os::errno_error("the log cannot be read");
        if (count == 0) break;
        done += static_cast<std::size_t>(count);
    }
    bytes.resize(done);
    return bytes;
}

// One look, without waiting.
Result<LogPart> look_at_log(const std::string& path, const ReadLog& wanted) {
    const auto after = wanted.after.empty() ? std::nullopt : parse_log_place(wanted.after);
    if (!wanted.after.empty() && !after)
        return error(ErrorCode::InvalidArgument, "'after' is not a place this box gave");
    const std::optional<OpenLog> log = TRY(open_log(path));
    if (!log) {
        LogPart nothing;
        nothing.gap = after.has_value();
        return nothing;
    }
    LogPlace begin{log->end.file, 0};
    const bool known = after && after->file == log->end.file && after->offset <= log->end.offset;
    if (known) begin.offset = after->offset;
    if (wanted.newest > 0)
        begin.offset = log->end.offset - std::min<std::uint64_t>(window_bytes, log->end.offset);
    const std::string bytes = TRY(read_window(*log, begin.offset));
    LogPart part = lines_of(bytes, begin, wanted.newest);
    // No line is so long: what a power cut left is passed over.
    if (bytes.size() == window_bytes && bytes.find('\n') == std::string::npos)
        part.last = to_text(LogPlace{begin.file, begin.offset + window_bytes});
    part.gap = after && !known;
    part.more = part.more || (wanted.newest == 0 && log->end.offset - begin.offset > window_bytes);
    return part;
}

}  // namespace

Result<LogPart> CrunRuntime::read_log(const PartitionId& id, const ReadLog& wanted,
                                      std::stop_token stop) {
    TRY(check_partition_id(id));
    if (!os::exists(paths_.partition(id)))
        return error(ErrorCode::NotFound, "the box has no partition '" + id.str() + "' yet");
    Duration left = wanted.wait;
    for (;;) {
        LogPart part = TRY(look_at_log(places(id).log(), wanted));
        if (!part.lines.empty() || part.gap || left <= Duration(0)) return part;
        const Duration pause = std::min(left, look_again);
        if (!os::wait_unless_stopped(pause, stop)) return part;
        left = left - pause;
    }
}

Result<ProgramEnd> CrunRuntime::run_program(const PartitionId& id, const RunProgram& wanted,
                                            std::stop_token stop) {
    TRY(check_partition_id(id));
    if (TRY(status(id)).state != ContainerState::Running)
        return error(ErrorCode::FailedPrecondition, "the copy does not run now");
    os::Finished end = TRY(run_inside(id, "exec-" + std::to_string(++programs_run_), wanted.argv,
                                      {.argv = {},
                                       .input = wanted.input,
                                       .timeout = wanted.timeout,
                                       .output_max = errand_limits::output_bytes_max,
                                       .messages_max = errand_limits::errors_bytes_max,
                                       .message_lines_max = errand_limits::errors_bytes_max},
                                      stop));
    return ProgramEnd{.exit_code = exit_code_of(end),
                      .timed_out = end.timed_out,
                      .output = std::move(end.output),
                      .errors = std::move(end.messages),
                      .output_cut = end.output_cut};
}

}  // namespace foyer::agent
