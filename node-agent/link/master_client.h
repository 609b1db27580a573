// The box's telephone: one mTLS channel to one of its masters, blocking calls with deadlines.
// Thread-safe.
//
// A call that ends in Unavailable or DeadlineExceeded hangs up and the next one dials the next
// address: a dead path is never trusted twice.
#pragma once

#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/secret.h"
#include "common/model/sync.h"
#include "common/tls/exit_receipt.h"
#include "node-agent/app/ports.h"
#include "node-agent/link/identity.h"

namespace foyer::agent {

struct ClientRules {
    Duration call_timeout{20'000};  // enrol, renew
    Duration blob_stretch{
        60'000};  // a download goes on in stretches of this length, so that a dead line is noticed
    int message_bytes_max = 64 * 1024 * 1024;
};

struct RenewedCertificates {
    std::string certificate_pem;          // empty: none was asked for
    std::string serving_certificate_pem;  // empty: none was asked for
    std::string ca_pem;
};

class MasterClient {
public:
    // Of an enrolled box; `identity` may be replaced later (renewal).
    MasterClient(const Identity& identity, ClientRules rules);
    ~MasterClient();

    void use(const Identity& identity);

    // Blocks until answered, the deadline, or `cancel` (then Aborted: not a failure of the master).
    Result<SyncAnswer> sync(const SyncReport& report, Duration deadline, std::stop_token cancel);
    Result<RenewedCertificates> renew(const std::string& csr_pem,
                                      const std::string& serving_csr_pem);
    // What the master says of a box that is to leave: its receipt. FailedPrecondition: not yet.
    Result<tls::SignedReceipt> ask_receipt();
    // The receipt is kept: this box's certificate is void from now on.
    Status leave();
    // Calls `piece` with consecutive bytes from `offset` on, until the end of the blob. An error of
    // `piece` ends the download.
    using Piece = std::function<Status(std::string_view bytes, std::int64_t total_bytes)>;
    Status fetch_blob(const Digest& digest, std::int64_t offset, const Piece& piece,
                      std::stop_token stop);

    // NotFound: the master does not wait for it any more.
    Status finish_errand(const ErrandId& id, const Result<ErrandOutcome>& outcome);

    std::string address() const;  // dialled now

private:
    struct Line;
    std::shared_ptr<Line> line();
    Result<tls::SignedReceipt> say_farewell(bool receipt_kept);
    void hang_up(const std::shared_ptr<Line>& broken);
    Error judged(const Error& failure, const std::shared_ptr<Line>& line);

    ClientRules rules_;
    mutable std::mutex mutex_;
    Identity identity_;
    std::size_t next_address_ = 0;
    std::shared_ptr<Line> line_;
};

}  // namespace foyer::agent
