#include "node-agent/line/line_meter.h"

#include <algorithm>
#include <array>
#include <map>
#include <poll.h>
#include <vector>

#include "common/os/sys.h"
#include "common/tls/address.h"
#include "node-agent/line/line_protocol.h"
#include "node-agent/line/line_socket.h"

namespace foyer::agent {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;
// More would take too long to drain out of a slow line, less would not fill a fast one.
constexpr int send_buffer = 1 << 20;

std::optional<Duration> median(std::vector<Duration> spans) {
    if (spans.empty()) return std::nullopt;
    std::ranges::sort(spans);
    return spans[spans.size() / 2];
}

// Datagrams to the edge, and what came back of them.
class Pinger {
public:
    static Result<Pinger> open(const SocketAddress& to, const Clock& clock, Rng& rng) {
        os::UniqueFd socket(
            ::socket(to.storage.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!socket.valid()) return os::errno_error("cannot make a socket");
        return Pinger(std::move(socket), to, clock, rng);
    }
    int socket() const { return socket_.get(); }

    void ask(const SocketAddress& to) {
        const std::string nonce = rng_.text(nonce_bytes);
        const std::string question = seen_question(nonce);
        sent_[nonce] = {clock_.mono(), to.port()};
        ::sendto(socket_.get(), question.data(), question.size(), 0, to.raw(), to.length);
    }
    void ask() { ask(to_); }
    // What arrived; answers to questions that nobody asked count for nothing.
    void hear() {
        std::array<char, 2 * question_bytes> bytes;
        for (int turn = 0; turn < 64; ++turn) {
            const ssize_t got = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
            if (got < 0) return;
            note({bytes.data(), static_cast<std::size_t>(got)});
        }
    }
    void wait_unless_heard(Duration span) {
        const MonoTime end = clock_.mono() + span;
        for (Duration left = span; left > Duration(0); left = end - clock_.mono()) {
            pollfd ready{socket_.get(), POLLIN, 0};
            ::poll(&ready, 1, static_cast<int>(left.count()));
            hear();
        }
    }
    std::vector<Duration> take_round_trips() { return std::exchange(round_trips_, {}); }
    // As the edge's port saw this socket.
    std::optional<Seen> seen_at(int port) const {
        const auto found = seen_.find(port);
        return found == seen_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    struct Question {
        MonoTime at;
        int port = 0;
    };
    Pinger(os::UniqueFd socket, const SocketAddress& to, const Clock& clock, Rng& rng)
        : socket_(std::move(socket)), to_(to), clock_(clock), rng_(rng) {}

    void note(std::string_view answer) {
        const auto said = parse_seen(answer);
        const auto asked = said ? sent_.find(said->nonce) : sent_.end();
        if (asked == sent_.end()) return;
        round_trips_.push_back(clock_.mono() - asked->second.at);
        seen_[asked->second.port] = said->seen;
        sent_.erase(asked);
    }

    os::UniqueFd socket_;
    SocketAddress to_;
    const Clock& clock_;
    Rng& rng_;
    std::map<std::string, Question> sent_;
    std::vector<Duration> round_trips_;
    std::map<int, Seen> seen_;
};

struct Flow {
    std::int64_t bytes = 0;
    Duration span{0};
    std::vector<Duration> round_trips;
};

KbitPerSecond rate_of(const Flow& flow) {
    return KbitPerSecond(flow.span <= Duration(0) ? 0 : flow.bytes * 8 / flow.span.count());
}

// One direction: `turn` is called whenever the socket is ready, until its time is over or it says
// that the other side ended.
class Direction {
public:
    Direction(Pinger& pinger, const Clock& clock, const MeterRules& rules)
        : pinger_(pinger), clock_(clock), rules_(rules) {}

    template <class Turn>
    void run(int socket, short events, const Turn& turn) {
        const MonoTime began = clock_.mono();
        MonoTime next_ping = began;
        for (MonoTime now = began; now - began < rules_.span; now = clock_.mono()) {
            if (now >= next_ping) {
                if (now - began >= warm_up) pinger_.ask();
                next_ping = now + rules_.ping_pause;
            }
            std::array<pollfd, 2> ready{pollfd{socket, events, 0},
                                        pollfd{pinger_.socket(), POLLIN, 0}};
            ::poll(ready.data(), ready.size(), static_cast<int>((next_ping - now).count()) + 1);
            if (ready[1].revents != 0) pinger_.hear();
            if (ready[0].revents != 0 && !turn(clock_.mono() - began >= warm_up)) return;
        }
    }

private:
    Pinger& pinger_;
    const Clock& clock_;
    const MeterRules& rules_;
};

Error busy() {
    return error(ErrorCode::ResourceExhausted,
                 "others measure at that edge just now; try it again in a minute");
}

Result<os::UniqueFd> begin(const SocketAddress& to, std::string_view greeting,
                           const MeterRules& rules) {
    os::UniqueFd socket = TRY(connect_to(to, rules.answer_max));
    ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    if (::send(socket.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(greeting.size()))
        return error(ErrorCode::Unavailable, "the edge hung up");
    return socket;
}

Result<Flow> download(const SocketAddress& to, Pinger& pinger, const Clock& clock,
                      const MeterRules& rules) {
    const os::UniqueFd socket = TRY(begin(to, ask_down, rules));
    Flow flow;
    std::optional<MonoTime> from;
    std::string first;
    Direction(pinger, clock, rules).run(socket.get(), POLLIN, [&](bool warm) {
        std::array<char, block_bytes> bytes;
        const ssize_t got = ::recv(socket.get(), bytes.data(), bytes.size(), 0);
        if (got <= 0) return got < 0 && errno == EAGAIN;
        if (first.size() < too_many.size())
            first.append(bytes.data(),
                         std::min<std::size_t>(static_cast<std::size_t>(got), too_many.size()));
        if (!warm) return true;
        const MonoTime now = clock.mono();
        if (!from) from = now;
        if (now > *from) flow.bytes += got;
        flow.span = now - *from;
        return true;
    });
    if (first == too_many) return busy();
    if (first.empty()) return error(ErrorCode::Unavailable, "the edge sends nothing");
    flow.round_trips = pinger.take_round_trips();
    return flow;
}

Result<Flow> read_answer(int socket, const Clock& clock, const MeterRules& rules) {
    std::string answer;
    const MonoTime end = clock.mono() + rules.answer_max;
    while (answer.find('\n') == std::string::npos && answer.size() < 64) {
        const Duration left = end - clock.mono();
        pollfd ready{socket, POLLIN, 0};
        if (left <= Duration(0) || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
            return error(ErrorCode::DeadlineExceeded, "the edge does not say what arrived");
        char bytes[64];
        const ssize_t got = ::recv(socket, bytes, sizeof bytes, 0);
        if (got <= 0) return error(ErrorCode::Unavailable, "the edge hung up");
        answer.append(bytes, static_cast<std::size_t>(got));
    }
    if (answer == too_many) return busy();
    const auto said = parse_answer(answer.substr(0, answer.find('\n')));
    if (!said) return error(ErrorCode::Unavailable, "what answers there is no edge of Foyer");
    return Flow{said->bytes, said->span, {}};
}

Result<Flow> upload(const SocketAddress& to, Pinger& pinger, const Clock& clock, Rng& rng,
                    const MeterRules& rules) {
    const os::UniqueFd socket = TRY(begin(to, ask_up, rules));
    std::vector<std::uint8_t> block(block_bytes);
    rng.fill(block);
    Direction(pinger, clock, rules).run(socket.get(), POLLOUT, [&](bool) {
        const ssize_t sent = ::send(socket.get(), block.data(), block.size(), MSG_NOSIGNAL);
        return sent > 0 || errno == EAGAIN;
    });
    ::shutdown(socket.get(), SHUT_WR);
    Flow flow = TRY(read_answer(socket.get(), clock, rules));
    pinger.hear();
    flow.round_trips = pinger.take_round_trips();
    return flow;
}

// An edge serves a line once at a time, and on a slow line it sees later than we do that our
// download is over.
Result<Flow> upload_after_download(const SocketAddress& to, Pinger& pinger, const Clock& clock,
                                   Rng& rng, const MeterRules& rules) {
    const MonoTime end = clock.mono() + rules.hung_up_max;
    while (true) {
        auto flow = upload(to, pinger, clock, rng, rules);
        // "busy" may be lost in the hanging up.
        const bool is_busy = !flow.ok() && (flow.failure().code == ErrorCode::ResourceExhausted ||
                                            flow.failure().code == ErrorCode::Unavailable);
        if (!is_busy || clock.mono() >= end) return flow;
        pinger.wait_unless_heard(rules.ping_pause);
    }
}

std::optional<NatKind> nat_of(const Pinger& pinger, const SocketAddress& to) {
    const auto first = pinger.seen_at(to.port());
    const auto second = pinger.seen_at(to.port() + 1);
    const auto own = own_address(pinger.socket(), to);
    if (!first || !second || !own.ok()) return std::nullopt;
    return nat_kind(own.value(), *first, *second);
}

}  // namespace

Result<LineFacts> measure_line(const std::string& edge, const Clock& clock, Rng& rng,
                               const MeterRules& rules) {
    const tls::HostPort at = TRY(tls::split_address(edge));
    const SocketAddress to = TRY(find_host(at.host, at.port));
    Pinger pinger = TRY(Pinger::open(to, clock, rng));
    for (int i = 0; i < rules.pings; ++i) {
        pinger.ask();
        if (i % 3 == 0) pinger.ask(to.with_port(to.port() + 1));
        pinger.wait_unless_heard(rules.ping_pause);
    }
    LineFacts facts;
    facts.idle = median(pinger.take_round_trips());
    facts.nat = nat_of(pinger, to);
    if (const auto seen = pinger.seen_at(to.port())) facts.seen_as = seen->address;
    const Flow down = TRY(download(to, pinger, clock, rules));
    const Flow up = TRY(upload_after_download(to, pinger, clock, rng, rules));
    facts.download = rate_of(down);
    facts.upload = rate_of(up);
    const auto full_down = median(down.round_trips);
    const auto full_up = median(up.round_trips);
    facts.full = std::max(full_down, full_up);  // absent is less than any
    return facts;
}

}  // namespace foyer::agent
