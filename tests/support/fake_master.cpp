#include "tests/support/fake_master.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include "common/base/text.h"
#include "common/tls/enrol_token.h"
#include "common/tls/exit_receipt.h"
#include "common/tls/node_key.h"
#include "common/wire/agent_convert.h"
#include "common/wire/status_map.h"
#include "foyer/agent/v1/agent.grpc.pb.h"

namespace foyer::test {
namespace {

constexpr Duration hour{3'600'000};

tls::Validity valid_for(Duration life) {
    const WallTime now = SystemClock().wall();
    return {now + Duration(-60'000), now + life};
}

grpc::Status refuse(grpc::StatusCode code, const std::string& why) { return {code, why}; }

grpc::Status refuse_deleted() {
    return wire::to_grpc(
        error(ErrorCode::Unauthenticated, "no such node", {{"rule", "node_deleted"}}));
}

}  // namespace

class FakeMaster::Service final : public agent::v1::AgentService::Service {
public:
    Service(FakeMaster& master) : master_(master) {}

    grpc::Status Enrol(grpc::ServerContext*, const agent::v1::EnrolRequest* request,
                       agent::v1::EnrolResponse* response) override {
        const std::scoped_lock lock(mutex);
        const auto token = tokens.find(request->token_secret());
        if (token == tokens.end())
            return refuse(grpc::StatusCode::UNAUTHENTICATED, "token is unknown or used up");
        response->set_node(token->second);
        response->set_certificate_pem(sign(request->csr_pem(), token->second));
        response->set_ca_pem(master_.authority_.certificate_pem);
        response->add_master_addresses(master_.address());
        response->set_lineage("l1");
        return grpc::Status::OK;
    }

    grpc::Status Renew(grpc::ServerContext* context, const agent::v1::RenewRequest* request,
                       agent::v1::RenewResponse* response) override {
        const std::scoped_lock lock(mutex);
        const auto node = caller(*context);
        if (!node) return refuse(grpc::StatusCode::UNAUTHENTICATED, "no such node");
        ++renewals;
        life = Duration(90) * 24 * 3'600'000;
        if (!request->csr_pem().empty())
            response->set_certificate_pem(sign(request->csr_pem(), *node));
        if (!request->serving_csr_pem().empty())
            response->set_serving_certificate_pem(sign_serving(request->serving_csr_pem(), *node));
        response->set_ca_pem(master_.authority_.certificate_pem);
        return grpc::Status::OK;
    }

    grpc::Status Leave(grpc::ServerContext* context, const agent::v1::LeaveRequest* request,
                       agent::v1::LeaveResponse* response) override {
        const std::scoped_lock lock(mutex);
        const auto node = caller(*context);
        if (!node)
            return wire::to_grpc(
                error(ErrorCode::Unauthenticated, "no such node", {{"rule", "node_deleted"}}));
        ++farewells;
        if (leaving_refused > 0) {
            --leaving_refused;
            return refuse(grpc::StatusCode::FAILED_PRECONDITION,
                          "node 'lille-1' holds 1 partition");
        }
        if (request->receipt_kept()) {
            removed_nodes.insert(*node);
            if (!lose_farewell) return grpc::Status::OK;
            return refuse(grpc::StatusCode::UNAVAILABLE, "the answer is lost");
        }
        ExitReceipt receipt{"foyer.example", NodeId(*node),     SiteId("lille"), HostId("ann"),
                            IspId("orange"), CountryCode("FR"), keys.at(*node),  {}};
        receipt.left_at = SystemClock().wall();
        if (!leaving_key.empty()) receipt.key_fingerprint = leaving_key;
        response->set_receipt(tls::write_statement(receipt));
        const auto signer = tls::NodeSigner::make(master_.authority_.key_pem);
        response->set_signature(
            to_base64url(as_bytes(signer.value().sign(response->receipt()).value())));
        return grpc::Status::OK;
    }

    grpc::Status Sync(grpc::ServerContext* context, const agent::v1::SyncRequest* request,
                      agent::v1::SyncResponse* response) override {
        std::unique_lock lock(mutex);
        const auto node = caller(*context);
        if (!node) return refuse_deleted();
        auto report = wire::from_wire(*request);
        if (!report.ok())
            return refuse(grpc::StatusCode::INVALID_ARGUMENT, report.failure().message);
        std::erase_if(tokens, [&](const auto& item) { return item.second == *node; });
        reports.push_back(report.value());
        if (report.value().observation_number != 0 && lost_acknowledgements-- <= 0)
            acknowledged = report.value().observation_number;
        ++held;
        const auto is_held = [&] {
            return silent || (!report.value().immediate &&
                              report.value().applied_revision == Revision(revision));
        };
        while (!ended && !context->IsCancelled() && is_held()) {
            changed.wait_for(lock, std::chrono::milliseconds(10));
        }
        --held;
        wire::to_wire(answer(report.value()), *response);
        return grpc::Status::OK;
    }

    grpc::Status FetchBlob(grpc::ServerContext*, const agent::v1::FetchBlobRequest* request,
                           grpc::ServerWriter<agent::v1::FetchBlobResponse>* writer) override {
        std::string content;
        std::size_t limit = SIZE_MAX;
        {
            const std::scoped_lock lock(mutex);
            const auto blob = blobs.find(request->digest());
            if (blob == blobs.end()) return refuse(grpc::StatusCode::NOT_FOUND, "no such blob");
            content = blob->second;
            if (blob_breaks-- > 0) limit = blob_break_after;
        }
        std::size_t sent = 0;
        for (std::size_t at = request->offset(); at < content.size(); at += 1000) {
            if (sent >= limit) return refuse(grpc::StatusCode::UNAVAILABLE, "line broke");
            agent::v1::FetchBlobResponse part;
            part.set_data(content.substr(at, 1000));
            if (at == request->offset()) part.set_total_bytes(content.size());
            if (!writer->Write(part)) break;
            sent += part.data().size();
        }
        return grpc::Status::OK;
    }

    SyncAnswer answer(const SyncReport& report) {
        SyncAnswer made;
        made.delta.lineage = LineageId("l1");
        made.delta.revision = Revision(revision);
        made.delta.base =
            report.applied_lineage == LineageId("l1") ? report.applied_revision : Revision(0);
        if (confused && made.delta.base != Revision(0)) {
            confused = false;
            made.delta.base = Revision(999);
        } else if (made.delta.base != Revision(revision) || made.delta.full()) {
            made.delta.assignments = wanted;
            made.delta.settings = settings;
            for (const PartitionId& partition : removed) {
                if (!made.delta.full()) made.delta.removed_assignments.push_back(partition);
            }
        }
        made.observations_acknowledged = acknowledged;
        made.hold_max = hold_max;
        made.clock = SystemClock().wall() + clock_ahead;
        return made;
    }

    std::optional<std::string> caller(const grpc::ServerContext& context) {
        const auto names = context.auth_context()->FindPropertyValues(GRPC_X509_SAN_PROPERTY_NAME);
        for (const auto& name : names) {
            const auto node = tls::node_of_uri({name.data(), name.size()});
            if (node && !removed_nodes.contains(node->str())) return node->str();
        }
        return std::nullopt;
    }

    std::string sign(const std::string& csr, const std::string& node) {
        keys[node] = tls::read_request(csr).value().key_fingerprint;
        return tls::sign_request(master_.authority_, csr,
                                 {.common_name = node,
                                  .uris = {tls::node_uri(NodeId(node))},
                                  .validity = valid_for(life),
                                  .usage = tls::Usage::Client},
                                 master_.rng_)
            .value();
    }

    std::string sign_serving(const std::string& csr, const std::string& node) {
        const WallTime now = SystemClock().wall();
        return tls::sign_request(master_.authority_, csr,
                                 {.common_name = node,
                                  .dns_names = {"*." + settings.zone},
                                  .validity = {now + -serving_life / 4, now + serving_life},
                                  .usage = tls::Usage::Server},
                                 master_.rng_)
            .value();
    }

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::map<std::string, std::string> tokens;
    std::set<std::string> removed_nodes;
    std::vector<SyncReport> reports;
    std::vector<Assignment> wanted;
    std::vector<PartitionId> removed;
    NodeSettings settings;
    Duration serving_life{0};
    std::map<std::string, std::string> blobs;
    std::uint64_t revision = 1;
    std::uint64_t acknowledged = 0;
    int lost_acknowledgements = 0;
    bool silent = false;
    Duration hold_max{30'000};
    int renewals = 0;
    int held = 0;
    std::size_t blob_break_after = 0;
    int blob_breaks = 0;
    std::map<std::string, std::string> keys;  // of nodes
    int farewells = 0;
    int leaving_refused = 0;
    bool lose_farewell = false;
    std::string leaving_key;
    Duration clock_ahead{0};
    bool confused = false;
    bool ended = false;
    Duration life = Duration(90) * 24 * 3'600'000;

private:
    FakeMaster& master_;
};

struct FakeMaster::Server {
    explicit Server(FakeMaster& master) : service(master) {}
    Service service;
    std::unique_ptr<grpc::Server> grpc_server;
    int port = 0;
};

FakeMaster::FakeMaster() {
    authority_ = tls::make_authority("Foyer test", valid_for(hour * 24 * 365), rng_).value();
    const auto key = tls::make_key().value();
    const auto certificate = tls::sign_request(authority_, tls::make_request(key, "m").value(),
                                               {.common_name = "master",
                                                .ip_addresses = {"127.0.0.1"},
                                                .validity = valid_for(hour * 24)},
                                               rng_)
                                 .value();
    server_ = std::make_unique<Server>(*this);
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = authority_.certificate_pem;
    options.pem_key_cert_pairs.push_back({key.reveal(), certificate + authority_.certificate_pem});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &server_->port);
    builder.RegisterService(&server_->service);
    server_->grpc_server = builder.BuildAndStart();
}

FakeMaster::~FakeMaster() {
    {
        const std::scoped_lock lock(server_->service.mutex);
        server_->service.ended = true;
    }
    server_->service.changed.notify_all();
    server_->grpc_server->Shutdown();
}

std::string FakeMaster::address() const { return "127.0.0.1:" + std::to_string(server_->port); }

std::string FakeMaster::token(const std::string& node) {
    const std::string secret = "t-" + rng_.text(20);
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.tokens[secret] = node;
    return tls::encode_enrol_token(
        {{address()},
         Secret(secret),
         tls::read_certificate(authority_.certificate_pem).value().fingerprint});
}

void FakeMaster::want(std::vector<Assignment> assignments) {
    Service& service = server_->service;
    const std::scoped_lock lock(service.mutex);
    ++service.revision;
    service.removed.clear();
    for (const Assignment& old : service.wanted) service.removed.push_back(old.partition);
    for (Assignment& item : assignments) {
        item.revision = Revision(service.revision);
        std::erase(service.removed, item.partition);
    }
    service.wanted = std::move(assignments);
    service.changed.notify_all();
}

void FakeMaster::confuse_once() {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.confused = true;
}

void FakeMaster::remove_node(const std::string& node) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.removed_nodes.insert(node);
}

void FakeMaster::say_hold(Duration hold_max) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.hold_max = hold_max;
}

void FakeMaster::fall_silent() {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.silent = true;
}

void FakeMaster::lose_acknowledgements(int calls) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.lost_acknowledgements = calls;
}

void FakeMaster::keep_leaving(int calls) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.leaving_refused = calls;
}

void FakeMaster::lose_farewell() {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.lose_farewell = true;
}

void FakeMaster::mistake_receipts() {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.leaving_key = std::string(64, '0');
}

int FakeMaster::farewells() const {
    const std::scoped_lock lock(server_->service.mutex);
    return server_->service.farewells;
}

void FakeMaster::certificates_live(Duration life) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.life = life;
}

void FakeMaster::edge_of(const std::string& zone, Duration serving_life) {
    Service& service = server_->service;
    const std::scoped_lock lock(service.mutex);
    ++service.revision;
    service.settings.edge = !zone.empty();
    service.settings.zone = zone;
    service.serving_life = serving_life;
    service.changed.notify_all();
}

void FakeMaster::clock_runs_ahead(Duration by) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.clock_ahead = by;
}

void FakeMaster::put_blob(const Digest& digest, std::string content) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.blobs[digest.str()] = std::move(content);
}

void FakeMaster::break_blobs(std::size_t after_bytes, int times) {
    const std::scoped_lock lock(server_->service.mutex);
    server_->service.blob_break_after = after_bytes;
    server_->service.blob_breaks = times;
}

std::vector<SyncReport> FakeMaster::reports() const {
    const std::scoped_lock lock(server_->service.mutex);
    return server_->service.reports;
}

int FakeMaster::renewals() const {
    const std::scoped_lock lock(server_->service.mutex);
    return server_->service.renewals;
}

int FakeMaster::held() const {
    const std::scoped_lock lock(server_->service.mutex);
    return server_->service.held;
}

}  // namespace foyer::test
