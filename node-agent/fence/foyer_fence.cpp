// foyer-fence: kills at a deadline, whatever its agent does. Started by the agent.
// usage: foyer-fence [FOLDER OF A CONTROL GROUP]…, with a listening SOCK_SEQPACKET socket as
// descriptor 3
//
// It goes into the control groups it is given (away from its agent's, which may be frozen), locks
// its memory, and then touches neither heap nor disk. It ends when it guards nothing and no agent
// is connected. SIGTERM: whoever ends it ends what it guards, at once.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sched.h>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/base/time.h"
#include "node-agent/fence/deadline_table.h"
#include "node-agent/fence/fence_message.h"
#include "node-agent/fence/strike.h"

namespace {

using namespace foyer;
using namespace foyer::agent;

constexpr int listener = 3;
constexpr std::size_t agents_max = 4;  // one, and those of before whose end was not seen yet
constexpr Duration first_call{10'000};

void close_if_any(int fd) {
    if (fd >= 0) ::close(fd);
}

class Fence {
public:
    Fence(int timer, int signals) : timer_(timer), signals_(signals) { agents_.fill(-1); }

    int run() {
        const MonoTime give_up = clock_.mono() + first_call;
        while (!ended_ && (guards() || (!called_ && clock_.mono() < give_up))) {
            set_timer(called_ ? table_.next_strike() : give_up);
            wait();
            strike_due();
        }
        return 0;
    }

private:
    bool guards() const {
        return table_.size() > 0 ||
               std::any_of(agents_.begin(), agents_.end(), [](int fd) { return fd >= 0; });
    }

    // Setting it anew also takes back that it rang, so it is never read.
    void set_timer(std::optional<MonoTime> at) {
        itimerspec when = {};  // zero: never
        if (at) {
            when.it_value.tv_sec = at->boot_ms / 1000;
            when.it_value.tv_nsec = at->boot_ms % 1000 * 1'000'000;
        }
        if (::timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr) != 0)
            std::perror("foyer-fence: cannot set the timer");
    }

    void wait() {
        std::array<pollfd, agents_max + 3> waits{};
        waits[0] = {.fd = timer_, .events = POLLIN, .revents = 0};
        waits[1] = {.fd = signals_, .events = POLLIN, .revents = 0};
        waits[2] = {.fd = listener, .events = POLLIN, .revents = 0};
        for (std::size_t i = 0; i < agents_max; ++i)
            waits[3 + i] = {.fd = agents_[i], .events = POLLIN, .revents = 0};
        if (::poll(waits.data(), waits.size(), -1) <= 0) return;
        if (waits[1].revents != 0) end_all();
        for (std::size_t i = 0; i < agents_max; ++i)
            if (waits[3 + i].revents != 0) serve(agents_[i]);
        if (waits[2].revents != 0) greet();
    }

    void greet() {
        const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) return;
        ucred peer = {};
        socklen_t size = sizeof peer;
        const bool ours =
            ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
        const auto place = std::find(agents_.begin(), agents_.end(), -1);
        if (!ours || place == agents_.end()) {
            ::close(fd);
            return;
        }
        *place = fd;
        called_ = true;
    }

    // One request and its answer. Whoever says something else is cut off.
    void serve(int& agent) {
        std::array<char, fence_request_bytes + 1> bytes{};
        alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
        iovec place = {bytes.data(), bytes.size()};
        msghdr message = {};
        message.msg_iov = &place;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
        const ssize_t count = ::recvmsg(agent, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        int process = -1;
        if (count > 0) {
            const cmsghdr* head = CMSG_FIRSTHDR(&message);
            if (head != nullptr && head->cmsg_level == SOL_SOCKET &&
                head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof(int)))
                std::memcpy(&process, CMSG_DATA(head), sizeof process);
        }
        FenceAnswer answer = FenceAnswer::Refused;
        if (count > 0 && (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0)
            answer = obey(request_from({bytes.data(), static_cast<std::size_t>(count)}), process);
        else
            close_if_any(process);
        const FenceAnswerBytes reply = encode(answer);
        const bool told =
            count > 0 && ::send(agent, reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT) ==
                             static_cast<ssize_t>(reply.size());
        if (told && answer != FenceAnswer::Refused) return;
        ::close(agent);
        agent = -1;
    }

    FenceAnswer obey(const std::optional<FenceRequest>& request, int process) {
        if (!request || request->verb != FenceVerb::Hold) close_if_any(process);
        if (!request) return FenceAnswer::Refused;
        if (request->verb == FenceVerb::Drop) close_if_any(table_.drop(request->partition.view()));
        if (request->verb != FenceVerb::Hold) return FenceAnswer::Done;
        const DeadlineTable::Put put = table_.put(*request, process);
        close_if_any(put.to_close);
        return put.taken ? FenceAnswer::Done : FenceAnswer::Full;
    }

    void strike_due() {
        const MonoTime now = clock_.mono();
        while (DeadlineTable::Entry* entry = table_.due(now)) {
            const bool empty = strike(entry->held, entry->process);
            close_if_any(table_.struck(*entry, empty, clock_.mono()));
        }
    }

    void end_all() {
        table_.hasten(clock_.mono());
        for (int round = 0; round < rounds_at_end && table_.size() > 0; ++round) strike_due();
        ended_ = true;
    }

    static constexpr int rounds_at_end = 3;

    const int timer_;
    const int signals_;
    SystemClock clock_;
    DeadlineTable table_;
    std::array<int, agents_max> agents_{};
    bool called_ = false;
    bool ended_ = false;
};

// What cannot be had is said, and done without: a fence that may be paged out is better than none.
void settle(int groups, char** group) {
    for (int i = 0; i < groups; ++i)
        if (!write_control(group[i], "cgroup.procs", "0"))
            std::perror(
                ("foyer-fence: cannot go to the control group " + std::string(group[i])).c_str());
    if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        std::perror("foyer-fence: cannot lock its memory");
    // A busy box must not delay it; not every machine lets us.
    const sched_param first = {.sched_priority = 1};
    if (::sched_setscheduler(0, SCHED_FIFO, &first) != 0 &&
        ::setpriority(PRIO_PROCESS, 0, -20) != 0)
        std::perror("foyer-fence: cannot go first");
    if (!write_control("/proc/self", "oom_score_adj", "-1000"))
        std::perror("foyer-fence: may be ended when memory runs out");
}

}  // namespace

int main(int argc, char** argv) {
    sigset_t ends;
    ::sigemptyset(&ends);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&ends, signal);
    if (::pthread_sigmask(SIG_BLOCK, &ends, nullptr) != 0) return 1;
    const int signals = ::signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    int listening = 0;
    socklen_t size = sizeof listening;
    if (::getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 ||
        listening == 0 || signals < 0 || timer < 0) {
        std::perror("foyer-fence: started by an agent only, with a listening socket");
        return 2;
    }
    static Fence fence(timer, signals);  // not on the stack: its table is large
    settle(argc - 1, argv + 1);
    return fence.run();
}
