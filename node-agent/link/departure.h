// How a box leaves for good: first its receipt, on its disk; then the master is told that it may
// forget the box, and its certificate is void.
//
// Each half may be cut off: before the second, the box is a member still, and begins again; after
// it, the master knows no such box, and whoever holds the receipt knows why.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "common/log/log.h"
#include "node-agent/link/identity.h"
#include "node-agent/link/master_client.h"
#include "node-agent/link/receipt_file.h"

namespace foyer::agent {

class Departure {
public:
    // Whether the box is to go, asked again at the last moment: its host may have resumed it.
    using Wanted = std::function<bool()>;
    // Borrows client and log. A receipt of another life of this folder, under another key, counts
    // for nothing.
    Departure(std::string file, IdentityFolder folder, MasterClient& client, Log& log);

    bool has_left() const { return left_; }
    // One try, unless the host's word is being taken just then. Its host wants to leave and it
    // holds nothing, as far as it knows.
    void leave(const Wanted& wanted);
    // The master knows a box that is to go no more.
    void refused(const Error& why);
    // Runs `obey` while nothing of a departure is under way. FailedPrecondition: the box has left,
    // or is being let go just now.
    Status unless_leaving(const std::function<Status()>& obey);

private:
    Status say_farewell(const Wanted& wanted);
    Result<KeptReceipt> own_receipt() const;
    void note_left(KeptReceipt kept);

    std::string file_;
    IdentityFolder folder_;
    MasterClient& client_;
    Log& log_;
    std::mutex turn_;  // held through a try, which takes as long as its calls
    std::atomic<bool> left_ = false;
};

}  // namespace foyer::agent
