#include "master/rpc/agent_service.h"

#include <grpcpp/grpcpp.h>
#include <memory>
#include <optional>

#include "common/base/text.h"
#include "common/base/utf8.h"
#include "common/tls/exit_receipt.h"
#include "common/tls/sha256.h"
#include "common/tls/wireguard_key.h"
#include "common/wire/agent_convert.h"
#include "common/wire/errand_convert.h"
#include "common/wire/status_map.h"
#include "foyer/agent/v1/agent.grpc.pb.h"
#include "master/app/source_address.h"
#include "master/domain/host_life.h"
#include "master/rpc/blob_stream.h"
#include "master/rpc/peer_identity.h"

namespace foyer::master {
namespace {

namespace v1 = agent::v1;
using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

Reactor* refuse(Context* context, const Error& why) {
    Reactor* reactor = context->DefaultReactor();
    reactor->Finish(wire::to_grpc(why));
    return reactor;
}

// A held Sync. Answers that come before gRPC has taken the reactor over are kept by it until then,
// so start() needs no lock: OnCancel and OnDone run only after the service's method has returned.
// Deletes itself.
class SyncReactor final : public Reactor {
public:
    explicit SyncReactor(v1::SyncResponse& response) : response_(response) {}

    void start(AgentSync& sync, const NodeId& node, SyncReport report,
               const std::optional<AutonomousSystem>& line) {
        held_ = sync.sync(
            node, std::move(report),
            [this](const Result<SyncAnswer>& answer) {
                if (answer.ok()) wire::to_wire(answer.value(), response_);
                Finish(answer.ok() ? grpc::Status::OK : wire::to_grpc(answer.failure()));
            },
            line);
    }
    void OnCancel() override {
        if (held_) held_->cancel();
    }
    void OnDone() override { delete this; }

private:
    v1::SyncResponse& response_;
    std::optional<HeldSync> held_;
};

constexpr std::size_t peers_known_max = 50'000;  // some 300 bytes each

class AgentService final : public v1::AgentService::CallbackService {
public:
    AgentService(AgentServiceParts parts, AgentServiceConfig config)
        : parts_(parts),
          config_(std::move(config)),
          streams_(config_.blob_streams_per_node, config_.blob_streams_max),
          peers_(peers_known_max) {}

    Reactor* Enrol(Context* context, const v1::EnrolRequest* request,
                   v1::EnrolResponse* response) override;
    Reactor* Renew(Context* context, const v1::RenewRequest* request,
                   v1::RenewResponse* response) override;
    Reactor* Leave(Context* context, const v1::LeaveRequest* request,
                   v1::LeaveResponse* response) override;
    Reactor* Sync(Context* context, const v1::SyncRequest* request,
                  v1::SyncResponse* response) override;
    grpc::ServerWriteReactor<v1::FetchBlobResponse>* FetchBlob(
        Context* context, const v1::FetchBlobRequest* request) override;
    Reactor* FinishErrand(Context* context, const v1::FinishErrandRequest* request,
                          v1::FinishErrandResponse* response) override;

private:
    struct Renewal {
        Node node;
        std::string csr_pem;
        WallTime expires_at;
    };
    Result<EnrolNode> enrolment(const v1::EnrolRequest& request) const;
    Status welcome(const NodeId& name, const EnrolNode& command, const std::string& csr_pem,
                   v1::EnrolResponse& response) const;
    Result<NodeId> caller(const Context& context);
    std::optional<AutonomousSystem> line_of(const Context& context) const;
    Result<Node> renewing_node(const Context& context, const v1::RenewRequest& request);
    Status sign_receipt(const NodeId& name, v1::LeaveResponse& response) const;
    Status sign_serving(const Node& node, const std::string& csr_pem,
                        v1::RenewResponse& response) const;

    AgentServiceParts parts_;
    AgentServiceConfig config_;
    StreamCounter streams_;
    PeerReader peers_;
};

Result<EnrolNode> AgentService::enrolment(const v1::EnrolRequest& request) const {
    if (request.token_secret().empty())
        return error(ErrorCode::InvalidArgument, "the token is empty", {{"field", "token_secret"}});
    if (!tls::is_wireguard_key(request.wg_public_key())) {
        return error(ErrorCode::InvalidArgument, "wg_public_key is not a WireGuard public key",
                     {{"field", "wg_public_key"}});
    }
    const tls::RequestFacts facts = TRY(tls::read_request(request.csr_pem()));
    EnrolNode command;
    command.token_hash = tls::sha256_hex(request.token_secret());
    command.key_fingerprint = facts.key_fingerprint;
    command.wg_public_key = WgPublicKey(request.wg_public_key());
    command.capacity = TRY(wire::from_wire(request.capacity()));
    command.agent_version = plain_text(request.agent_version(), 64);
    command.certificate_expires_at = parts_.authority.node_expiry(parts_.clock.wall());
    if (request.clock_unix_ms() > 0) command.clock = WallTime{request.clock_unix_ms()};
    return command;
}

Status AgentService::welcome(const NodeId& name, const EnrolNode& command,
                             const std::string& csr_pem, v1::EnrolResponse& response) const {
    response.set_node(name.str());
    response.set_certificate_pem(TRY(parts_.authority.sign_node(name, csr_pem, parts_.clock.wall(),
                                                                command.certificate_expires_at)));
    response.set_ca_pem(parts_.authority.certificate_pem());
    for (const std::string& address : config_.master_addresses)
        response.add_master_addresses(address);
    parts_.planner.read([&](const State& state) {
        const auto node = state.nodes().find(name);
        response.set_edge(node != state.nodes().end() && node->second.edge);
        response.set_lineage(state.lineage().str());
    });
    return ok_status();
}

Reactor* AgentService::Enrol(Context* context, const v1::EnrolRequest* request,
                             v1::EnrolResponse* response) {
    auto command = enrolment(*request);
    if (!command.ok()) return refuse(context, command.failure());
    command.value().line = line_of(*context);
    Reactor* reactor = context->DefaultReactor();
    Write write;
    write.command = command.value();
    parts_.planner.submit(std::move(write), [this, reactor, response, csr = request->csr_pem(),
                                             command = command.value()](Result<Answer> answer) {
        const Status done =
            answer.ok() ? welcome(NodeId(answer.value().reply.subject), command, csr, *response)
                        : Status(answer.failure());
        if (done.ok()) {
            parts_.log.info("node_enrolled",
                            {{"node", response->node()}, {"edge", response->edge()}});
        } else {
            parts_.log.failure(LogLevel::Warn, "enrol_refused", done.failure());
        }
        reactor->Finish(done.ok() ? grpc::Status::OK : wire::to_grpc(done.failure()));
    });
    return reactor;
}

std::optional<AutonomousSystem> AgentService::line_of(const Context& context) const {
    return parts_.networks.find(address_of_peer(context.peer()));
}

Result<NodeId> AgentService::caller(const Context& context) {
    PeerCertificate peer = TRY(peers_.read(context));
    TRY(parts_.planner.read([&](const State& state) { return check_node(state, peer); }));
    return std::move(peer.node);
}

// A box whose answer to a renewal with a new key was lost still holds the old certificate; its
// request proves that it holds the new key, which the catalogue knows already. Either key lets it
// renew.
Result<Node> AgentService::renewing_node(const Context& context, const v1::RenewRequest& request) {
    PeerCertificate peer = TRY(peers_.read(context));
    auto known = parts_.planner.read([&](const State& state) { return known_node(state, peer); });
    if (known.ok() || request.csr_pem().empty()) return known;
    peer.key_fingerprint = TRY(tls::read_request(request.csr_pem())).key_fingerprint;
    return parts_.planner.read([&](const State& state) { return known_node(state, peer); });
}

Status AgentService::sign_serving(const Node& node, const std::string& csr_pem,
                                  v1::RenewResponse& response) const {
    if (csr_pem.empty()) return ok_status();
    if (!node.edge) {
        return error(ErrorCode::PermissionDenied,
                     "node '" + node.name.str() + "' is not an edge; only edges serve the zone",
                     {{"rule", "edge_only"}});
    }
    response.set_serving_certificate_pem(
        TRY(parts_.authority.sign_zone(node.name, config_.zone, csr_pem, parts_.clock.wall())));
    return ok_status();
}

Reactor* AgentService::Renew(Context* context, const v1::RenewRequest* request,
                             v1::RenewResponse* response) {
    const auto node = renewing_node(*context, *request);
    if (!node.ok()) return refuse(context, node.failure());
    const Status served = sign_serving(node.value(), request->serving_csr_pem(), *response);
    if (!served.ok()) return refuse(context, served.failure());
    response->set_ca_pem(parts_.authority.certificate_pem());
    Reactor* reactor = context->DefaultReactor();
    if (request->csr_pem().empty()) {
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }
    const auto facts = tls::read_request(request->csr_pem());
    if (!facts.ok()) {
        reactor->Finish(wire::to_grpc(facts.failure()));
        return reactor;
    }
    const Renewal renewal{node.value(), request->csr_pem(),
                          parts_.authority.node_expiry(parts_.clock.wall())};
    Write write;
    write.command = RenewNode{renewal.node.name, facts.value().key_fingerprint, renewal.expires_at};
    parts_.planner.submit(
        std::move(write), [this, reactor, response, renewal](const Result<Answer>& answer) {
            if (!answer.ok()) return reactor->Finish(wire::to_grpc(answer.failure()));
            const auto signed_pem = parts_.authority.sign_node(
                renewal.node.name, renewal.csr_pem, parts_.clock.wall(), renewal.expires_at);
            if (!signed_pem.ok()) return reactor->Finish(wire::to_grpc(signed_pem.failure()));
            response->set_certificate_pem(signed_pem.value());
            parts_.log.info("node_renewed", {{"node", renewal.node.name}});
            reactor->Finish(grpc::Status::OK);
        });
    return reactor;
}

Status AgentService::sign_receipt(const NodeId& name, v1::LeaveResponse& response) const {
    const WallTime now = parts_.clock.wall();
    const auto receipt = TRY(parts_.planner.read(
        [&](const State& state) { return exit_receipt(state, name, config_.zone, now); }));
    response.set_receipt(tls::write_statement(receipt));
    const std::string signature = TRY(parts_.authority.sign_message(response.receipt()));
    response.set_signature(to_base64url(as_bytes(signature)));
    return ok_status();
}

Reactor* AgentService::Leave(Context* context, const v1::LeaveRequest* request,
                             v1::LeaveResponse* response) {
    const auto node = caller(*context);
    if (!node.ok()) return refuse(context, node.failure());
    if (!request->receipt_kept()) {
        const Status done = sign_receipt(node.value(), *response);
        if (!done.ok()) return refuse(context, done.failure());
        Reactor* reactor = context->DefaultReactor();
        reactor->Finish(grpc::Status::OK);
        return reactor;
    }
    Reactor* reactor = context->DefaultReactor();
    Write write;
    write.command = LeaveNode{node.value()};
    parts_.planner.submit(std::move(write),
                          [this, reactor, name = node.value()](const Result<Answer>& answer) {
                              if (!answer.ok())
                                  return reactor->Finish(wire::to_grpc(answer.failure()));
                              parts_.log.info("node_left", {{"node", name}});
                              reactor->Finish(grpc::Status::OK);
                          });
    return reactor;
}

Reactor* AgentService::Sync(Context* context, const v1::SyncRequest* request,
                            v1::SyncResponse* response) {
    const auto node = caller(*context);
    if (!node.ok()) return refuse(context, node.failure());
    auto report = wire::from_wire(*request);
    if (!report.ok()) return refuse(context, report.failure());
    auto reactor = std::make_unique<SyncReactor>(*response);
    reactor->start(parts_.sync, node.value(), std::move(report).value(), line_of(*context));
    return reactor.release();  // deletes itself when the call is done
}

grpc::ServerWriteReactor<v1::FetchBlobResponse>* AgentService::FetchBlob(
    Context* context, const v1::FetchBlobRequest* request) {
    const auto node = caller(*context);
    if (!node.ok()) return std::make_unique<RefusedStream>(node.failure()).release();
    auto blob = parts_.blobs.open_blob(Digest(request->digest()));
    if (!blob.ok()) return std::make_unique<RefusedStream>(blob.failure()).release();
    if (request->offset() > static_cast<std::uint64_t>(blob.value().size)) {
        return std::make_unique<RefusedStream>(error(ErrorCode::InvalidArgument,
                                                     "the offset is beyond the end of the blob",
                                                     {{"field", "offset"}}))
            .release();
    }
    const Status entered = streams_.enter(node.value());
    if (!entered.ok()) return std::make_unique<RefusedStream>(entered.failure()).release();
    return std::make_unique<BlobStream>(streams_, node.value(), std::move(blob).value(),
                                        static_cast<std::int64_t>(request->offset()))
        .release();
}

Reactor* AgentService::FinishErrand(Context* context, const v1::FinishErrandRequest* request,
                                    v1::FinishErrandResponse* /*response*/) {
    const auto node = caller(*context);
    if (!node.ok()) return refuse(context, node.failure());
    auto finished = wire::from_wire(*request);
    if (!finished.ok()) return refuse(context, finished.failure());
    const Status done = parts_.errands.finish(node.value(), finished.value().id,
                                              std::move(finished.value().outcome));
    if (!done.ok()) return refuse(context, done.failure());
    Reactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
}

}  // namespace

std::unique_ptr<grpc::Service> make_agent_service(AgentServiceParts parts,
                                                  AgentServiceConfig config) {
    return std::make_unique<AgentService>(parts, std::move(config));
}

}  // namespace foyer::master
