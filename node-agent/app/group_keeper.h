// All groups with a member on this box: one thread for their clocks and mail, one for their disk.
//
//   agent ── seat() ─► members ◄── facts ── workers (through their desks)
//                        │  ▲
//             saves ─► disk thread: fsync ─► Persisted          mail ◄─► GroupPost
//
// The first thread waits for no disk and for no hook: a lease is renewed although everything else
// on the box is slow. Destroying the keeper ends nothing: what leads goes on until its lease is
// over, or the next agent resumes it.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "common/base/random.h"
#include "node-agent/app/edge_watch.h"
#include "node-agent/app/group_member.h"
#include "node-agent/app/secret_exchange.h"

namespace foyer::agent {

struct GroupPorts {
    GroupPost& post;
    GroupFiles& files;
    FenceDoor fence;  // absent: no fences (tests)
    FirstRecordCheck check;
    GroupSeals seals;
    const Clock& clock;
    Rng& rng;
    Log& log;
    SecretSeal seal;
};

struct GroupRules {
    leadership::Timing timing;
    HandoverRules handover;
    Duration tick{50};
    Duration idle_tick{1'000};  // of a box without members; mail and orders wake it
    Duration save_again{200};   // after the disk refused
    std::uint64_t boot = 1;     // of this machine
};

class GroupKeeper {
public:
    GroupKeeper(const GroupPorts& ports, const GroupRules& rules);
    ~GroupKeeper();

    // The member of this partition, begun if it is not there: from its file, if that is of the same
    // order of the instance, else as a voter with an empty state. `led`: this copy may have led and
    // was not rejoined since. `lost`: names of secrets that the assignment lacks; the other members
    // are asked for them. Else it gives on those it has.
    std::shared_ptr<CopyDesk> seat(const Assignment& assignment, bool led,
                                   const std::set<std::string>& lost = {});
    // The partition is wanted no more: its member falls silent at once, its file goes.
    void leave(const PartitionId& partition);

    // The host of this box wants none of its members to lead or to run, or no longer so.
    void pause(bool paused);

    // Edges: names to follow, and who hears (from the groups' thread) which routes may be followed
    // now, whenever that changes.
    void follow(const EdgeRoutes& routes);
    void on_routes(std::function<void(const EdgeRoutes&)> listener);
    // Moments of takeovers of the copies here, for the master; from the groups' thread.
    void on_leads(std::function<void(const LeadershipReport&)> listener);
    // What is learnt of secrets that were lost; from the disk's thread, which may wait. Once
    // on_secrets({}) has returned, nobody is called any more.
    void on_secrets(std::function<void(const SecretNews&)> listener);

private:
    struct Fact {
        PartitionId partition;
        leadership::Input input;
    };
    void run(const std::stop_token& stop);
    Duration next_wait() const;
    void round(const std::vector<GroupMail>& mails);
    void deliver(const GroupMail& mail, MonoTime now);
    void send_out();
    void exchange(const GroupMail& mail, MonoTime now);
    void seek_secrets(MonoTime now);
    void tell_later(std::optional<SecretNews> news);
    bool tell_news();
    void move_fences();
    void tell_routes(MonoTime now);
    void run_disk(const std::stop_token& stop);
    bool save_next(const std::stop_token& stop);
    void tell(const PartitionId& partition, leadership::Input input);
    std::unique_ptr<GroupMember> begin(const Assignment& assignment, bool led);
    MemberHands hands();

    GroupPorts ports_;
    const GroupRules rules_;

    mutable std::mutex seats_mutex_;  // held while members think; never while anybody waits
    std::map<PartitionId, std::unique_ptr<GroupMember>> seats_;
    bool paused_ = false;
    std::map<InstanceName, PartitionId> of_group_;
    std::map<std::string, std::vector<leadership::Letter>> outgoing_;
    SecretExchange secrets_;
    EdgeWatch edge_;
    EdgeRoutes told_;
    std::function<void(const EdgeRoutes&)> routes_listener_;
    std::function<void(const LeadershipReport&)> leads_listener_;
    // Wished and not done: tried again at each tick, as where a partition's network is not there.
    std::map<PartitionId, FenceWish> fences_;
    MonoTime next_tick_;

    std::mutex inbox_mutex_;
    std::vector<Fact> inbox_;

    std::mutex disk_mutex_;
    std::condition_variable_any disk_wake_;
    // The newest state of a partition stands for all before it; none: its file is to go.
    std::map<PartitionId, std::optional<SaveOrder>> saves_;
    std::map<PartitionId, SecretNews> news_;  // the newest of a partition

    std::mutex listener_mutex_;  // held while the listener is called
    std::function<void(const SecretNews&)> secrets_listener_;

    std::jthread disk_thread_;
    std::jthread thread_;  // last: starts when all else is there, ends first
};

}  // namespace foyer::agent
