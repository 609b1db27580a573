#include "node-agent/link/channel.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace foyer::agent {

std::shared_ptr<grpc::Channel> make_channel(const std::string& address,
                                            const ChannelSecrets& secrets, int message_bytes_max) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = secrets.ca_pem;
    options.pem_private_key = secrets.key_pem;
    options.pem_cert_chain = secrets.certificate_pem;
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(message_bytes_max);
    arguments.SetMaxSendMessageSize(message_bytes_max);
    // A line that was hung up must be gone: a pooled one would be dialled again with the old
    // certificate or the dead connection.
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    // Idle boxes are silent: no probes, no retries of gRPC's own, no look-ups of service
    // configurations.
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
    arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
    arguments.SetInt(GRPC_ARG_MAX_CHANNEL_TRACE_EVENT_MEMORY_PER_NODE, 0);
    grpc::ResourceQuota quota("foyer-node");
    quota.SetMaxThreads(2);
    arguments.SetResourceQuota(quota);
    return grpc::CreateCustomChannel(address, grpc::SslCredentials(options), arguments);
}

}  // namespace foyer::agent
