#include "master/http/metrics_server.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <thread>

namespace foyer::master {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = net::ip::tcp;

constexpr std::chrono::seconds patience{10};
constexpr std::uint32_t header_bytes_max = 8192;

// One request a connection.
class Scrape : public std::enable_shared_from_this<Scrape> {
public:
    Scrape(Tcp::socket socket, const std::function<std::string()>& write)
        : stream_(std::move(socket)), write_(write) {
        parser_.header_limit(header_bytes_max);
        parser_.body_limit(0);
    }

    void start() {
        stream_.expires_after(patience);
        http::async_read_header(stream_, buffer_, parser_,
                                [self = shared_from_this()](beast::error_code failed, std::size_t) {
                                    if (!failed) self->answer();
                                });
    }

private:
    void answer() {
        const bool found =
            parser_.get().method() == http::verb::get && parser_.get().target() == "/metrics";
        response_.result(found ? http::status::ok : http::status::not_found);
        response_.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
        response_.keep_alive(false);
        response_.body() = found ? write_() : "only /metrics is here\n";
        response_.prepare_payload();
        http::async_write(stream_, response_,
                          [self = shared_from_this()](beast::error_code, std::size_t) {
                              beast::error_code ignored;
                              self->stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
                          });
    }

    beast::tcp_stream stream_;
    const std::function<std::string()>& write_;
    beast::flat_buffer buffer_;
    http::request_parser<http::empty_body> parser_;
    http::response<http::string_body> response_{http::status::ok, 11};
};

}  // namespace

struct MetricsServer::Shared {
    explicit Shared(std::function<std::string()> page)
        : write(std::move(page)), acceptor(io), pause(io) {}

    void accept() {
        acceptor.async_accept([this](beast::error_code failed, Tcp::socket socket) {
            if (!failed) std::make_shared<Scrape>(std::move(socket), write)->start();
            if (failed == net::error::operation_aborted) return;
            // No descriptor left: wait for one instead of spinning.
            pause.expires_after(std::chrono::milliseconds(failed ? 200 : 0));
            pause.async_wait([this](beast::error_code stopped) {
                if (!stopped) accept();
            });
        });
    }

    std::function<std::string()> write;
    net::io_context io{1};
    Tcp::acceptor acceptor;
    net::steady_timer pause;
    std::jthread thread;
};

MetricsServer::MetricsServer(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {}

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(const std::string& host, int port,
                                                            std::function<std::string()> write) {
    auto shared = std::make_unique<Shared>(std::move(write));
    beast::error_code failed;
    const Tcp::endpoint endpoint(
        net::ip::make_address(host == "localhost" ? "127.0.0.1" : host, failed),
        static_cast<unsigned short>(port));
    if (!failed) shared->acceptor.open(endpoint.protocol(), failed);
    if (!failed) shared->acceptor.set_option(net::socket_base::reuse_address(true), failed);
    if (!failed) shared->acceptor.bind(endpoint, failed);
    if (!failed) shared->acceptor.listen(16, failed);
    if (failed)
        return error(ErrorCode::Unavailable, "cannot listen on " + host + ":" +
                                                 std::to_string(port) + ": " + failed.message());
    std::unique_ptr<MetricsServer> server(new MetricsServer(std::move(shared)));
    Shared& own = *server->shared_;
    own.accept();
    own.thread = std::jthread([&own] { own.io.run(); });
    return server;
}

MetricsServer::~MetricsServer() {
    shared_->io.stop();
    if (shared_->thread.joinable()) shared_->thread.join();
}

}  // namespace foyer::master
