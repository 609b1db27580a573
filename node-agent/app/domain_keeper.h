// Customers' own names at an edge: one thread that tells the proxy what to serve, asks for
// certificates in this edge's turns (domain/acme_turns.h), renews them, and tells the master. Needs
// no master: what was told last is in the journal.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/random.h"
#include "common/log/log.h"
#include "node-agent/app/ports.h"
#include "node-agent/domain/acme_turns.h"

namespace foyer::agent {

struct DomainPorts {
    EdgeProxy& proxy;
    AcmeClient& acme;
    CertificateShelf& shelf;
    const Clock& clock;
    Rng& rng;
    Log& log;
};

struct DomainRules {
    NodeId self;
    TurnRules turns;
    OrderRules orders;
    Duration tick{1'000};
    Backoff backoff{Duration(1'000), Duration(30'000)};  // of what the proxy refuses
    // A name is not asked for before every edge can have heard of it.
    Duration settle{5'000};
};

// Shown in the status.
struct DomainsState {
    DomainsReport report;
    std::string problem;  // customers' names are not served, or nobody can ask for them
};

class DomainKeeper {
public:
    DomainKeeper(const DomainPorts& ports, DomainRules rules);
    ~DomainKeeper();

    struct Wish {
        Revision revision;  // 0: nothing is known, and what is held stays as it is
        NodeSettings settings;
        std::map<NodeId, OverlayPeer> peers;
        std::map<std::string, std::string> hostnames;  // the instance's, by customer's name
        friend bool operator==(const Wish&, const Wish&) = default;
    };
    void order(Wish wish);
    // For the master; called from this thread. Nobody: {}; none is called any more then.
    void on_report(std::function<void(const DomainsReport&)> listener);
    DomainsState state() const;

private:
    void run(const std::stop_token& stop);
    void take_wish();
    void learn_account();
    void serve();
    EdgeDomains plan() const;
    void forget_others();
    void ask(const std::stop_token& stop);
    NameRecords settled(MonoTime now) const;
    void take(const std::string& name, const Result<AcmeClient::Issued>& issued);
    void tell();

    const DomainPorts ports_;
    const DomainRules rules_;
    // Of the thread.
    Wish wish_;
    NameRecords records_;                       // of the names wished
    NameRecords shelved_;                       // what else an earlier agent left
    std::map<std::string, MonoTime> heard_of_;  // since when each name is wished
    std::string thumbprint_;  // empty: ACME is off here, or its key cannot be made
    std::string account_problem_;
    std::string proxy_problem_;
    int failures_ = 0;
    MonoTime not_before_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<Wish> ordered_;
    DomainsState state_;
    std::mutex telling_;  // held while the listener is called
    std::function<void(const DomainsReport&)> listener_;
    std::jthread thread_;  // last: starts when all else is there, ends first
};

// What the wish of a master says of customers' names.
DomainKeeper::Wish domain_wish(const DesiredNode& desired);

}  // namespace foyer::agent
