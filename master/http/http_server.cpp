#include "master/http/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <netinet/tcp.h>
#include <thread>
#include <vector>

#include "master/app/connection_log.h"
#include "master/app/source_address.h"
#include "master/http/session.h"

namespace foyer::master {
namespace {

using Tcp = net::ip::tcp;
constexpr int backlog = 4096;
using UserTimeout = net::detail::socket_option::integer<IPPROTO_TCP, TCP_USER_TIMEOUT>;
// With no descriptor left, accept() fails at once and for ever: wait for one to come back.
constexpr std::chrono::milliseconds accept_pause{100};

Status load_identity(net::ssl::context& tls, const ServerIdentity& identity) {
    beast::error_code failed;
    tls.set_options(net::ssl::context::default_workarounds | net::ssl::context::no_sslv2 |
                    net::ssl::context::no_sslv3 | net::ssl::context::no_tlsv1 |
                    net::ssl::context::no_tlsv1_1 | net::ssl::context::no_compression);
    tls.use_certificate_chain(net::buffer(identity.chain_pem), failed);
    if (!failed)
        tls.use_private_key(net::buffer(identity.key_pem.reveal()), net::ssl::context::pem, failed);
    if (failed)
        return error(ErrorCode::InvalidArgument,
                     "the API's certificate cannot be used: " + failed.message());
    // An idle connection gives its buffers back; a session cache would grow with every visitor.
    SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(tls.native_handle(), SSL_SESS_CACHE_OFF);
    // Without certificates of clients tickets are cheap, and browsers come back with them.
    if (SSL_CTX_set_num_tickets(tls.native_handle(), 2) != 1)
        return error(ErrorCode::Internal, "session tickets cannot be switched on");
    return ok_status();
}

Status listen(Tcp::acceptor& acceptor, const std::string& host, int port) {
    beast::error_code failed;
    const auto address = net::ip::make_address(host == "localhost" ? "127.0.0.1" : host, failed);
    const Tcp::endpoint endpoint(address, static_cast<unsigned short>(port));
    if (!failed) acceptor.open(endpoint.protocol(), failed);
    if (!failed) acceptor.set_option(net::socket_base::reuse_address(true), failed);
    if (!failed) acceptor.bind(endpoint, failed);
    if (!failed) acceptor.listen(backlog, failed);
    if (!failed) return ok_status();
    return error(ErrorCode::Unavailable,
                 "cannot listen on " + host + ":" + std::to_string(port) + ": " + failed.message());
}

}  // namespace

struct HttpServer::Shared {
    Shared(const HttpServerConfig& config, HttpParts parts)
        : threads(config.limits.threads),
          tls(net::ssl::context::tls_server),
          host(std::move(parts), config.limits, config.told),
          acceptor(io),
          pause(io),
          full("https", host.parts.log, host.parts.clock) {}

    void accept() {
        acceptor.async_accept(net::make_strand(io),
                              [this](beast::error_code failed, Tcp::socket socket) {
                                  if (!acceptor.is_open()) return;
                                  if (failed) {
                                      pause.expires_after(accept_pause);
                                      pause.async_wait([this](beast::error_code stopped) {
                                          if (!stopped) accept();
                                      });
                                      return;
                                  }
                                  admit(std::move(socket));
                                  accept();
                              });
    }

    void admit(Tcp::socket socket) {
        beast::error_code gone;
        const auto peer = socket.remote_endpoint(gone);
        if (gone) return;  // the socket closes itself, here and below
        const std::string source = source_of(peer.address().to_string());
        const SessionHost::Admitted admitted = host.admit(source);
        if (admitted.instead_of) admitted.instead_of->give_way();
        full.tell(source, admitted.verdict);
        if (!admitted.verdict.admitted()) return;
        beast::error_code ignored;
        socket.set_option(Tcp::no_delay(true), ignored);
        // Of a peer that is gone without a word the system would try for a quarter of an hour.
        socket.set_option(UserTimeout(static_cast<int>(host.limits.transfer_timeout.count())),
                          ignored);
        std::make_shared<Session>(std::move(socket), tls, host, admitted.verdict.number, source)
            ->start();
    }

    const int threads;
    net::ssl::context tls;
    SessionHost host;  // outlives the connections, which the io_context holds
    net::io_context io;
    Tcp::acceptor acceptor;
    net::steady_timer pause;
    ConnectionLog full;
    std::vector<std::jthread> workers;
};

HttpServer::HttpServer(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerConfig& config,
                                                      HttpParts parts) {
    auto shared = std::make_unique<Shared>(config, std::move(parts));
    TRY(load_identity(shared->tls, config.identity));
    TRY(listen(shared->acceptor, config.host, config.port));
    std::unique_ptr<HttpServer> server(new HttpServer(std::move(shared)));
    Shared& own = *server->shared_;
    own.accept();
    for (int i = 0; i < own.threads; ++i) {
        own.workers.emplace_back([&own] { own.io.run(); });
    }
    return server;
}

HttpServer::~HttpServer() { stop(Duration(0)); }

void HttpServer::stop(Duration grace) {
    if (shared_->workers.empty()) return;
    shared_->host.stopping = true;
    net::post(shared_->io, [this] {
        beast::error_code ignored;
        shared_->acceptor.close(ignored);
        shared_->pause.cancel();
    });
    // Collected first: the last owner of a connection may be this list, and its end takes the lock.
    std::vector<std::shared_ptr<Session>> alive;
    {
        const std::scoped_lock lock(shared_->host.mutex);
        for (const auto& [number, session] : shared_->host.sessions) {
            if (auto owned = session->weak_from_this().lock()) alive.push_back(std::move(owned));
        }
    }
    for (const auto& session : alive) session->finish_soon();
    alive.clear();
    const MonoTime until = shared_->host.parts.clock.mono() + grace;
    std::mutex mutex;
    std::condition_variable tick;
    std::unique_lock lock(mutex);
    while (shared_->host.alive() > 0 && shared_->host.parts.clock.mono() < until)
        tick.wait_for(lock, std::chrono::milliseconds(20));
    shared_->io.stop();
    shared_->workers.clear();  // joins
    shared_->host.slow.join();
}

std::size_t HttpServer::connections() const {
    const std::scoped_lock lock(shared_->host.mutex);
    return shared_->host.places.taken();
}

ConnectionCounts HttpServer::connections_refused() const {
    const std::scoped_lock lock(shared_->host.mutex);
    return shared_->host.places.refused();
}

ConnectionCounts HttpServer::connections_displaced() const {
    const std::scoped_lock lock(shared_->host.mutex);
    return shared_->host.places.displaced();
}

std::size_t HttpServer::event_streams() const { return shared_->host.streams.taken(); }

}  // namespace foyer::master
