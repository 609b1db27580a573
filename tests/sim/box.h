// One home's box: its power, clock, disk and line, and the real agent on it. The agent's doors
// (node-agent/app/ports.h) open into the simulation; its long poll is the real SyncPace over the
// simulated network.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "node-agent/app/agent.h"
#include "node-agent/domain/sync_pace.h"
#include "tests/sim/room.h"
#include "tests/sim/services.h"
#include "tests/sim/sim_journal.h"
#include "tests/sim/sim_worker.h"

namespace foyer::sim {

struct BoxSpec {
    NodeId name;
    SiteId site;
    IspId isp;
    CountryCode country;
    HostClass host_class = HostClass::Vetted;
    Resources capacity;
    bool edge = false;
};

// What a box asks of the network.
class Line {
public:
    virtual ~Line() = default;
    // `answered` runs at most once, at the box, if the answer arrives.
    using Answered = std::function<void(Result<SyncAnswer>)>;
    virtual void sync(int box, SyncReport report, Answered answered) = 0;
    virtual void hang_up(int box) = 0;   // the call under way is of no use any more
    virtual void enrol(int box) = 0;     // answered through Box::enrolled()
    virtual void renew(int box) = 0;     // answered through Box::renewed()
    virtual void progress(int box) = 0;  // news that may wait: the held call must end at its time
    virtual void routes_applied(int box, const std::map<std::string, EdgeRoute>& routes) = 0;
};

class Box final : public agent::ImageStore,
                  public agent::PartitionRuntime,
                  public agent::Overlay,
                  public agent::EdgeProxy,
                  public agent::BoxMeter {
public:
    Box(int number, BoxSpec spec, Room& room, Services& services, Line& line, std::uint64_t seed);
    ~Box() override;

    int number() const { return number_; }
    const BoxSpec& spec() const { return spec_; }
    Room& room() { return room_; }
    SimClock& clock() { return clock_; }
    SimJournal& journal() { return journal_; }
    const std::string& key() const { return key_; }
    const std::string& wg_key() const { return wg_key_; }

    // Power, agent, identity.
    void power_on();
    void power_off();
    bool powered() const { return powered_; }
    void start_agent();
    void kill_agent();
    // The host lends more or less of it from now on; the agent is started again to hear of it.
    void offer(Resources what);
    const Resources& offered() const { return offered_; }
    // What its host wants from now on. He says it again until his agent has written it down.
    void host_wants(HostOrder order);
    // The same of what he refuses.
    void host_refuses(HostRefusals refuses);
    bool agent_runs() const { return agent_ != nullptr; }
    void enrolled(const Status& how);
    bool is_enrolled() const { return enrolled_; }
    // The box's certificate, in true time; renewed as node-agent/link/renewal.cpp does it.
    struct Certificate {
        Moment from = 0;
        Moment until = 0;
    };
    void renewed(const Certificate& certificate);
    bool is_certified() const { return room_.timeline.now() < certificate_.until; }

    // Conditions of the world.
    struct Conditions {
        int up_cuts = 0;       // the box's calls do not arrive
        int down_cuts = 0;     // the answers do not
        int overlay_cuts = 0;  // its partitions reach nobody
        bool disk_full = false;
        bool slow_disk = false;
        bool slow_line = false;
        bool old_agent = false;      // of a version before the newest fields
        bool had_old_agent = false;  // ever
    };
    Conditions world;

    // Whether its held call goes on and on with nothing to say: then a heartbeat costs no event.
    bool is_calling() const { return calling_; }
    Moment call_began() const { return call_began_; }
    // Of a held call: the virtual rounds before this one went by without a word.
    void call_goes_on_since(Moment began) { call_began_ = began; }
    Duration hold() const { return pace_ ? pace_->hold() : Duration(0); }
    Duration deadline_margin() const { return sync_rules_.deadline_margin; }
    // The call ends without an answer (reset by the network, or the master died).
    void call_broke();

    // For the worker.
    class Entered {
    public:
        explicit Entered(Box& box) : box_(box) {}
        ~Entered() { box_.left_agent(); }
        Entered(const Entered&) = delete;
        Entered& operator=(const Entered&) = delete;

    private:
        Box& box_;
    };
    bool agent_is_dying() const { return journal_.dead(); }
    void worker_began(SimWorker& worker);
    void worker_ended(SimWorker& worker);
    Moment duration_of(agent::StepKind kind);
    Duration health_period() const;
    Copy* copy(const PartitionId& partition) { return services_.find(number_, partition); }
    void saw_step(const PartitionId& partition, agent::StepKind from, agent::StepKind to);
    void service_changed(Copy& copy);

    // The agent dies around its n-th write from now, before or after it is on the disk.
    void crash_at_save(int saves, bool after);
    // A crash that was to come does not.
    void crash_no_more() { journal_.die_no_more(); }
    bool has_pending_progress() const { return progress_; }
    const std::map<std::string, EdgeRoute>& routes() const { return routes_; }
    std::uint64_t syncs() const { return syncs_; }

    // agent::ImageStore, PartitionRuntime, Overlay, EdgeProxy, BoxMeter
    Status ensure(const Digest& image, const agent::BlobSource::Progress& progress,
                  std::stop_token stop) override;
    Status collect(const std::vector<Digest>& keep) override;
    Status prepare(const Assignment& assignment, const agent::Release& release) override;
    Result<agent::HookResult> run_stopped_hook(const PartitionId& id, const agent::Release& release,
                                               const std::string& hook, const Steps& steps,
                                               std::stop_token stop) override;
    Result<agent::HookResult> run_live_hook(const PartitionId& id, const agent::Release& release,
                                            const std::string& hook, const Steps& steps,
                                            std::stop_token stop) override;
    Status start(const PartitionId& id, const agent::Release& release) override;
    Status reload(const PartitionId& id) override;
    Status stop(const PartitionId& id, const agent::Release& release) override;
    Status kill(const PartitionId& id) override;
    Result<agent::ContainerStatus> status(const PartitionId& id) override;
    Status erase(const PartitionId& id) override;
    Result<std::vector<agent::FoundPartition>> list() override;
    Status apply(const NodeSettings&, const std::map<NodeId, OverlayPeer>&) override;
    void tend(MonoTime) override {}
    std::map<NodeId, std::int64_t> handshake_ages() override { return {}; }
    Status set_certificate(const std::string&, const std::string&) override { return ok_status(); }
    Status apply(const std::map<std::string, EdgeRoute>& routes) override;
    Status check() override { return ok_status(); }
    Status serve_domains(const agent::EdgeDomains&) override { return ok_status(); }
    Result<std::uint64_t> answers(const std::string&) override { return 0; }
    Status stop() override { return ok_status(); }
    Result<Resources> measure() override { return offered_; }
    std::int64_t disk_free_bytes() override;

private:
    class Keeper;
    void tell_host_order();
    void tell_refusals();
    void look_at_host_clock();
    void try_to_enrol();
    void tend_certificate();
    Moment renewal_due() const;
    void left_agent();
    void round();
    void poke();
    void nudge();
    void answered(std::uint64_t call, Result<SyncAnswer> answer);
    void failed(ErrorCode code);
    void pause(agent::SyncPace::Pause pause);
    void end_call();
    SyncReport altered(SyncReport report) const;
    SyncAnswer altered(SyncAnswer answer);

    const int number_;
    const BoxSpec spec_;
    Resources offered_;
    HostOrder host_wants_;
    HostRefusals host_refuses_;
    EventId host_says_ = no_event;
    EventId host_refuses_again_ = no_event;
    EventId host_looks_ = no_event;
    Room& room_;
    Services& services_;
    Line& line_;
    Dice dice_;
    SimClock clock_;
    SimJournal journal_;
    std::string key_;
    std::string wg_key_;
    bool powered_ = false;
    bool enrolled_ = false;
    bool has_image_ = false;
    EventId enrolling_ = no_event;
    Certificate certificate_;
    EventId renewing_ = no_event;  // when it is due, or tried again
    Moment next_renewal_ = 0;

    std::map<PartitionId, SimWorker*> workers_;
    std::unique_ptr<agent::Agent> agent_;
    std::optional<agent::SyncPace> pace_;
    agent::SyncRules sync_rules_;
    EventId dying_ = no_event;

    // The long poll.
    bool calling_ = false;
    bool holding_ = false;  // the call under way is one that news end
    bool news_ = false;
    bool pausing_until_news_ = false;
    std::uint64_t call_ = 0;
    Moment call_began_ = 0;
    EventId next_round_ = no_event;
    EventId nudge_ = no_event;
    bool progress_ = false;  // something changed that is not worth a call of its own yet
    int progress_rounds_ = 0;
    Revision newest_;  // ever obeyed
    std::uint64_t syncs_ = 0;
    std::map<std::string, EdgeRoute> routes_;
    std::vector<Assignment> held_back_;  // a planted bug's
};

}  // namespace foyer::sim
