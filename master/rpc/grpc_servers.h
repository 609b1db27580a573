// The two gRPC listeners: boxes (mutual TLS) and the public API (TLS and tokens). Knows how to stop
// in an orderly way.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "master/app/certificate_authority.h"

namespace grpc {
class Server;
class Service;
}  // namespace grpc

namespace foyer::master {

enum class ClientCertificates {
    NotAsked,
    Asked
};  // asked: verified against the CA when one is shown, but not required

struct GrpcServerConfig {
    std::string address;  // "host:port"
    ServerIdentity identity;
    std::string client_roots_pem;  // Foyer's CA
    ClientCertificates clients = ClientCertificates::NotAsked;
    int message_bytes_max = 4 << 20;
    bool reflection = false;
};

class GrpcServer {
public:
    // Unavailable: the address cannot be listened on. Owns the services.
    static Result<std::unique_ptr<GrpcServer>> start(
        const GrpcServerConfig& config, std::vector<std::unique_ptr<grpc::Service>> services);
    ~GrpcServer();

    // No new calls; those under way have `grace` to end, then they are cancelled. Returns when all
    // are done.
    void stop(Duration grace);

private:
    GrpcServer();
    std::vector<std::unique_ptr<grpc::Service>> services_;
    std::unique_ptr<grpc::Server> server_;
};

}  // namespace foyer::master
