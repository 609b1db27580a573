#include "master/rpc/grpc_servers.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/service_type.h>

namespace foyer::master {
namespace {

std::shared_ptr<grpc::ServerCredentials> credentials_of(const GrpcServerConfig& config) {
    const bool asks = config.clients == ClientCertificates::Asked;
    grpc::SslServerCredentialsOptions options(asks ? GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY
                                                   : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
    options.pem_key_cert_pairs.push_back(
        {config.identity.key_pem.reveal(), config.identity.chain_pem});
    if (asks) options.pem_root_certs = config.client_roots_pem;
    return grpc::SslServerCredentials(options);
}

// gRPC's library of reflection adds itself to every server of a program that is linked with it:
// what boxes speak is told to nobody who merely asks.
class NoReflection final : public grpc::ServerBuilderOption {
public:
    void UpdateArguments(grpc::ChannelArguments*) override {}
    void UpdatePlugins(std::vector<std::unique_ptr<grpc::ServerBuilderPlugin>>* plugins) override {
        std::erase_if(*plugins, [](const auto& plugin) {
            return dynamic_cast<grpc::reflection::ProtoServerReflectionPlugin*>(plugin.get()) !=
                   nullptr;
        });
    }
};

// Dead lines are noticed, chatty ones are refused, and one listener belongs to one master.
void set_limits(grpc::ServerBuilder& builder, const GrpcServerConfig& config) {
    builder.SetMaxReceiveMessageSize(config.message_bytes_max);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 64);
    builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
    // A held call is silence: a connection keeps no history of itself and guesses no bandwidth.
    builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
    builder.AddChannelArgument(GRPC_ARG_MAX_CHANNEL_TRACE_EVENT_MEMORY_PER_NODE, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
}

}  // namespace

GrpcServer::GrpcServer() = default;

GrpcServer::~GrpcServer() { stop(Duration(0)); }

Result<std::unique_ptr<GrpcServer>> GrpcServer::start(
    const GrpcServerConfig& config, std::vector<std::unique_ptr<grpc::Service>> services) {
    // Debian builds Abseil with its search for lock cycles on: a tenth of a heartbeat.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    std::unique_ptr<GrpcServer> made(new GrpcServer());
    made->services_ = std::move(services);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(config.address, credentials_of(config), &port);
    set_limits(builder, config);
    if (!config.reflection) builder.SetOption(std::make_unique<NoReflection>());
    for (const auto& service : made->services_) builder.RegisterService(service.get());
    made->server_ = builder.BuildAndStart();
    if (!made->server_ || port == 0) {
        made->server_.reset();
        return error(ErrorCode::Unavailable,
                     "cannot listen on " + config.address + "; is the port taken?");
    }
    return made;
}

void GrpcServer::stop(Duration grace) {
    if (!server_) return;
    server_->Shutdown(gpr_time_from_millis(grace.count(), GPR_TIMESPAN));  // from now on
    server_->Wait();
    server_.reset();
}

}  // namespace foyer::master
