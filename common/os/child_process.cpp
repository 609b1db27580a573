#include "common/os/child_process.h"

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <deque>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/os/files.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"

namespace foyer::os {

namespace {

constexpr Duration drain_after_end{200};  // a grandchild may hold the pipe open for ever

// posix_spawn's two option objects, freed together.
class SpawnPlan {
public:
    SpawnPlan() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    ~SpawnPlan() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    void give(int fd, int as) { ::posix_spawn_file_actions_adddup2(&actions_, fd, as); }
    void close_from(int first) { ::posix_spawn_file_actions_addclosefrom_np(&actions_, first); }

    Result<pid_t> spawn(const std::vector<std::string>& argv, const std::vector<std::string>& env,
                        short group) {
        if (argv.empty()) return error(ErrorCode::InvalidArgument, "an empty command");
        const std::string program = argv[0].starts_with('/') ? argv[0] : TRY(find_program(argv[0]));
        sigset_t none, all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_, static_cast<short>(POSIX_SPAWN_SETSIGMASK |
                                                                    POSIX_SPAWN_SETSIGDEF | group));
        std::vector<std::string> variables{
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"};
        variables.insert(variables.end(), env.begin(), env.end());
        const std::vector<char*> arguments = pointers(argv);
        const std::vector<char*> environment = pointers(variables);
        pid_t pid = 0;
        const int failure = ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_,
                                          arguments.data(), environment.data());
        if (failure != 0) return errno_error("cannot run '" + program + "'", failure);
        return pid;
    }

private:
    static std::vector<char*> pointers(const std::vector<std::string>& texts) {
        std::vector<char*> all;
        for (const std::string& text : texts)
            all.push_back(const_cast<char*>(text.c_str()));  // NOLINT: C interface
        all.push_back(nullptr);
        return all;
    }
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

// The last lines of a stream, and each line as it is complete.
class LineTail {
public:
    explicit LineTail(const Command& command) : command_(command) {}

    void add(std::string_view bytes) {
        for (const char c : bytes) {
            if (c == '\n')
                finish_line();
            else if (line_.size() < command_.messages_max)
                line_ += c;
        }
    }
    std::string finish() {
        if (!line_.empty()) finish_line();
        std::string text;
        for (const std::string& line : lines_) text += line + "\n";
        if (text.size() > command_.messages_max) text.erase(0, text.size() - command_.messages_max);
        return text;
    }

private:
    void finish_line() {
        if (command_.on_message) command_.on_message(line_);
        lines_.push_back(std::move(line_));
        line_.clear();
        if (lines_.size() > command_.message_lines_max) lines_.pop_front();
    }
    const Command& command_;
    std::string line_;
    std::deque<std::string> lines_;
};

enum class Ended { Exited, TimedOut, Stopped };

// One child from its start to its end.
class Conversation {
public:
    Conversation(const Command& command, std::stop_token stop)
        : command_(command),
          stop_(stop),
          tail_(command),
          deadline_(clock_.mono() + command.timeout) {}

    Status start() {
        const UniqueFd input = TRY(memory_file(command_.input));
        auto [out_read, out_write] = TRY(make_pipe());
        auto [err_read, err_write] = TRY(make_pipe());
        SpawnPlan plan;
        plan.give(input.get(), 0);
        plan.give(out_write.get(), 1);
        plan.give(err_write.get(), 2);
        plan.close_from(3);
        pid_ = TRY(plan.spawn(command_.argv, command_.env, POSIX_SPAWN_SETPGROUP));
        pidfd_ = UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
        output_ = std::move(out_read);
        errors_ = std::move(err_read);
        return ok_status();
    }

    Ended talk() {
        const StopEvent stopped(stop_);
        for (;;) {
            std::array<pollfd, 4> waits = {{{output_.get(), POLLIN, 0},
                                            {errors_.get(), POLLIN, 0},
                                            {pidfd_.get(), POLLIN, 0},
                                            {stopped.fd(), POLLIN, 0}}};
            const Duration left = std::max(Duration(0), deadline_ - clock_.mono());
            const int ready = ::poll(waits.data(), waits.size(),
                                     static_cast<int>(std::min<long>(left.count(), 1 << 30)));
            if (ready < 0 && errno != EINTR) return Ended::Stopped;
            if (ready < 0) continue;
            if (waits[0].revents != 0) read_output();
            if (waits[1].revents != 0) read_errors();
            if (waits[2].revents != 0) return Ended::Exited;
            if (waits[3].revents != 0) return Ended::Stopped;
            if (left.count() == 0) return Ended::TimedOut;
        }
    }

    // Takes what is still in the pipes, but waits for no grandchild longer than `patience`.
    void drain(Duration patience) {
        const MonoTime until = clock_.mono() + patience;
        while (output_.valid() || errors_.valid()) {
            std::array<pollfd, 2> waits = {
                {{output_.get(), POLLIN, 0}, {errors_.get(), POLLIN, 0}}};
            const Duration left = until - clock_.mono();
            if (left.count() < 0 ||
                ::poll(waits.data(), waits.size(), static_cast<int>(left.count())) <= 0)
                return;
            if (waits[0].revents != 0) read_output();
            if (waits[1].revents != 0) read_errors();
        }
    }

    void kill() { ::kill(-pid_, SIGKILL), ::kill(pid_, SIGKILL); }

    // Who was killed leaves grandchildren that nobody waits for.
    Finished reap(Ended ended) {
        int status = 0;
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        drain(ended == Ended::Exited ? drain_after_end : Duration(0));
        result_.messages = tail_.finish();
        return std::move(result_);
    }

private:
    void read_output() {
        const auto bytes = read_some(output_);
        const std::size_t room = command_.output_max - result_.output.size();
        result_.output.append(bytes, 0, room);
        if (bytes.size() > room) result_.output_cut = true;
    }
    void read_errors() { tail_.add(read_some(errors_)); }
    static std::string read_some(UniqueFd& fd) {
        char buffer[16384];
        const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
        if (count > 0) return std::string(buffer, static_cast<std::size_t>(count));
        if (count == 0 || errno != EINTR) fd.reset();
        return {};
    }

    const Command& command_;
    std::stop_token stop_;
    SystemClock clock_;
    LineTail tail_;
    MonoTime deadline_;
    pid_t pid_ = 0;
    UniqueFd pidfd_, output_, errors_;
    Finished result_;
};

// The end of a program's messages, on one line: some name the cause last, some (ip) first.
std::string gist_of(const std::string& messages) {
    constexpr std::size_t gist_max = 300;
    std::string gist = messages.substr(0, messages.find_last_not_of('\n') + 1);
    if (gist.size() > gist_max) gist.erase(0, gist.size() - gist_max);
    for (std::size_t at = gist.find('\n'); at != std::string::npos; at = gist.find('\n'))
        gist.replace(at, 1, "; ");
    return gist.empty() ? "no message" : gist;
}

// One line, or what came before the end, the time limit or the stop.
std::string read_report(const UniqueFd& report, const StopEvent& stopped, Duration timeout) {
    const SystemClock clock;
    const MonoTime deadline = clock.mono() + timeout;
    std::string line;
    while (line.empty() || line.back() != '\n') {
        const Duration left = std::max(Duration(0), deadline - clock.mono());
        std::array<pollfd, 2> waits = {{{report.get(), POLLIN, 0}, {stopped.fd(), POLLIN, 0}}};
        if (::poll(waits.data(), waits.size(), static_cast<int>(left.count())) <= 0 &&
            left.count() == 0)
            break;
        if (waits[1].revents != 0) break;
        if (waits[0].revents == 0) continue;
        char byte = 0;
        if (::read(report.get(), &byte, 1) != 1) break;
        if (line.size() < 4096 || byte == '\n') line += byte;
    }
    return line;
}

// A pipe, and no file in memory: who outlives us would keep that as long as it lives.
Result<UniqueFd> input_of(const Detached& program) {
    if (program.input.empty()) return open_file("/dev/null", O_RDONLY);
    if (program.input.size() > PIPE_BUF)
        return error(ErrorCode::InvalidArgument, "too much input for a program in the background");
    auto [read_end, write_end] = TRY(make_pipe());
    TRY(write_all(write_end.get(), program.input));
    return std::move(read_end);
}

}  // namespace

Result<Finished> run(const Command& command, std::stop_token stop) {
    if (stop.stop_requested()) return error(ErrorCode::Unavailable, "stopped before it began");
    Conversation child(command, stop);
    TRY(child.start());
    const Ended ended = child.talk();
    if (ended != Ended::Exited) child.kill();
    Finished finished = child.reap(ended);
    if (ended == Ended::Stopped)
        return error(ErrorCode::Unavailable, "'" + command.argv[0] + "' was stopped");
    finished.timed_out = ended == Ended::TimedOut;
    return finished;
}

Result<std::string> run_checked(const Command& command, std::stop_token stop) {
    Finished finished = TRY(run(command, stop));
    if (finished.timed_out)
        return error(ErrorCode::DeadlineExceeded,
                     "'" + command.argv[0] + "' took too long and was killed");
    if (finished.exit_code != 0)
        return error(ErrorCode::Internal, "'" + command.argv[0] + "' failed with status " +
                                              std::to_string(finished.exit_code) + ": " +
                                              gist_of(finished.messages));
    return std::move(finished.output);
}

Result<std::string> launch(const Command& command, std::stop_token stop) {
    const UniqueFd nothing = TRY(open_file("/dev/null", O_RDWR));
    auto [report, report_write] = TRY(make_pipe());
    UniqueFd high(::fcntl(report_write.get(), F_DUPFD_CLOEXEC, 10));
    report_write.reset();
    SpawnPlan plan;
    for (const int standard : {0, 1, 2}) plan.give(nothing.get(), standard);
    plan.give(high.get(), 3);
    plan.close_from(4);
    const pid_t pid = TRY(plan.spawn(command.argv, command.env, POSIX_SPAWN_SETSID));
    const StopEvent stopped(stop);
    high.reset();  // so that the end of the child's copies is seen
    std::string line = read_report(report, stopped, command.timeout);
    if (line.empty() || line.back() != '\n') ::kill(-pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
    if (line.empty() || line.back() != '\n')
        return error(ErrorCode::Unavailable, "'" + command.argv[0] + "' did not report its start");
    line.pop_back();
    return line;
}

Result<ProcessId> spawn_detached(const Detached& program) {
    const UniqueFd input = TRY(input_of(program));
    const UniqueFd log = TRY(open_file(program.log_file, O_WRONLY | O_CREAT | O_APPEND, 0640));
    SpawnPlan plan;
    // dup2 onto itself would leave close-on-exec set, so listeners travel by high numbers first.
    std::vector<UniqueFd> listeners;
    for (const int given : program.listeners) {
        listeners.emplace_back(::fcntl(given, F_DUPFD_CLOEXEC, 10));
        if (!listeners.back().valid()) return errno_error("cannot pass the listener");
    }
    plan.give(input.get(), 0);
    plan.give(log.get(), 1);
    plan.give(log.get(), 2);
    int next = 3;
    for (const UniqueFd& listener : listeners) plan.give(listener.get(), next++);
    plan.close_from(next);
    const pid_t pid = TRY(plan.spawn(program.argv, program.env, POSIX_SPAWN_SETSID));
    return identify(pid);
}

}  // namespace foyer::os
