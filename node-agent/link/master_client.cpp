#include "node-agent/link/master_client.h"

#include <chrono>
#include <grpcpp/client_context.h>

#include "common/wire/agent_convert.h"
#include "common/wire/errand_convert.h"
#include "common/wire/status_map.h"
#include "foyer/agent/v1/agent.grpc.pb.h"
#include "node-agent/link/channel.h"

namespace foyer::agent {
namespace {

void set_deadline(grpc::ClientContext& context, Duration span) {
    // gRPC wants a point in time of its own clock; a span is what we mean.
    context.set_deadline(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                      gpr_time_from_millis(span.count(), GPR_TIMESPAN)));
}

}  // namespace

struct MasterClient::Line {
    std::string address;
    std::shared_ptr<grpc::Channel> channel;
    std::unique_ptr<v1::AgentService::Stub> stub;
};

MasterClient::MasterClient(const Identity& identity, ClientRules rules)
    : rules_(rules), identity_(identity) {}
MasterClient::~MasterClient() = default;

void MasterClient::use(const Identity& identity) {
    const std::scoped_lock lock(mutex_);
    identity_ = identity;
    line_.reset();
}

std::string MasterClient::address() const {
    const std::scoped_lock lock(mutex_);
    return line_ ? line_->address : std::string();
}

std::shared_ptr<MasterClient::Line> MasterClient::line() {
    const std::scoped_lock lock(mutex_);
    if (line_) return line_;
    auto made = std::make_shared<Line>();
    made->address = identity_.addresses[next_address_ % identity_.addresses.size()];
    made->channel = make_channel(
        made->address, {identity_.ca_pem, identity_.key_pem.reveal(), identity_.certificate_pem},
        rules_.message_bytes_max);
    made->stub = v1::AgentService::NewStub(made->channel);
    line_ = made;
    return made;
}

void MasterClient::hang_up(const std::shared_ptr<Line>& broken) {
    const std::scoped_lock lock(mutex_);
    if (line_ != broken) return;
    line_.reset();
    ++next_address_;
}

Error MasterClient::judged(const Error& failure, const std::shared_ptr<Line>& line) {
    if (failure.code == ErrorCode::Unavailable || failure.code == ErrorCode::DeadlineExceeded)
        hang_up(line);
    return in_context("master '" + line->address + "'", failure);
}

Result<SyncAnswer> MasterClient::sync(const SyncReport& report, Duration deadline,
                                      std::stop_token cancel) {
    const auto used = line();
    v1::SyncRequest request;
    wire::to_wire(report, request);
    v1::SyncResponse response;
    grpc::ClientContext context;
    set_deadline(context, deadline);
    const std::stop_callback on_cancel(cancel, [&] { context.TryCancel(); });
    const grpc::Status status = used->stub->Sync(&context, request, &response);
    if (status.ok()) return wire::from_wire(response);
    if (cancel.stop_requested() && status.error_code() == grpc::StatusCode::CANCELLED)
        return error(ErrorCode::Aborted, "call ended by this box");
    return judged(wire::from_grpc(status), used);
}

Result<RenewedCertificates> MasterClient::renew(const std::string& csr_pem,
                                                const std::string& serving_csr_pem) {
    const auto used = line();
    v1::RenewRequest request;
    request.set_csr_pem(csr_pem);
    request.set_serving_csr_pem(serving_csr_pem);
    v1::RenewResponse response;
    grpc::ClientContext context;
    set_deadline(context, rules_.call_timeout);
    const grpc::Status status = used->stub->Renew(&context, request, &response);
    if (!status.ok()) return judged(wire::from_grpc(status), used);
    return RenewedCertificates{response.certificate_pem(), response.serving_certificate_pem(),
                               response.ca_pem()};
}

Result<tls::SignedReceipt> MasterClient::say_farewell(bool receipt_kept) {
    const auto used = line();
    v1::LeaveRequest request;
    request.set_receipt_kept(receipt_kept);
    v1::LeaveResponse response;
    grpc::ClientContext context;
    set_deadline(context, rules_.call_timeout);
    const grpc::Status status = used->stub->Leave(&context, request, &response);
    if (!status.ok()) return judged(wire::from_grpc(status), used);
    return tls::SignedReceipt{response.receipt(), response.signature()};
}

Result<tls::SignedReceipt> MasterClient::ask_receipt() { return say_farewell(false); }

Status MasterClient::leave() {
    TRY(say_farewell(true));
    return ok_status();
}

Status MasterClient::finish_errand(const ErrandId& id, const Result<ErrandOutcome>& outcome) {
    const auto used = line();
    v1::FinishErrandRequest request;
    wire::to_wire(wire::FinishedErrand{id, outcome}, request);
    v1::FinishErrandResponse response;
    grpc::ClientContext context;
    set_deadline(context, rules_.call_timeout);
    const grpc::Status status = used->stub->FinishErrand(&context, request, &response);
    if (!status.ok()) return judged(wire::from_grpc(status), used);
    return ok_status();
}

Status MasterClient::fetch_blob(const Digest& digest, std::int64_t offset, const Piece& piece,
                                std::stop_token stop) {
    const auto used = line();
    v1::FetchBlobRequest request;
    request.set_digest(digest.str());
    request.set_offset(static_cast<std::uint64_t>(offset));
    grpc::ClientContext context;
    set_deadline(context, rules_.blob_stretch);
    const std::stop_callback on_stop(stop, [&] { context.TryCancel(); });
    const auto reader = used->stub->FetchBlob(&context, request);
    v1::FetchBlobResponse part;
    std::int64_t total = 0;
    bool got_any = false;
    Status kept = ok_status();
    while (kept.ok() && reader->Read(&part)) {
        if (part.total_bytes() != 0) total = static_cast<std::int64_t>(part.total_bytes());
        got_any = true;
        kept = piece(part.data(), total);
        if (!kept.ok()) context.TryCancel();
    }
    const grpc::Status status = reader->Finish();
    if (!kept.ok()) return kept;
    if (status.ok()) return ok_status();
    if (stop.stop_requested()) return error(ErrorCode::Unavailable, "download interrupted");
    if (got_any)
        return wire::from_grpc(
            status);  // the line works: the caller goes on from where this stretch ended
    return judged(wire::from_grpc(status), used);
}

}  // namespace foyer::agent
