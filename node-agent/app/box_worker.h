// The box beside its partitions: tunnels, the edge's proxy, free disk. One thread; every fault is
// retried with backoff and shown in the status.
#pragma once

#include <atomic>
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
#include "node-agent/domain/backoff.h"
#include "node-agent/domain/first_answer.h"

namespace foyer::agent {

struct BoxPorts {
    Overlay& overlay;
    EdgeProxy& proxy;
    BoxMeter& meter;
    ImageStore& images;
    // Digests that partitions of this box need; absent when one cannot be told: then nothing is
    // collected.
    std::function<std::optional<std::vector<Digest>>()> images_in_use;
    const Clock& clock;
    Rng& rng;
    Log& log;
    // Edges: a new leader is followed, or gave its first answer; for the master.
    std::function<void(const RoutingReport&)> tell_routing = {};
};

struct BoxRules {
    Backoff backoff;
    Duration tick{1'000};
    Duration proxy_check{1'000};  // how soon a proxy that died is started again
    Duration disk_check{5'000};
    Duration collect_period{3'600'000};
    FirstAnswerRules first_answer;
};

// Shown in the status; empty texts: all is well.
struct BoxState {
    std::string overlay_problem;
    std::string proxy_problem;
    std::optional<std::int64_t> disk_free_bytes;  // absent: not measured yet
    std::map<NodeId, std::int64_t> handshake_ages_s;
};

// What the agent asks of whoever works for the box itself.
class BoxKeeper {
public:
    virtual ~BoxKeeper() = default;
    struct Wish {
        NodeSettings settings;
        std::map<NodeId, OverlayPeer> peers;
        std::map<std::string, EdgeRoute> routes;
        friend bool operator==(const Wish&, const Wish&) = default;
    };
    virtual void order(Wish wish) = 0;
    // Edges: routes as they may be followed now, where their groups elect; they stand for those of
    // the wish.
    virtual void prove(const std::map<std::string, EdgeRoute>& /*routes*/) {}
    virtual BoxState state() const = 0;
};

class BoxWorker final : public BoxKeeper {
public:
    BoxWorker(const BoxPorts& ports, const BoxRules& rules);
    ~BoxWorker() override;

    void order(Wish wish) override;
    void prove(const std::map<std::string, EdgeRoute>& routes) override;
    BoxState state() const override;

private:
    // One thing kept as wished: tried when dirty, again after its backoff.
    struct Task {
        bool dirty = false;
        int failures = 0;
        MonoTime not_before;
        std::string problem;
    };
    void run(const std::stop_token& stop);
    void tick();
    void attempt(Task& task, std::string_view event, const std::function<Status()>& act);
    void tend_proxy();
    void begin_answers();
    void look_for_answers(MonoTime now);
    void tell_routing(const std::string& hostname);
    void check_proxy(MonoTime now);
    void check_disk(MonoTime now);
    void collect_images(MonoTime now);
    void show();
    std::map<std::string, EdgeRoute> followed() const;

    BoxPorts ports_;
    BoxRules rules_;
    Task overlay_;
    Task proxy_;
    Task proxy_check_;
    bool proxy_ended_ = false;  // in the life of this agent: an earlier one may have left it
    Wish wish_;
    std::map<std::string, AnswerWatch> answers_;  // of leaders that took over, by hostname
    MonoTime next_tick_;
    MonoTime next_proxy_check_;
    MonoTime next_disk_check_;
    MonoTime next_collect_;

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    Wish ordered_;
    std::map<std::string, EdgeRoute> proven_;
    bool changed_ = false;
    BoxState state_;
    std::jthread thread_;
};

}  // namespace foyer::agent
