#include "node-agent/line/line_gauge.h"

#include <algorithm>
#include <arpa/inet.h>
#include <poll.h>

#include "common/os/stop_event.h"
#include "common/os/sys.h"
#include "node-agent/line/line_protocol.h"
#include "node-agent/line/line_socket.h"

namespace foyer::agent {
namespace {

constexpr std::size_t block_bytes = 64 * 1024;
constexpr int blocks_in_turn = 16;  // then the others have theirs
constexpr int look_ms = 200;
constexpr Duration minute{60'000};
constexpr Duration second{1'000};
constexpr Duration hour{3'600'000};

// What a line has of addresses: an IPv4 one, or 64 bits of IPv6.
std::string line_of(const SocketAddress& from) {
    const std::string address = from.seen().address;
    in6_addr six = {};
    if (::inet_pton(AF_INET6, address.c_str(), &six) != 1) return address;
    std::fill(std::begin(six.s6_addr) + 8, std::end(six.s6_addr), std::uint8_t{0});
    char text[INET6_ADDRSTRLEN] = {};
    ::inet_ntop(AF_INET6, &six, text, sizeof text);
    return std::string(text) + "/64";
}

}  // namespace

Result<std::unique_ptr<LineGauge>> LineGauge::open(const std::string& address, int port,
                                                   const Clock& clock, Rng& rng, Log& log,
                                                   GaugeLimits limits) {
    auto gauge = std::unique_ptr<LineGauge>(new LineGauge(clock, log, limits));
    gauge->listener_ = TRY(listen_at(SOCK_STREAM, address, port));
    gauge->datagrams_[0] = TRY(listen_at(SOCK_DGRAM, address, port));
    gauge->datagrams_[1] = TRY(listen_at(SOCK_DGRAM, address, port + 1));
    gauge->block_.resize(block_bytes);
    rng.fill({reinterpret_cast<std::uint8_t*>(gauge->block_.data()), gauge->block_.size()});
    gauge->thread_ =
        std::jthread([self = gauge.get()](const std::stop_token& stop) { self->run(stop); });
    return gauge;
}

LineGauge::~LineGauge() = default;

void LineGauge::run(const std::stop_token& stop) {
    const os::StopEvent stopped(stop);
    while (!stop.stop_requested()) {
        if (!open_) sessions_.clear();
        look_once(stopped.fd());
    }
}

void LineGauge::look_once(int stopped) {
    const bool listens = clock_.mono() >= listen_again_;
    std::vector<pollfd> watched{{stopped, POLLIN, 0},
                                {listens ? listener_.get() : -1, POLLIN, 0},
                                {datagrams_[0].get(), POLLIN, 0},
                                {datagrams_[1].get(), POLLIN, 0}};
    const std::size_t before = watched.size();
    for (const Session& session : sessions_)
        watched.push_back({session.socket.get(),
                           static_cast<short>(session.phase == Phase::Down ? POLLOUT : POLLIN), 0});
    if (::poll(watched.data(), watched.size(), look_ms) < 0) return;
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
        serve(sessions_[i], watched[before + i].revents != 0);
        end_late(sessions_[i]);
    }
    std::erase_if(sessions_, [](const Session& one) { return one.phase == Phase::Over; });
    if (watched[1].revents != 0) welcome();
    for (std::size_t i = 0; i < datagrams_.size(); ++i)
        if (watched[2 + i].revents != 0) answer_datagrams(datagrams_[i].get());
}

bool LineGauge::has_room(const std::string& address) const {
    return open_ && static_cast<int>(sessions_.size()) < limits_.sessions_max &&
           std::ranges::find(sessions_, address, &Session::address) == sessions_.end();
}

// By what went before; a greeting that is none costs nothing of it.
bool LineGauge::may_start(const std::string& address) {
    const MonoTime now = clock_.mono();
    while (!started_.empty() && now - started_.front().at >= limits_.address_span)
        started_.pop_front();
    if (now - hour_ >= hour) hour_ = now, spent_ = 0;
    const auto recent =
        std::ranges::count_if(started_, [&](const Start& one) { return now - one.at < minute; });
    const auto own = std::ranges::count(started_, address, &Start::address);
    if (recent >= limits_.sessions_per_minute || own >= limits_.sessions_per_address ||
        spent_ >= limits_.bytes_per_hour)
        return false;
    started_.push_back({now, address});
    log_.info("line_measured", {{"address", address}});
    return true;
}

void LineGauge::welcome() {
    SocketAddress from;
    os::UniqueFd socket(
        ::accept4(listener_.get(), from.raw(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.valid()) {
        if (errno != EAGAIN) listen_again_ = clock_.mono() + second;
        return;
    }
    const std::string address = line_of(from);
    if (!has_room(address)) {
        ::send(socket.get(), too_many.data(), too_many.size(), MSG_NOSIGNAL);
        return;
    }
    Session session;
    session.socket = std::move(socket);
    session.address = address;
    session.began = clock_.mono();
    sessions_.push_back(std::move(session));
}

void LineGauge::serve(Session& session, bool ready) {
    if (!ready) return;
    switch (session.phase) {
        case Phase::Greeting: return greet(session);
        case Phase::Down: return send(session);
        case Phase::Up: return take(session);
        case Phase::Over: return;
    }
}

void LineGauge::greet(Session& session) {
    char text[greeting_bytes_max];
    // No more than the greeting: what is behind it counts.
    const std::size_t room = greeting_bytes_max - session.greeting.size();
    const ssize_t got = ::recv(session.socket.get(), text, room, 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
        session.phase = Phase::Over;
        return;
    }
    session.greeting.append(text, static_cast<std::size_t>(got));
    const Greeting said = parse_greeting(session.greeting);
    if (said == Greeting::Unfinished) return;
    session.phase = Phase::Over;
    if (said == Greeting::Nonsense) return;
    if (!may_start(session.address)) {
        ::send(session.socket.get(), too_many.data(), too_many.size(), MSG_NOSIGNAL);
        return;
    }
    session.phase = said == Greeting::Down ? Phase::Down : Phase::Up;
    if (said == Greeting::Up) take_bytes(session, 0);  // from here on
}

void LineGauge::send(Session& session) {
    for (int turn = 0; turn < blocks_in_turn; ++turn) {
        const ssize_t sent =
            ::send(session.socket.get(), block_.data(), block_.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) return;
        if (sent <= 0) {
            session.phase = Phase::Over;
            return;
        }
        spent_ += sent;
    }
}

void LineGauge::take_bytes(Session& session, std::int64_t count) {
    spent_ += count;
    const MonoTime now = clock_.mono();
    if (!session.first_byte) session.first_byte = now;
    if (now - *session.first_byte < warm_up) return;
    // The first that counts only starts the clock: since when they were on their way is not known.
    if (!session.counted_from) session.counted_from = now;
    if (*session.counted_from == now) return;
    session.bytes += count;
    session.counted_to = now;
}

void LineGauge::take(Session& session) {
    std::array<char, block_bytes> bytes;
    for (int turn = 0; turn < blocks_in_turn; ++turn) {
        const ssize_t got = ::recv(session.socket.get(), bytes.data(), bytes.size(), 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return answer_up(session);
        take_bytes(session, got);
    }
}

void LineGauge::answer_up(Session& session) {
    const Duration span =
        session.counted_to ? *session.counted_to - *session.counted_from : Duration(0);
    const std::string text = print_answer({session.bytes, span});
    ::send(session.socket.get(), text.data(), text.size(), MSG_NOSIGNAL);
    ::shutdown(session.socket.get(), SHUT_WR);
    session.phase = Phase::Over;
}

void LineGauge::end_late(Session& session) {
    const Duration limit =
        session.phase == Phase::Greeting ? limits_.greeting_max : limits_.session_max;
    if (session.phase == Phase::Over || clock_.mono() - session.began < limit) return;
    if (session.phase == Phase::Up) return answer_up(session);
    session.phase = Phase::Over;
}

void LineGauge::answer_datagrams(int socket) {
    for (int turn = 0; turn < blocks_in_turn; ++turn) {
        std::array<char, 2 * question_bytes> bytes;
        SocketAddress from;
        const ssize_t got =
            ::recvfrom(socket, bytes.data(), bytes.size(), 0, from.raw(), &from.length);
        if (got < 0) return;
        const MonoTime now = clock_.mono();
        if (now - second_ >= second) second_ = now, answered_ = 0;
        const auto answer = seen_answer({bytes.data(), static_cast<std::size_t>(got)}, from.seen());
        if (!answer || !open_ || ++answered_ > limits_.answers_per_second) continue;
        ::sendto(socket, answer->data(), answer->size(), 0, from.raw(), from.length);
    }
}

}  // namespace foyer::agent
