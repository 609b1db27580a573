// What runs in the partitions: replicated databases as small machines that keep the contract of
// common/docs/replica-contract.md. A copy has a volume (its history), a container, and the
// replica.json it was given. Copies of an instance find one another over the overlay.
//
// Writes of customers are acknowledged here, and here it is known for ever what was: the invariants
// about data are judged in this file.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node-agent/app/ports.h"
#include "tests/sim/history.h"
#include "tests/sim/timeline.h"

namespace foyer::sim {

// What the service reads of replica.json.
struct CopyConfig {
    ReplicaRole role = ReplicaRole::Standby;
    Fence fence;
    std::string leader_address;  // empty: nobody leads
    int copies = 1;
    std::vector<ReplicaIndex> members;  // whose acknowledgement counts
    friend bool operator==(const CopyConfig&, const CopyConfig&) = default;
};

struct FollowerSeen {
    std::string name;
    std::int64_t lag = 0;
    bool counts = false;  // its acknowledgement does
    friend bool operator==(const FollowerSeen&, const FollowerSeen&) = default;
};

// What the health and position hooks answer.
struct CopyView {
    bool healthy = false;
    bool ready = false;
    bool diverged = false;
    bool leads = false;
    bool receiving = false;
    Reach reach;
    std::vector<FollowerSeen> followers;
    friend bool operator==(const CopyView&, const CopyView&) = default;
};

// What a planted bug makes of replica.json.
struct Planted {
    bool copies_is_one = false;
    bool leaving_count = false;
};

struct Group;

struct Copy {
    int box = 0;
    PartitionId partition;
    ReplicaIndex index;
    std::string address;
    WallTime ordered_at;  // of the order it was first prepared for; 0: its agent did not know
    Group* group = nullptr;
    CopyConfig written;  // replica.json
    CopyConfig taken;    // what the running service made of it
    agent::ContainerState state = agent::ContainerState::Absent;
    // The volume.
    History log;
    bool standby = false;  // it follows until it is promoted
    bool broken = false;   // a copy was begun and not finished
    // The running service.
    bool leads = false;
    bool open = false;  // clients are served
    bool sick = false;
    Copy* upstream = nullptr;
    bool caught_up = false;
    EventId catching_up = no_event;
    CopyView view;
    std::uint64_t version = 0;  // counts changes of the view and of the container
    bool running() const { return state == agent::ContainerState::Running; }
};

struct PendingWrite {
    Copy* by = nullptr;
    Reach record;
};

struct Group {
    InstanceName instance;
    std::string password;  // of the replication: another order of the same name has another one
    bool asynchronous = false;
    bool loss_accepted = false;  // by an operator who forced the next promotion
    Epoch routed;                // newest epoch in which an edge ever led clients to it
    Epoch forced_from;           // what older epochs still acknowledge is lost, as was accepted
    bool inherited = false;  // an agent of before took the data of a deleted namesake for its own
    std::vector<Copy*> copies;
    std::map<Epoch, std::int64_t> acknowledged;  // epoch -> last acknowledged byte
    std::vector<PendingWrite> pending;
    std::uint64_t writes_acknowledged = 0;
    std::uint64_t writes_refused = 0;
};

class Services {
public:
    struct World {
        Timeline& timeline;
        Dice& dice;
        std::function<bool(int, int)> connected;  // two boxes, over the overlay
        std::function<bool(int)> disk_full;
        std::function<void(Copy&)> changed;  // its hooks answer something new, or it ended
        std::function<void(const std::string&)> broken;  // an invariant
        std::function<void(const Copy&, const char*)> told;
    };
    explicit Services(World world) : world_(std::move(world)) {}

    Copy* find(int box, const PartitionId& partition);
    std::vector<PartitionId> on(int box) const;
    Group* group(const InstanceName& instance);  // of the newest order of that name
    const std::vector<std::unique_ptr<Group>>& groups() const { return groups_; }

    // The runtime's doors.
    void prepare(int box, const Assignment& assignment, const Planted& planted);
    void start(Copy& copy);
    void reload(Copy& copy);
    void end(Copy& copy);
    void erase(int box, const PartitionId& partition);
    agent::HookResult run(Copy& copy, const std::string& hook, bool interrupted);

    // The world's.
    void power_lost(int box);
    void links_changed(const std::vector<int>& boxes);
    void service_crashed(Copy& copy);
    void fell_sick(Copy& copy, bool sick);
    // A customer's write, where clients are served. False: nowhere.
    bool write(Group& group);
    // An edge leads clients to it from now on.
    void routed(const InstanceName& instance, Epoch epoch);
    // Loss is accepted: an operator forces the next promotion.
    void forgive(const InstanceName& instance);
    std::uint64_t acknowledged() const { return acknowledged_; }

private:
    using Key = std::pair<int, PartitionId>;
    void settle(Group& group);
    void settle_followers(Group& group);
    Group& group_of(const Assignment& assignment);
    void move_to(Copy& copy, Group& group, WallTime ordered_at);
    void leave_group(Copy& copy);
    void find_upstream(Copy& copy);
    void open_if_held(Copy& copy);
    void show(Copy& copy);
    bool counts(const Copy& leader, const Copy& follower) const;
    void received(Copy& follower, const Copy& leader, Reach record);
    void acknowledge(Group& group);
    void forget_writes_of(Copy& copy);
    void check_promoted(const Copy& copy);
    agent::HookResult copy_from_leader(Copy& copy, bool interrupted);
    agent::HookResult promote(Copy& copy);
    std::string position_json(const Copy& copy) const;
    std::string health_json(const Copy& copy) const;

    World world_;
    std::map<Key, std::unique_ptr<Copy>> copies_;
    std::vector<std::unique_ptr<Group>> groups_;  // oldest first
    std::uint64_t acknowledged_ = 0;
};

}  // namespace foyer::sim
