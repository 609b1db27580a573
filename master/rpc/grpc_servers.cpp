#include "master/rpc/grpc_servers.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/server_builder_option.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>

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

int milliseconds(Duration span) { return static_cast<int>(span.count()); }

// Dead lines are noticed, silent and chatty ones are let go. Where memory ends, connections without
// a call go first, then calls are ended.
void set_limits(grpc::ServerBuilder& builder, const GrpcLimits& limits) {
    grpc::ResourceQuota quota;
    quota.Resize(limits.memory_bytes_max);
    quota.SetMaxThreads(limits.threads_max);
    builder.SetResourceQuota(quota);
    builder.SetMaxReceiveMessageSize(limits.message_bytes_max);
    builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                               milliseconds(limits.handshake_timeout));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, milliseconds(limits.idle_timeout));
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
    const GrpcServerConfig& config, std::vector<std::unique_ptr<grpc::Service>> services,
    const Clock& clock, Log& log) {
    // Debian builds Abseil with its search for lock cycles on: a tenth of a heartbeat.
    absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    std::unique_ptr<GrpcServer> made(new GrpcServer());
    made->services_ = std::move(services);
    made->listener_ =
        TRY(GrpcListener::open(config.name, config.address, config.limits.connections, clock, log));
    grpc::ServerBuilder builder;
    using Experimental = grpc::ServerBuilder::experimental_type;
    made->acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
        Experimental::ExternalConnectionType::FROM_FD, credentials_of(config));
    set_limits(builder, config.limits);
    if (!config.reflection) builder.SetOption(std::make_unique<NoReflection>());
    for (const auto& service : made->services_) builder.RegisterService(service.get());
    made->server_ = builder.BuildAndStart();
    if (!made->server_)
        return error(ErrorCode::Unavailable, "gRPC does not start on " + config.address);
    made->listener_->start([acceptor = made->acceptor_.get()](int descriptor) {
        grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters one;
        one.fd = descriptor;
        acceptor->HandleNewConnection(&one);
    });
    return made;
}

void GrpcServer::stop(Duration grace) {
    if (!server_) return;
    listener_->stop();
    server_->Shutdown(gpr_time_from_millis(grace.count(), GPR_TIMESPAN));  // from now on
    server_->Wait();
    server_.reset();
}

std::size_t GrpcServer::connections() const { return listener_->connections(); }

ConnectionCounts GrpcServer::connections_refused() const { return listener_->refused(); }

}  // namespace foyer::master
