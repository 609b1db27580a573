// How channels to a master are made: small, quiet, and never shared behind our back.
#pragma once

#include <grpcpp/channel.h>
#include <memory>
#include <string>

namespace foyer::agent {

struct ChannelSecrets {
    std::string ca_pem;
    std::string key_pem;          // empty: no client certificate (enrolment)
    std::string certificate_pem;  // empty: none
};

std::shared_ptr<grpc::Channel> make_channel(const std::string& address,
                                            const ChannelSecrets& secrets, int message_bytes_max);

}  // namespace foyer::agent
