#include "node-agent/link/enrol.h"

#include <grpcpp/client_context.h>

#include "common/base/text.h"
#include "common/tls/certificate.h"
#include "common/tls/enrol_token.h"
#include "common/wire/agent_convert.h"
#include "common/wire/status_map.h"
#include "foyer/agent/v1/agent.grpc.pb.h"
#include "node-agent/link/channel.h"
#include "node-agent/link/first_contact.h"

namespace foyer::agent {
namespace {

constexpr int message_bytes_max = 1024 * 1024;

Result<v1::EnrolResponse> call_master(const Contact& contact, const v1::EnrolRequest& request,
                                      Duration timeout) {
    const auto channel = make_channel(contact.address, {contact.ca_pem, "", ""}, message_bytes_max);
    const auto stub = v1::AgentService::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_millis(timeout.count(), GPR_TIMESPAN)));
    context.set_wait_for_ready(false);
    v1::EnrolResponse response;
    const grpc::Status status = stub->Enrol(&context, request, &response);
    if (status.ok()) return response;
    return in_context("master '" + contact.address + "' refused to enrol this box",
                      wire::from_grpc(status));
}

Result<Identity> identity_from(const v1::EnrolResponse& response, const Contact& contact,
                               const EnrolOrder& order, const Secret<std::string>& key,
                               const Clock& clock) {
    TRY(check_name("node", response.node()));
    Identity identity;
    identity.node = NodeId(response.node());
    identity.edge = response.edge();
    identity.capacity = order.capacity;
    identity.key_pem = key;
    identity.certificate_pem = response.certificate_pem();
    identity.ca_pem = response.ca_pem().empty() ? contact.ca_pem : response.ca_pem();
    for (const std::string& address : response.master_addresses())
        identity.addresses.push_back(address);
    if (identity.addresses.empty()) identity.addresses.push_back(contact.address);
    TRY(tls::check_key_pair(identity.certificate_pem, key));
    TRY(tls::verify_certificate(identity.certificate_pem, contact.ca_pem, clock.wall()));
    const auto facts = TRY(tls::read_certificate(identity.certificate_pem));
    const NodeId certified = TRY(tls::node_of(facts));
    if (certified != identity.node)
        return error(ErrorCode::Internal, "master's certificate is for '" + certified.str() + "'");
    return identity;
}

}  // namespace

Result<Identity> enrol(const EnrolOrder& order, const IdentityFolder& folder, const Clock& clock,
                       Rng& rng) {
    if (folder.is_enrolled()) {
        return error(ErrorCode::AlreadyExists,
                     "this box is enrolled already; to enrol it anew, stop it, then: foyer-node "
                     "clear --erase");
    }
    const tls::EnrolToken token = TRY(tls::decode_enrol_token(order.token));
    const Contact contact =
        TRY(find_master(token.addresses, token.ca_sha256, order.timeout, clock));
    TRY(check_clock(contact, clock));
    const Secret<std::string> key = TRY(folder.node_key());
    v1::EnrolRequest request;
    request.set_token_secret(token.secret.reveal());
    request.set_csr_pem(TRY(tls::make_request(key, "foyer-node")));
    request.set_wg_public_key(TRY(folder.wireguard_public_key(rng)));
    wire::to_wire(order.capacity, *request.mutable_capacity());
    request.set_agent_version(order.agent_version);
    request.set_clock_unix_ms(clock.wall().unix_ms);
    const v1::EnrolResponse response = TRY(call_master(contact, request, order.timeout));
    const Identity identity = TRY(identity_from(response, contact, order, key, clock));
    TRY(folder.store(identity));
    return identity;
}

}  // namespace foyer::agent
