// foyer-lab-wire: a line with delay, jitter and loss between two network namespaces, for kernels
// without netem. It makes a TAP interface on each side and carries frames between them, in order.
//
//   foyer-lab-wire NETNS_PATH INTERFACE NETNS_PATH INTERFACE DELAY_US JITTER_US LOSS_PERMILLE
//
// Prints "ready" when both interfaces are there, else one line with the reason (exit status 1).
// Runs until it is killed. What a full queue cannot take is lost, as on a real line.
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <random>
#include <sched.h>
#include <string>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <vector>

#include "common/os/unique_fd.h"

namespace {

using foyer::os::UniqueFd;
using Microseconds = std::chrono::microseconds;
using TimePoint = std::chrono::steady_clock::time_point;

constexpr std::size_t frame_bytes_max = 65'600;
constexpr std::size_t queue_frames_max = 20'000;
constexpr int frames_a_turn = 64;  // then the other direction has its turn

struct Quality {
    Microseconds delay{0};
    Microseconds jitter{0};
    unsigned loss_permille = 0;
};

struct Frame {
    TimePoint due;
    std::vector<char> bytes;
};

// One direction: what was read from `in` leaves through `out` when it is due.
struct Direction {
    int in = -1;
    int out = -1;
    std::deque<Frame> waiting;
};

int fail(const std::string& what) {
    std::printf("%s: %s\n", what.c_str(), std::strerror(errno));
    return 1;
}

UniqueFd open_tap(const char* netns, const char* name) {
    const UniqueFd space(::open(netns, O_RDONLY | O_CLOEXEC));
    if (!space.valid() || ::setns(space.get(), CLONE_NEWNET) != 0) return {};
    UniqueFd tap(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    ifreq request{};
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    if (!tap.valid() || ::ioctl(tap.get(), TUNSETIFF, &request) != 0) return {};
    return tap;
}

class Wire {
public:
    Wire(int a, int b, Quality quality) : quality_(quality) {
        directions_[0] = {.in = a, .out = b, .waiting = {}};
        directions_[1] = {.in = b, .out = a, .waiting = {}};
    }

    // Returns only when a descriptor is lost.
    int run() {
        const UniqueFd events(::epoll_create1(EPOLL_CLOEXEC));
        const UniqueFd alarm(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
        watch(events.get(), directions_[0].in, 0);
        watch(events.get(), directions_[1].in, 1);
        watch(events.get(), alarm.get(), alarm_index);
        std::array<epoll_event, 4> happened{};
        for (;;) {
            const int count = ::epoll_wait(events.get(), happened.data(), 4, -1);
            if (count < 0 && errno != EINTR) return 1;
            for (int i = 0; i < count; ++i) {
                const auto index = happened[static_cast<std::size_t>(i)].data.u32;
                if (index == alarm_index) {
                    std::uint64_t times = 0;
                    if (::read(alarm.get(), &times, sizeof times) < 0 && errno != EAGAIN) return 1;
                } else if (!take(directions_[index])) {
                    return 1;
                }
            }
            deliver();
            set(alarm.get());
        }
    }

private:
    static constexpr std::uint32_t alarm_index = 2;

    static void watch(int events, int fd, std::uint32_t index) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u32 = index;
        (void)::epoll_ctl(events, EPOLL_CTL_ADD, fd, &event);
    }

    bool take(Direction& direction) {
        for (int n = 0; n < frames_a_turn; ++n) {
            const ssize_t size = ::read(direction.in, buffer_.data(), buffer_.size());
            if (size < 0) return errno == EAGAIN || errno == EINTR || errno == EIO;
            if (lost() || direction.waiting.size() >= queue_frames_max) continue;
            TimePoint due = std::chrono::steady_clock::now() + quality_.delay + random_jitter();
            // Jitter delays, it does not reorder.
            if (!direction.waiting.empty()) due = std::max(due, direction.waiting.back().due);
            direction.waiting.push_back({due, {buffer_.data(), buffer_.data() + size}});
        }
        return true;
    }

    void deliver() {
        const TimePoint now = std::chrono::steady_clock::now();
        for (Direction& direction : directions_) {
            while (!direction.waiting.empty() && direction.waiting.front().due <= now) {
                const auto& bytes = direction.waiting.front().bytes;
                if (::write(direction.out, bytes.data(), bytes.size()) < 0) ++refused_;
                direction.waiting.pop_front();
            }
        }
    }

    void set(int alarm) const {
        TimePoint next = TimePoint::max();
        for (const Direction& direction : directions_) {
            if (!direction.waiting.empty()) next = std::min(next, direction.waiting.front().due);
        }
        itimerspec when{};  // zero: no alarm
        if (next != TimePoint::max()) {
            const auto ns = std::chrono::nanoseconds(next.time_since_epoch()).count();
            when.it_value.tv_sec = ns / 1'000'000'000;
            when.it_value.tv_nsec = ns % 1'000'000'000;
        }
        (void)::timerfd_settime(alarm, TFD_TIMER_ABSTIME, &when, nullptr);
    }

    bool lost() { return random_() % 1000 < quality_.loss_permille; }

    Microseconds random_jitter() {
        const auto span = static_cast<std::uint64_t>(quality_.jitter.count());
        return Microseconds(span == 0 ? 0 : static_cast<std::int64_t>(random_() % (span + 1)));
    }

    Quality quality_;
    std::array<Direction, 2> directions_;
    std::array<char, frame_bytes_max> buffer_{};
    std::mt19937_64 random_{1};  // the same losses in every run
    std::uint64_t refused_ = 0;  // by an interface that is down: as if the cable were out
};

bool parse(const char* text, long& value) {
    const char* end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, value);
    return error == std::errc{} && stop == end && value >= 0;
}

}  // namespace

int main(int argc, char** argv) {
    long delay_us = 0;
    long jitter_us = 0;
    long loss = 0;
    if (argc != 8 || !parse(argv[5], delay_us) || !parse(argv[6], jitter_us) ||
        !parse(argv[7], loss) || loss > 1000) {
        std::puts(
            "usage: foyer-lab-wire NETNS INTERFACE NETNS INTERFACE DELAY_US JITTER_US "
            "LOSS_PERMILLE");
        return 2;
    }
    const UniqueFd a = open_tap(argv[1], argv[2]);
    if (!a.valid()) return fail(argv[1]);
    const UniqueFd b = open_tap(argv[3], argv[4]);
    if (!b.valid()) return fail(argv[3]);
    std::puts("ready");
    (void)std::fflush(stdout);
    Wire wire(a.get(), b.get(),
              {Microseconds(delay_us), Microseconds(jitter_us), static_cast<unsigned>(loss)});
    return wire.run();
}
