// Mail of the groups: signed datagrams between boxes, from the box's own overlay address, in the
// box's network namespace. What cannot be read or is not signed is dropped.
#pragma once

#include <memory>
#include <string>

#include "common/os/unique_fd.h"
#include "common/tls/node_key.h"
#include "node-agent/app/group_ports.h"
#include "node-agent/net/firewall.h"

namespace foyer::agent {

// The box a partition lies on: the first address of its /64. InvalidArgument: not IPv6.
Result<std::string> box_address_of(const std::string& partition_address);

class UdpPost final : public GroupPost {
public:
    // Unavailable: the namespace is not there, or the port is taken.
    static Result<std::unique_ptr<UdpPost>> open(const std::string& netns_file,
                                                 tls::NodeSigner signer);

    void send(const std::string& to, const std::vector<leadership::Letter>& letters) override;
    void send(const std::string& to, const SecretQuestion& question) override;
    void send(const std::string& to, const SecretAnswer& answer) override;
    std::vector<GroupMail> wait(Duration at_most) override;
    void poke() override;

private:
    UdpPost(os::UniqueFd socket, os::UniqueFd wake, tls::NodeSigner signer)
        : socket_(std::move(socket)), wake_(std::move(wake)), signer_(std::move(signer)) {}
    void send_batch(const std::string& to, const std::string& batch);
    std::optional<GroupMail> read_one(bool& more);

    os::UniqueFd socket_;
    os::UniqueFd wake_;
    tls::NodeSigner signer_;
};

}  // namespace foyer::agent
