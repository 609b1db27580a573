#include "master/rpc/grpc_listener.h"

#include <arpa/inet.h>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/eventually.h"
#include "tests/support/fake_clock.h"

using namespace foyer;
using namespace foyer::master;
using test::eventually;

namespace {

sockaddr_in on_loopback(std::uint32_t host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + host);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

// A port that was free a moment ago.
int some_port() {
    const os::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = on_loopback(1, 0);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    return ntohs(address.sin_port);
}

// Not connected yet. Comes from 127.0.0.`host`.
os::UniqueFd caller(std::uint32_t host) {
    os::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in from = on_loopback(host, 0);
    REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0);
    return socket;
}

// A listener whose connections nobody serves: what gRPC would have is kept.
class Door {
public:
    explicit Door(const PlaceLimits& limits) {
        auto opened = GrpcListener::open("agents", "127.0.0.1:" + std::to_string(port_), limits,
                                         clock_, log_);
        REQUIRE(opened.ok());
        listener_ = std::move(opened).value();
        listener_->start([this](int descriptor) {
            const std::scoped_lock lock(mutex_);
            taken_.emplace_back(descriptor);
        });
    }
    ~Door() { listener_->stop(); }

    void call(const os::UniqueFd& from) const {
        const sockaddr_in to = on_loopback(1, port_);
        REQUIRE(::connect(from.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
    }
    std::size_t taken() {
        const std::scoped_lock lock(mutex_);
        return taken_.size();
    }
    void close_one() {
        const std::scoped_lock lock(mutex_);
        REQUIRE_FALSE(taken_.empty());
        taken_.pop_back();
    }
    GrpcListener& listener() { return *listener_; }
    test::FakeClock& clock() { return clock_; }
    const CapturingSink& said() const { return sink_; }

private:
    const int port_ = some_port();
    test::FakeClock clock_;
    CapturingSink sink_;
    Log log_{sink_, clock_};
    std::mutex mutex_;
    std::vector<os::UniqueFd> taken_;
    std::unique_ptr<GrpcListener> listener_;
};

// The other end has closed.
bool is_closed(const os::UniqueFd& socket) {
    pollfd watched{socket.get(), POLLIN, 0};
    char none = 0;
    return ::poll(&watched, 1, 0) > 0 && ::recv(socket.get(), &none, 1, MSG_DONTWAIT) <= 0;
}

}  // namespace

TEST_CASE("connections of one source beyond its limit are refused, those of another are not") {
    Door door({.most = 10, .per_source_max = 2});
    std::vector<os::UniqueFd> callers;
    for (int i = 0; i < 3; ++i) {
        callers.push_back(caller(1));
        door.call(callers.back());
    }
    CHECK(eventually([&] { return is_closed(callers[2]); }));
    CHECK(door.taken() == 2);
    CHECK_FALSE(is_closed(callers[0]));
    CHECK(door.listener().refused().source == 1);
    CHECK(door.said().holds("connections_full"));
    const os::UniqueFd other = caller(2);
    door.call(other);
    CHECK(eventually([&] { return door.taken() == 3; }));
    CHECK(door.listener().connections() == 3);
}

TEST_CASE("a connection that was closed gives its place back") {
    Door door({.most = 2, .per_source_max = 0});
    const os::UniqueFd first = caller(1);
    const os::UniqueFd second = caller(2);
    const os::UniqueFd third = caller(3);
    door.call(first);
    door.call(second);
    REQUIRE(eventually([&] { return door.taken() == 2; }));
    door.call(third);
    REQUIRE(eventually([&] { return is_closed(third); }));
    CHECK(door.listener().refused().all == 1);
    door.close_one();
    door.clock().advance(Duration(1'000));
    // The number of the descriptor that was closed is in use again, as another socket.
    const os::UniqueFd fourth = caller(3);
    door.call(fourth);
    CHECK(eventually([&] { return door.taken() == 2; }));
    CHECK_FALSE(is_closed(fourth));
    CHECK(door.listener().connections() == 2);
}

TEST_CASE("a listener outlives a time without descriptors") {
    Door door({.most = 10, .per_source_max = 0});
    const os::UniqueFd early = caller(1);
    door.call(early);
    REQUIRE(eventually([&] { return door.taken() == 1; }));
    const os::UniqueFd late = caller(1);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    // Below every number that is free.
    const rlimit none{3, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
    door.call(late);
    const bool taken = eventually([&] { return door.taken() == 2; }, Duration(500));
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK_FALSE(taken);
    CHECK(eventually([&] { return door.taken() == 2; }));
}

TEST_CASE("an address that is taken, or none, is told") {
    test::FakeClock clock;
    CapturingSink sink;
    Log log(sink, clock);
    const std::string address = "0.0.0.0:" + std::to_string(some_port());
    const auto first = GrpcListener::open("a", address, {}, clock, log);
    REQUIRE(first.ok());
    const auto second = GrpcListener::open("b", address, {}, clock, log);
    REQUIRE_FALSE(second.ok());
    CHECK(second.failure().code == ErrorCode::Unavailable);
    CHECK(second.failure().message.find(address) != std::string::npos);
    CHECK_FALSE(GrpcListener::open("c", "no port", {}, clock, log).ok());
}
