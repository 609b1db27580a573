// The two gRPC listeners: boxes (mutual TLS) and the public API (TLS and tokens). Knows how to stop
// in an orderly way.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/certificate_authority.h"
#include "master/rpc/grpc_listener.h"

namespace grpc {
class Server;
class Service;
namespace experimental {
class ExternalConnectionAcceptor;
}
}  // namespace grpc

namespace foyer::master {

enum class ClientCertificates {
    NotAsked,
    Asked
};  // asked: verified against the CA when one is shown, but not required

struct GrpcLimits {
    PlaceLimits connections{.most = 2'000, .per_source_max = 256};
    Duration handshake_timeout{10'000};         // until the first frame of HTTP/2
    Duration idle_timeout{60'000};              // without a call; a held one is a call
    std::size_t memory_bytes_max = 128U << 20;  // what connections and unfinished messages take
    int threads_max = 8;                        // of calls that block; only reflection has such
    int message_bytes_max = 4 << 20;
};

struct GrpcServerConfig {
    std::string name;     // in the log
    std::string address;  // "host:port"
    ServerIdentity identity;
    std::string client_roots_pem;  // Foyer's CA
    ClientCertificates clients = ClientCertificates::NotAsked;
    GrpcLimits limits;
    bool reflection = false;
};

class GrpcServer {
public:
    // Unavailable: the address cannot be listened on. Owns the services; borrows clock and log.
    static Result<std::unique_ptr<GrpcServer>> start(
        const GrpcServerConfig& config, std::vector<std::unique_ptr<grpc::Service>> services,
        const Clock& clock, Log& log);
    ~GrpcServer();

    // No new calls; those under way have `grace` to end, then they are cancelled. Returns when all
    // are done.
    void stop(Duration grace);

    std::size_t connections() const;
    ConnectionCounts connections_refused() const;

private:
    GrpcServer();
    std::vector<std::unique_ptr<grpc::Service>> services_;
    std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor_;
    std::unique_ptr<grpc::Server> server_;
    std::unique_ptr<GrpcListener> listener_;  // before the server, which it feeds, is gone
};

}  // namespace foyer::master
