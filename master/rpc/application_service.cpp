#include "master/rpc/application_service.h"

#include <grpcpp/grpcpp.h>
#include <optional>
#include <string>

#include "common/base/check.h"
#include "common/base/one_line.h"
#include "common/tls/certificate.h"
#include "common/tls/sha256.h"
#include "common/wire/agent_convert.h"
#include "common/wire/status_map.h"
#include "foyer/agent/v1/application.grpc.pb.h"
#include "master/app/rate_limit.h"
#include "master/app/source_address.h"
#include "master/domain/applications.h"

namespace foyer::master {
namespace {

namespace v1 = agent::v1;
using Context = grpc::CallbackServerContext;
using Reactor = grpc::ServerUnaryReactor;

constexpr std::size_t secret_letters_min = 43;  // 256 bits in base64url
constexpr std::size_t secret_letters_max = 100;
constexpr std::size_t csr_bytes_max = 4'096;
constexpr std::size_t id_letters = 10;
constexpr Duration minute{60'000};

v1::ApplicationState to_wire(ApplicationState state) {
    switch (state) {
        case ApplicationState::Open: return v1::APPLICATION_STATE_OPEN;
        case ApplicationState::Approved: return v1::APPLICATION_STATE_APPROVED;
        case ApplicationState::Rejected: return v1::APPLICATION_STATE_REJECTED;
        case ApplicationState::Withdrawn: return v1::APPLICATION_STATE_WITHDRAWN;
        case ApplicationState::Lapsed: return v1::APPLICATION_STATE_LAPSED;
    }
    CHECK(false);
}

Result<std::string> hash_of(const std::string& secret) {
    if (secret.size() >= secret_letters_min && secret.size() <= secret_letters_max)
        return tls::sha256_hex(secret);
    return error(ErrorCode::InvalidArgument, "'secret' has 43 to 100 letters",
                 {{"field", "secret"}});
}

Error knocks_too_often(const RateVerdict& verdict, const std::string& who) {
    const std::int64_t seconds = verdict.again_after.count() / 1000 + 1;
    return error(ErrorCode::ResourceExhausted,
                 who + " asked too often; ask again in " + std::to_string(seconds) + " s",
                 {{"rule", "rate"}, {"wait", std::to_string(seconds) + " s"}});
}

class ApplicationService final : public v1::ApplicationService::CallbackService {
public:
    ApplicationService(ApplicationServiceParts parts, const ApplicationServiceConfig& config)
        : parts_(parts),
          config_(config),
          by_source_(Duration(minute.count() / config.calls_per_minute), config.calls_per_minute),
          of_all_(Duration(minute.count() / config.calls_per_minute_all),
                  config.calls_per_minute_all) {}

    Reactor* Apply(Context* context, const v1::ApplyRequest* request,
                   v1::ApplyResponse* response) override;
    Reactor* FindApplication(Context* context, const v1::FindApplicationRequest* request,
                             v1::FindApplicationResponse* response) override;
    Reactor* WithdrawApplication(Context* context, const v1::WithdrawApplicationRequest* request,
                                 v1::WithdrawApplicationResponse* response) override;

private:
    Status admit(const std::string& source);
    Result<Application> application_in(const v1::ApplyRequest& request, const Context& context);
    Status tell(const ApplicationId& id, v1::ApplicationStatus& to) const;
    void submit(Reactor* reactor, Command command, v1::ApplicationStatus& response);

    ApplicationServiceParts parts_;
    const ApplicationServiceConfig config_;
    RateLimiter by_source_;
    RateLimiter of_all_;
};

Status ApplicationService::admit(const std::string& source) {
    const MonoTime now = parts_.clock.mono();
    const RateVerdict own = by_source_.take(source, now);
    if (!own.admitted) return knocks_too_often(own, "your line");
    const RateVerdict all = of_all_.take("", now);
    return all.admitted ? ok_status() : Status(knocks_too_often(all, "too many at once"));
}

// What no person typed is made fit; what one did is judged by the domain.
CheckFinding finding_in(const v1::CheckFinding& from) {
    return {one_line(from.subject(), check_subject_bytes_max),
            one_line(from.value(), check_value_bytes_max),
            one_line(from.verdict(), check_verdict_bytes_max),
            one_line(from.reason(), check_reason_bytes_max)};
}

Result<Application> ApplicationService::application_in(const v1::ApplyRequest& request,
                                                       const Context& context) {
    Application row;
    row.secret_hash = TRY(hash_of(request.secret()));
    if (request.csr_pem().size() > csr_bytes_max)
        return error(ErrorCode::InvalidArgument, "'csr_pem' has at most 4096 bytes",
                     {{"field", "csr_pem"}});
    row.key_fingerprint = TRY(tls::read_request(request.csr_pem())).key_fingerprint;
    if (static_cast<std::size_t>(request.findings_size()) > check_findings_max)
        return error(ErrorCode::InvalidArgument, "'findings' has at most 40 lines",
                     {{"field", "findings"}});
    row.id = ApplicationId(parts_.rng.text(id_letters));
    row.site = SiteId(request.site());
    row.isp = IspId(request.isp());
    row.country = CountryCode(request.country());
    row.plan = request.plan();
    row.contact = request.contact();
    row.message = request.message();
    row.offered = TRY(wire::from_wire(request.offered()));
    row.agent_version = one_line(request.agent_version(), 64);
    for (const v1::CheckFinding& one : request.findings()) row.findings.push_back(finding_in(one));
    const std::string peer = context.peer();
    row.line = parts_.networks.find(address_of_peer(peer));
    // The address itself is kept nowhere.
    const std::string lineage =
        parts_.planner.read([](const State& state) { return state.lineage().str(); });
    row.source_hash = tls::sha256_hex(lineage + "\n" + source_of_peer(peer));
    return row;
}

Status ApplicationService::tell(const ApplicationId& id, v1::ApplicationStatus& to) const {
    return parts_.planner.read([&](const State& state) -> Status {
        const Application* row = state.applications().get(id);
        if (row == nullptr)
            return error(ErrorCode::NotFound, "this application is forgotten",
                         {{"rule", "application_unknown"}});
        to.set_id(row->id.str());
        to.set_state(to_wire(row->state));
        to.set_site(row->site.str());
        to.set_reason(row->reason);
        to.set_node(row->node.str());
        to.set_applied_unix_ms(row->created_at.unix_ms);
        if (const auto until = until_of(state, *row)) to.set_until_unix_ms(until->unix_ms);
        to.set_ask_again_seconds(config_.ask_again_seconds);
        return ok_status();
    });
}

void ApplicationService::submit(Reactor* reactor, Command command,
                                v1::ApplicationStatus& response) {
    Write write;
    write.command = std::move(command);
    parts_.planner.submit(
        std::move(write), [this, reactor, &response](const Result<Answer>& answer) {
            const Status done = answer.ok()
                                    ? tell(ApplicationId(answer.value().reply.subject), response)
                                    : Status(answer.failure());
            if (done.ok())
                parts_.log.info("application_answered", {{"application", response.id()}});
            else
                parts_.log.info("application_refused", {{"why", done.failure().message}});
            reactor->Finish(done.ok() ? grpc::Status::OK : wire::to_grpc(done.failure()));
        });
}

Reactor* ApplicationService::Apply(Context* context, const v1::ApplyRequest* request,
                                   v1::ApplyResponse* response) {
    Reactor* reactor = context->DefaultReactor();
    const Status admitted = admit(source_of_peer(context->peer()));
    if (!admitted.ok()) return reactor->Finish(wire::to_grpc(admitted.failure())), reactor;
    auto row = application_in(*request, *context);
    if (!row.ok()) return reactor->Finish(wire::to_grpc(row.failure())), reactor;
    submit(reactor, SendApplication{std::move(row).value()}, *response->mutable_application());
    return reactor;
}

// No write: a box that waits asks again and again.
Reactor* ApplicationService::FindApplication(Context* context,
                                             const v1::FindApplicationRequest* request,
                                             v1::FindApplicationResponse* response) {
    Reactor* reactor = context->DefaultReactor();
    const auto find = [&]() -> Status {
        TRY(admit(source_of_peer(context->peer())));
        const std::string hash = TRY(hash_of(request->secret()));
        const auto id = parts_.planner.read([&](const State& state) {
            const Application* row = find_application_of(state, hash);
            return row == nullptr ? ApplicationId() : row->id;
        });
        if (id.empty())
            return error(ErrorCode::NotFound, "this box has not applied here, or it is forgotten",
                         {{"rule", "application_unknown"}});
        return tell(id, *response->mutable_application());
    };
    const Status done = find();
    reactor->Finish(done.ok() ? grpc::Status::OK : wire::to_grpc(done.failure()));
    return reactor;
}

Reactor* ApplicationService::WithdrawApplication(Context* context,
                                                 const v1::WithdrawApplicationRequest* request,
                                                 v1::WithdrawApplicationResponse* response) {
    Reactor* reactor = context->DefaultReactor();
    const Status admitted = admit(source_of_peer(context->peer()));
    if (!admitted.ok()) return reactor->Finish(wire::to_grpc(admitted.failure())), reactor;
    const auto hash = hash_of(request->secret());
    if (!hash.ok()) return reactor->Finish(wire::to_grpc(hash.failure())), reactor;
    submit(reactor, master::WithdrawApplication{hash.value()}, *response->mutable_application());
    return reactor;
}

}  // namespace

std::unique_ptr<grpc::Service> make_application_service(ApplicationServiceParts parts,
                                                        ApplicationServiceConfig config) {
    return std::make_unique<ApplicationService>(parts, config);
}

}  // namespace foyer::master
