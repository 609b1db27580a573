// The other end of a measured line: what an edge answers (line_protocol.h). One thread, few
// sessions, and none for long: it must not take the edge's line from those whom it serves.
#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/base/random.h"
#include "common/log/log.h"
#include "common/os/unique_fd.h"
#include "node-agent/line/line_facts.h"

namespace foyer::agent {

// An address: one of IPv4, or 64 bits of IPv6, which is what a line has.
struct GaugeLimits {
    int sessions_max = 4;  // at one time, and one for each address
    int sessions_per_minute = 60;
    int sessions_per_address = 6;  // in address_span: a measure takes two
    Duration address_span{600'000};
    std::int64_t bytes_per_hour = 20LL * 1000 * 1000 * 1000;  // of all: 45 Mbit/s, if it never ends
    Duration greeting_max{2'000};
    Duration session_max{15'000};
    int answers_per_second = 500;  // of datagrams
};

class LineGauge {
public:
    // At `port` and, for datagrams, also the one above. Borrows clock and log.
    static Result<std::unique_ptr<LineGauge>> open(const std::string& address, int port,
                                                   const Clock& clock, Rng& rng, Log& log,
                                                   GaugeLimits limits = {});
    ~LineGauge();
    // While it is not, nobody is answered, and who measures is hung up on. Any thread.
    void open_to_all(bool open) { open_ = open; }

private:
    enum class Phase { Greeting, Down, Up, Over };
    struct Session {
        os::UniqueFd socket;
        std::string address;
        MonoTime began;
        Phase phase = Phase::Greeting;
        std::string greeting;
        std::optional<MonoTime> first_byte;
        std::optional<MonoTime> counted_from;  // the warm-up was over
        std::optional<MonoTime> counted_to;
        std::int64_t bytes = 0;  // between these two
    };

    LineGauge(const Clock& clock, Log& log, GaugeLimits limits)
        : clock_(clock), log_(log), limits_(limits) {}
    struct Start {
        MonoTime at;
        std::string address;
    };
    void run(const std::stop_token& stop);
    void look_once(int stopped);
    void welcome();
    bool has_room(const std::string& address) const;
    bool may_start(const std::string& address);
    void serve(Session& session, bool readable);
    void greet(Session& session);
    void send(Session& session);
    void take(Session& session);
    void take_bytes(Session& session, std::int64_t count);
    void answer_up(Session& session);
    void answer_datagrams(int socket);
    void end_late(Session& session);

    const Clock& clock_;
    Log& log_;
    const GaugeLimits limits_;
    os::UniqueFd listener_;
    std::array<os::UniqueFd, 2> datagrams_;
    std::vector<Session> sessions_;
    std::atomic<bool> open_ = true;
    MonoTime listen_again_;      // no descriptor was left for the last caller
    std::deque<Start> started_;  // in the last address_span
    MonoTime hour_;              // the one that `spent_` counts
    std::int64_t spent_ = 0;     // bytes, in both directions
    MonoTime second_;            // the one that `answered_` counts
    int answered_ = 0;
    std::string block_;  // what is sent down, again and again; nothing can make it smaller
    std::jthread thread_;
};

}  // namespace foyer::agent
