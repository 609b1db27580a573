#include "node-agent/link/application.h"

#include <functional>
#include <grpcpp/client_context.h>
#include <nlohmann/json.hpp>

#include "common/base/text.h"
#include "common/os/atomic_file.h"
#include "common/os/files.h"
#include "common/tls/certificate.h"
#include "common/tls/enrol_token.h"
#include "common/tls/private_file.h"
#include "common/tls/sha256.h"
#include "common/wire/agent_convert.h"
#include "common/wire/status_map.h"
#include "foyer/agent/v1/application.grpc.pb.h"
#include "node-agent/link/channel.h"
#include "node-agent/link/first_contact.h"

namespace foyer::agent {
namespace {

using Json = nlohmann::json;

constexpr int message_bytes_max = 64 * 1024;
constexpr Duration timeout{20'000};

// 256 bits that nobody knows who has not the key; nobody learns the key of them.
Result<Secret<std::string>> secret_of(const IdentityFolder& folder) {
    const Secret<std::string> key = TRY(folder.node_key());
    const std::string text = "foyer application 1\n" + key.reveal();
    return Secret(to_base64url(tls::sha256(as_bytes(text))));
}

using Stub = v1::ApplicationService::Stub;
template <class Response>
using Ask = std::function<grpc::Status(Stub&, grpc::ClientContext&, Response&)>;

Result<ApplicationFate> fate_in(v1::ApplicationState state) {
    switch (state) {
        case v1::APPLICATION_STATE_OPEN: return ApplicationFate::Open;
        case v1::APPLICATION_STATE_APPROVED: return ApplicationFate::Approved;
        case v1::APPLICATION_STATE_REJECTED: return ApplicationFate::Rejected;
        case v1::APPLICATION_STATE_WITHDRAWN: return ApplicationFate::Withdrawn;
        case v1::APPLICATION_STATE_LAPSED: return ApplicationFate::Lapsed;
        default:
            return error(ErrorCode::Internal,
                         "the master says something of this application that this version of "
                         "foyer-node does not know; install a newer one");
    }
}

Result<ApplicationAnswer> answer_in(const v1::ApplicationStatus& from) {
    ApplicationAnswer to;
    to.id = from.id();
    to.fate = TRY(fate_in(from.state()));
    to.site = from.site();
    to.reason = from.reason();
    to.node = from.node();
    to.applied_at = WallTime{from.applied_unix_ms()};
    if (from.until_unix_ms() > 0) to.until = WallTime{from.until_unix_ms()};
    to.ask_again = Duration(std::clamp(from.ask_again_seconds(), 1, 3'600) * std::int64_t{1000});
    return to;
}

template <class Response>
Result<ApplicationAnswer> call(const Applied& applied, const Clock& clock,
                               const Ask<Response>& ask) {
    auto found = find_master({applied.master}, applied.ca_sha256, timeout, clock);
    if (!found.ok() && found.failure().code == ErrorCode::PermissionDenied)
        return error(ErrorCode::PermissionDenied,
                     "master '" + applied.master +
                         "' does not present the CA that --ca-sha256 names: take address and "
                         "fingerprint from the operator once more, or somebody sits between");
    const Contact contact = TRY(std::move(found));
    TRY(check_clock(contact, clock));
    const auto channel = make_channel(contact.address, {contact.ca_pem, "", ""}, message_bytes_max);
    const auto stub = v1::ApplicationService::NewStub(channel);
    grpc::ClientContext context;
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_millis(timeout.count(), GPR_TIMESPAN)));
    context.set_wait_for_ready(false);
    Response response;
    const grpc::Status status = ask(*stub, context, response);
    if (!status.ok())
        return in_context("master '" + contact.address + "' says", wire::from_grpc(status));
    return answer_in(response.application());
}

Status keep_application(const IdentityFolder& folder, const Applied& applied) {
    const Json body = {{"master", applied.master},
                       {"ca_sha256", applied.ca_sha256},
                       {"site", applied.site},
                       {"cpu_millicores", applied.offered.cpu.count()},
                       {"memory_bytes", applied.offered.memory.count()},
                       {"disk_bytes", applied.offered.disk.count()},
                       {"uplink_kbit", applied.offered.uplink.count()}};
    return os::write_atomically(folder.application_file(), body.dump(2) + "\n", {.mode = 0600});
}

}  // namespace

Result<ApplicationAnswer> send_application(const ApplicationOrder& order,
                                           const IdentityFolder& folder, const Clock& clock) {
    if (folder.is_enrolled())
        return error(ErrorCode::AlreadyExists,
                     "this box is enrolled already; to begin anew, stop it, then: foyer-node clear "
                     "--erase");
    v1::ApplyRequest request;
    const Secret<std::string> key = TRY(folder.node_key());
    request.set_secret(TRY(secret_of(folder)).reveal());
    request.set_csr_pem(TRY(tls::make_request(key, "foyer-node")));
    request.set_site(order.applied.site);
    request.set_isp(order.isp);
    request.set_country(order.country);
    request.set_plan(order.plan);
    request.set_contact(order.contact);
    request.set_message(order.message);
    wire::to_wire(order.applied.offered, *request.mutable_offered());
    request.set_agent_version(order.agent_version);
    for (const SaidFinding& one : order.findings) {
        v1::CheckFinding& finding = *request.add_findings();
        finding.set_subject(one.subject);
        finding.set_value(one.value);
        finding.set_verdict(one.verdict);
        finding.set_reason(one.reason);
    }
    const ApplicationAnswer answer = TRY(call<v1::ApplyResponse>(
        order.applied, clock, [&](Stub& stub, auto& context, auto& response) {
            return stub.Apply(&context, request, &response);
        }));
    TRY(keep_application(folder, order.applied));
    return answer;
}

Result<ApplicationAnswer> ask_application(const IdentityFolder& folder, const Clock& clock) {
    const Applied applied = TRY(load_application(folder));
    v1::FindApplicationRequest request;
    request.set_secret(TRY(secret_of(folder)).reveal());
    return call<v1::FindApplicationResponse>(
        applied, clock, [&](Stub& stub, auto& context, auto& response) {
            return stub.FindApplication(&context, request, &response);
        });
}

Result<ApplicationAnswer> withdraw_application(const IdentityFolder& folder, const Clock& clock) {
    const Applied applied = TRY(load_application(folder));
    v1::WithdrawApplicationRequest request;
    request.set_secret(TRY(secret_of(folder)).reveal());
    const ApplicationAnswer answer = TRY(call<v1::WithdrawApplicationResponse>(
        applied, clock, [&](Stub& stub, auto& context, auto& response) {
            return stub.WithdrawApplication(&context, request, &response);
        }));
    TRY(forget_application(folder));
    return answer;
}

Result<Applied> load_application(const IdentityFolder& folder) {
    const std::string path = folder.application_file();
    auto text = tls::read_private_file(path);
    if (!text.ok() && text.failure().code == ErrorCode::NotFound)
        return error(ErrorCode::NotFound,
                     "this box has not applied, and was given no token; run: foyer-node apply "
                     "--help, or: foyer-node enrol --token-file FILE");
    if (!text.ok()) return std::move(text).failure();
    const Json body = Json::parse(text.value(), nullptr, /*allow_exceptions=*/false);
    Applied applied;
    const auto read = [&] {
        applied.master = body.at("master").get<std::string>();
        applied.ca_sha256 = body.at("ca_sha256").get<std::string>();
        applied.site = body.at("site").get<std::string>();
        applied.offered = {Millicores(body.at("cpu_millicores").get<std::int64_t>()),
                           Bytes(body.at("memory_bytes").get<std::int64_t>()),
                           Bytes(body.at("disk_bytes").get<std::int64_t>()),
                           KbitPerSecond(body.at("uplink_kbit").get<std::int64_t>())};
    };
    try {
        read();
    } catch (const Json::exception&) {
        return error(ErrorCode::FailedPrecondition,
                     "'" + path + "' is damaged; apply again, with the same words");
    }
    return applied;
}

Result<std::string> token_of_application(const IdentityFolder& folder) {
    const Applied applied = TRY(load_application(folder));
    return tls::encode_enrol_token({{applied.master}, TRY(secret_of(folder)), applied.ca_sha256});
}

Status forget_application(const IdentityFolder& folder) {
    return os::remove_file(folder.application_file());
}

}  // namespace foyer::agent
