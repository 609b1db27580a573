#include "node-agent/runtime/fence_keeper.h"

#include <array>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "common/os/atomic_file.h"
#include "common/os/child_process.h"
#include "common/os/files.h"
#include "common/os/process_id.h"
#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "node-agent/fence/deadline_table.h"

namespace foyer::agent {

namespace {

constexpr Duration connection_wait{250};  // of callers
constexpr Duration answer_wait{200};
constexpr Duration hello_wait{1'000};  // then it hangs
constexpr Duration retry{200};

Result<sockaddr_un> address_of(const std::string& file) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (file.size() >= sizeof address.sun_path)
        return error(ErrorCode::InvalidArgument, "'" + file + "' is too long for a socket");
    file.copy(address.sun_path, file.size());
    return address;
}

Result<os::UniqueFd> make_socket() {
    os::UniqueFd fd(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (!fd.valid()) return os::errno_error("cannot make the killer's socket");
    return fd;
}

Status send_request(int fd, const FenceRequest& request, int process) {
    FenceRequestBytes bytes = encode(request);
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    iovec place = {bytes.data(), bytes.size()};
    msghdr message = {};
    message.msg_iov = &place;
    message.msg_iovlen = 1;
    if (process >= 0) {
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        cmsghdr* head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        std::memcpy(CMSG_DATA(head), &process, sizeof process);
    }
    if (::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return error(ErrorCode::Unavailable, "the killer does not listen");
    return ok_status();
}

Result<FenceAnswer> receive_answer(int fd, Duration timeout) {
    pollfd wait = {.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&wait, 1, static_cast<int>(timeout.count())) <= 0)
        return error(ErrorCode::Unavailable, "the killer does not answer");
    FenceAnswerBytes bytes;
    const ssize_t count = ::recv(fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
    const auto answer =
        count <= 0 ? std::nullopt : answer_from({bytes.data(), static_cast<std::size_t>(count)});
    if (!answer) return error(ErrorCode::Unavailable, "the killer ended");
    return *answer;
}

Status ask(int fd, const FenceRequest& request, int process, Duration timeout) {
    TRY(send_request(fd, request, process));
    const FenceAnswer answer = TRY(receive_answer(fd, timeout));
    if (answer == FenceAnswer::Full)
        return error(
            ErrorCode::ResourceExhausted,
            "the killer guards " + std::to_string(fence_partitions_max) + " partitions already");
    if (answer == FenceAnswer::Refused)
        return error(ErrorCode::Unavailable, "the killer is of another version");
    return ok_status();
}

}  // namespace

FenceKeeper::FenceKeeper(FenceKeeperConfig config, const Clock& clock)
    : config_(std::move(config)),
      clock_(clock),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

FenceKeeper::~FenceKeeper() = default;

// Watches the killer, and is back with another one in milliseconds.
void FenceKeeper::run(const std::stop_token& stop) {
    const os::StopEvent stopped(stop);
    while (!stop.stop_requested()) {
        const int fd = connection_.get();  // nobody else changes it
        if (fd < 0) {
            const Status up = bring_up();
            if (up.ok()) continue;
            {
                const std::lock_guard lock(turn_);
                failure_ = up.failure().message;
            }
            os::wait_unless_stopped(retry, stop);
            continue;
        }
        // What can be read is the answer to a caller, who reads it; only the end is waited for.
        pollfd waits[3] = {{stopped.fd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {fd, POLLRDHUP, 0}};
        if (::poll(waits, 3, -1) < 0) continue;
        if (waits[1].revents == 0 && waits[2].revents == 0) continue;
        const std::lock_guard lock(turn_);
        eventfd_t rings = 0;
        ::eventfd_read(wake_.get(), &rings);
        connection_.reset();
        broken_ = false;
    }
}

// Programs and files without the lock: callers wait for a quarter of a second, not for a disk.
Status FenceKeeper::bring_up() {
    auto found = connect();
    if (!found.ok()) found = start();
    if (!found.ok()) return found.failure();
    const std::lock_guard lock(turn_);
    // What this agent knows; a killer that was found knows the same or more.
    std::erase_if(held_, [&](const auto& entry) {
        return entry.second.until + DeadlineTable::linger < clock_.mono();
    });
    for (const auto& [partition, held] : held_)
        TRY(ask(found.value().get(), held, -1, answer_wait));
    connection_ = std::move(found).value();
    failure_.clear();
    given_up_ = false;
    changed_.notify_all();
    return ok_status();
}

// To one that is there and answers.
Result<os::UniqueFd> FenceKeeper::connect() const {
    const sockaddr_un address = TRY(address_of(socket_file()));
    os::UniqueFd fd = TRY(make_socket());
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return os::errno_error("no killer listens");
    const Status answered = ask(fd.get(), {.verb = FenceVerb::Hello}, -1, hello_wait);
    if (answered.ok()) return fd;
    end_hanging();
    return answered.failure();
}

// One that is stopped would strike at its old deadlines as soon as it went on.
void FenceKeeper::end_hanging() const {
    const auto text = os::read_file(pid_file(), 256);
    const auto process = text.ok() ? os::process_id_from(text.value()) : std::nullopt;
    if (!process) return;
    discard(os::signal_process(*process, SIGKILL), "then it is gone");
    discard(os::wait_gone(*process, hello_wait), "the next one is started anyway");
}

Result<os::UniqueFd> FenceKeeper::start() {
    if (child_ && !os::is_alive(*child_)) child_.reset();
    TRY(os::remove_file(socket_file()));
    const sockaddr_un address = TRY(address_of(socket_file()));
    const os::UniqueFd listener = TRY(make_socket());
    // Connections wait in the queue until it is up, so nobody has to ask whether it is.
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::chmod(socket_file().c_str(), 0600) != 0 || ::listen(listener.get(), 4) != 0)
        return os::errno_error("cannot listen for the killer");
    std::vector<std::string> argv{config_.program};
    argv.insert(argv.end(), config_.groups.begin(), config_.groups.end());
    child_ = TRY(os::spawn_detached({.argv = std::move(argv),
                                     .log_file = config_.folder + "/fence.log",
                                     .listeners = {listener.get()}}));
    TRY(os::write_atomically(pid_file(), os::to_text(*child_), {.mode = 0600}));
    return connect();
}

// An answer that comes late would be taken for that of the next request, so one that did not come
// costs the connection.
void FenceKeeper::lose_connection() {
    broken_ = true;
    ::eventfd_write(wake_.get(), 1);
}

// Twice, because the first to speak to a killer that died is who notices.
Status FenceKeeper::tell(const FenceRequest& request, int process,
                         std::unique_lock<std::mutex>& lock) {
    Status done = ok_status();
    for (int attempt = 0; attempt < 2; ++attempt) {
        const auto is_up = [&] { return connection_.valid() && !broken_; };
        const Duration patience = given_up_ ? Duration(0) : connection_wait;
        given_up_ = !changed_.wait_for(lock, patience, is_up);
        if (given_up_)
            return error(ErrorCode::Unavailable,
                         "the killer is being started" + (failure_.empty() ? "" : ": " + failure_));
        done = ask(connection_.get(), request, process, answer_wait);
        if (done.ok() || done.failure().code != ErrorCode::Unavailable) return done;
        lose_connection();
    }
    return done;
}

Status FenceKeeper::hold(const FenceRequest& hold, int process) {
    std::unique_lock lock(turn_);
    TRY(tell(hold, process, lock));
    held_.insert_or_assign(std::string(hold.partition.view()), hold);
    return ok_status();
}

Status FenceKeeper::drop(const PartitionId& id) {
    FenceRequest request{.verb = FenceVerb::Drop};
    if (!request.partition.assign(id.str()))
        return error(ErrorCode::InvalidArgument, "this cannot name a partition");
    std::unique_lock lock(turn_);
    held_.erase(id.str());
    return tell(request, -1, lock);
}

}  // namespace foyer::agent
