// The zone of the cloud at an edge: one thread that asks all edges, this one too, whether they
// serve, and keeps the name server at what follows (domain/zone_plan). Needs no master.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "common/base/random.h"
#include "common/log/log.h"
#include "node-agent/app/ports.h"
#include "node-agent/domain/backoff.h"
#include "node-agent/domain/zone_plan.h"

namespace foyer::agent {

struct ZonePorts {
    ZoneServer& server;
    EdgeProbe probe;
    ReadAddress read_address;
    const Clock& clock;
    Rng& rng;
    Log& log;
};

// An edge that died is left out within dead_after * (probe_period + 2 s), one that serves again is
// named within back_after * (probe_period + 2 s).
struct ZoneRules {
    NodeId self;
    std::string own_listener;  // where this box's own proxy is asked
    bool wanted = true;        // false: no name server here, whatever the zone
    EdgeLifeRules life;
    Backoff backoff{Duration(1'000), Duration(5'000)};
    Duration tick{1'000};
    Duration probe_period{2'000};
};

// Shown in the status. An empty zone: this box answers for none.
struct ZoneState {
    std::string zone;
    std::uint32_t serial = 0;
    std::vector<ZoneEdge> edges;
    std::string problem;  // it does not answer
    std::string notice;   // it answers, but leaves an edge out
};

class ZoneKeeper {
public:
    ZoneKeeper(const ZonePorts& ports, ZoneRules rules);
    ~ZoneKeeper();

    struct Wish {
        NodeSettings settings;
        std::map<NodeId, OverlayPeer> peers;
        std::set<std::string> names;
        friend bool operator==(const Wish&, const Wish&) = default;
    };
    void order(Wish wish);
    ZoneState state() const;

private:
    void run(const std::stop_token& stop);
    void tick();
    void end();
    void ask_edges();
    void keep();
    void note(const Status& done);
    bool is_wanted() const;

    const ZonePorts ports_;
    const ZoneRules rules_;
    // Of the thread.
    Wish wish_;
    KnownEdges known_;
    std::map<NodeId, EdgeLife> lives_;
    MonoTime next_probe_;
    std::optional<ZoneWish> applied_;  // by the server, in the life of this agent
    bool ended_ = false;               // … likewise: an earlier one may have left it
    int failures_ = 0;
    MonoTime not_before_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<Wish> ordered_;
    bool changed_ = false;
    ZoneState state_;
    std::jthread thread_;  // last: starts when all else is there, ends first
};

}  // namespace foyer::agent
