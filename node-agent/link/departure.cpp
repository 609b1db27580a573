#include "node-agent/link/departure.h"

#include <algorithm>

#include "common/tls/certificate.h"
#include "node-agent/domain/sync_pace.h"

namespace foyer::agent {
namespace {

// Its name may have been given to another box meanwhile.
bool is_forgotten(const Error& why) {
    return is_refused(why.code) && std::ranges::any_of(why.details, [](const ErrorDetail& one) {
               return one.key == "rule" &&
                      (one.value == "node_deleted" || one.value == "node_key_changed");
           });
}

// InvalidArgument, PermissionDenied: it is no receipt. NotFound: it is another box's.
Status check_own(const tls::SignedReceipt& receipt, const Identity& identity) {
    const ExitReceipt said = TRY(tls::read_receipt(receipt, identity.ca_pem));
    const auto own = TRY(tls::read_certificate(identity.certificate_pem));
    if (said.key_fingerprint == own.key_fingerprint) return ok_status();
    return error(ErrorCode::NotFound, "the receipt is of another box");
}

}  // namespace

Departure::Departure(std::string file, IdentityFolder folder, MasterClient& client, Log& log)
    : file_(std::move(file)), folder_(std::move(folder)), client_(client), log_(log) {
    const auto kept = own_receipt();
    left_ = kept.ok() && kept.value().left;
}

Result<KeptReceipt> Departure::own_receipt() const {
    KeptReceipt kept = TRY(load_receipt(file_));
    const Identity identity = TRY(folder_.load());
    TRY(check_own(kept.receipt, identity));
    return kept;
}

void Departure::leave(const Wanted& wanted) {
    const std::unique_lock turn(turn_, std::try_to_lock);
    if (!turn.owns_lock() || left_ || !wanted()) return;
    const Status done = say_farewell(wanted);
    if (done.ok()) return;
    refused(done.failure());
    if (!left_) log_.failure(LogLevel::Info, "not_let_go_yet", done.failure());
}

// A new receipt each time: what an earlier one says may not be true any more.
Status Departure::say_farewell(const Wanted& wanted) {
    const Identity identity = TRY(folder_.load());
    KeptReceipt kept{TRY(client_.ask_receipt()), identity.ca_pem, false};
    TRY(check_own(kept.receipt, identity));
    TRY(keep_receipt(file_, kept));
    if (!wanted()) return error(ErrorCode::Aborted, "its host thought better of it");
    TRY(client_.leave());
    note_left(std::move(kept));
    return ok_status();
}

void Departure::refused(const Error& why) {
    if (left_ || !is_forgotten(why)) return;
    auto kept = own_receipt();
    if (kept.ok()) note_left(std::move(kept).value());
}

Status Departure::unless_leaving(const std::function<Status()>& obey) {
    const std::unique_lock turn(turn_, std::try_to_lock);
    if (left_)
        return error(ErrorCode::FailedPrecondition,
                     "this box has left the cloud; its receipt: foyer-node receipt. To come back "
                     "with a new token: foyer-node clear --erase, then foyer-node enrol");
    if (!turn.owns_lock())
        return error(ErrorCode::FailedPrecondition,
                     "its master is letting this box go just now; look again in a moment: "
                     "foyer-node status");
    return obey();
}

// Where that cannot be written down, the next start asks the master, who knows no such box.
void Departure::note_left(KeptReceipt kept) {
    kept.left = true;
    const Status noted = keep_receipt(file_, kept);
    if (!noted.ok()) log_.failure(LogLevel::Warn, "departure_not_noted", noted.failure());
    left_ = true;
    log_.info("node_left", {{"receipt", file_}});
}

}  // namespace foyer::agent
