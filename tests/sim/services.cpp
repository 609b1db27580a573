#include "tests/sim/services.h"

#include <algorithm>

namespace foyer::sim {

using agent::ContainerState;

namespace {

std::vector<ReplicaIndex> members_of(const Assignment& assignment) {
    std::vector<ReplicaIndex> members;
    for (const foyer::Member& member : assignment.members) members.push_back(member.index);
    return members;
}

}  // namespace

Copy* Services::find(int box, const PartitionId& partition) {
    const auto found = copies_.find({box, partition});
    return found == copies_.end() ? nullptr : found->second.get();
}

std::vector<PartitionId> Services::on(int box) const {
    std::vector<PartitionId> found;
    for (auto at = copies_.lower_bound({box, PartitionId()});
         at != copies_.end() && at->first.first == box; ++at)
        found.push_back(at->first.second);
    return found;
}

Group* Services::group(const InstanceName& instance) {
    Group* newest = nullptr;
    for (const auto& group : groups_)
        if (group->instance == instance) newest = group.get();
    return newest;
}

// A box that returns may hold a copy of an instance that was deleted meanwhile and ordered anew.
Group& Services::group_of(const Assignment& assignment) {
    const auto secret = assignment.secrets.by_name.find("replication_password");
    const std::string password = secret == assignment.secrets.by_name.end() ? "" : secret->second;
    for (const auto& group : groups_) {
        if (group->instance == assignment.instance && group->password == password) return *group;
    }
    groups_.push_back(std::make_unique<Group>());
    groups_.back()->instance = assignment.instance;
    groups_.back()->password = password;
    return *groups_.back();
}

// An agent that knows for which order a copy was made lets no other one have it.
void Services::move_to(Copy& copy, Group& group, WallTime ordered_at) {
    if (copy.group == &group) return;
    if (copy.group != nullptr && !copy.log.empty()) {
        world_.told(copy, "takes the data of a deleted instance for those of a new one");
        if (is_other_order(copy.ordered_at, ordered_at))
            world_.broken("'" + copy.partition.str() +
                          "' takes the data of a deleted instance for those of a new one");
        group.inherited = true;
    }
    if (copy.group != nullptr) leave_group(copy);
    copy.group = &group;
    group.copies.push_back(&copy);
}

void Services::leave_group(Copy& copy) {
    Group& group = *copy.group;
    std::erase(group.copies, &copy);
    if (!group.copies.empty()) return;
    std::erase_if(groups_, [&](const auto& known) { return known.get() == &group; });
}

void Services::prepare(int box, const Assignment& assignment, const Planted& planted) {
    std::unique_ptr<Copy>& slot = copies_[{box, assignment.partition}];
    if (!slot) {
        slot = std::make_unique<Copy>();
        slot->box = box;
        slot->partition = assignment.partition;
        slot->index = assignment.index;
    }
    move_to(*slot, group_of(assignment), assignment.ordered_at);
    if (assignment.ordered_at != WallTime()) slot->ordered_at = assignment.ordered_at;
    slot->address = assignment.address;
    slot->group->asynchronous = assignment.copies < 2;
    CopyConfig config{assignment.role, assignment.fence, "",
                      planted.copies_is_one ? 1 : assignment.copies, members_of(assignment)};
    if (planted.leaving_count)
        std::ranges::copy(slot->written.members, std::back_inserter(config.members));
    for (const foyer::Member& member : assignment.members)
        if (assignment.leader && member.index == *assignment.leader)
            config.leader_address = member.address;
    slot->written = std::move(config);
}

void Services::start(Copy& copy) {
    copy.state = ContainerState::Running;
    copy.taken = copy.written;
    copy.leads = copy.open = false;
    // Its own leader still: a primary that merely started again.
    if (!copy.log.empty() && !copy.standby && !copy.broken)
        copy.leads = copy.taken.role == ReplicaRole::Primary;
    ++copy.version;
    settle(*copy.group);
}

void Services::reload(Copy& copy) {
    if (copy.taken.fence != copy.written.fence) copy.open = false;
    copy.taken = copy.written;
    settle(*copy.group);
    acknowledge(*copy.group);  // what waits may be held by enough of the new members
}

void Services::end(Copy& copy) {
    copy.state = ContainerState::Exited;
    copy.leads = copy.open = copy.sick = false;
    forget_writes_of(copy);
    ++copy.version;
    settle(*copy.group);
}

void Services::erase(int box, const PartitionId& partition) {
    const auto found = copies_.find({box, partition});
    if (found == copies_.end()) return;
    Copy& copy = *found->second;
    end(copy);
    world_.timeline.cancel(copy.catching_up);
    leave_group(copy);
    copies_.erase(found);
}

void Services::power_lost(int box) {
    for (auto at = copies_.lower_bound({box, PartitionId()});
         at != copies_.end() && at->first.first == box; ++at) {
        end(*at->second);
        at->second->state = ContainerState::Absent;
    }
}

void Services::links_changed(const std::vector<int>& boxes) {
    std::vector<Group*> concerned;
    for (const int box : boxes)
        for (auto at = copies_.lower_bound({box, PartitionId()});
             at != copies_.end() && at->first.first == box; ++at)
            if (std::ranges::find(concerned, at->second->group) == concerned.end())
                concerned.push_back(at->second->group);
    for (Group* group : concerned) settle(*group);
}

void Services::service_crashed(Copy& copy) {
    if (!copy.running()) return;
    end(copy);
    world_.changed(copy);
}

void Services::fell_sick(Copy& copy, bool sick) {
    copy.sick = sick;
    settle(*copy.group);
}

void Services::settle(Group& group) {
    settle_followers(group);
    for (Copy* copy : group.copies) open_if_held(*copy);
    for (Copy* copy : group.copies) show(*copy);
}

void Services::settle_followers(Group& group) {
    for (Copy* copy : group.copies) find_upstream(*copy);
}

void Services::find_upstream(Copy& copy) {
    Copy* found = nullptr;
    const bool follows = copy.running() && !copy.leads && !copy.broken && !copy.log.empty() &&
                         copy.standby && !copy.taken.leader_address.empty() &&
                         copy.taken.leader_address != copy.address;
    if (follows) {
        for (Copy* other : copy.group->copies) {
            const bool leader = other->address == copy.taken.leader_address && other->running() &&
                                other->leads && world_.connected(copy.box, other->box);
            if (leader && copy.log.is_prefix_of(other->log)) found = other;
        }
    }
    if (found == copy.upstream) return;
    world_.timeline.cancel(copy.catching_up);
    copy.upstream = found;
    copy.caught_up = false;
    if (found == nullptr) return;
    copy.catching_up = world_.timeline.after(world_.dice.span(200, 3'000), [this, &copy] {
        copy.catching_up = no_event;
        copy.caught_up = true;
        received(copy, *copy.upstream, copy.upstream->log.reach());
        settle(*copy.group);
    });
}

// The web port opens only once the copies a write needs hold the end of the log; it stays open
// until the service ends or the epoch changes.
void Services::open_if_held(Copy& copy) {
    if (!copy.running() || !copy.leads || copy.open ||
        copy.log.reach().epoch != copy.taken.fence.epoch)
        return;
    int holding = 1;
    for (const Copy* other : copy.group->copies) {
        if (other->upstream == &copy && counts(copy, *other) && other->caught_up &&
            other->log.reach() == copy.log.reach())
            ++holding;
    }
    if (holding < copy.taken.copies) return;
    copy.open = true;
    world_.told(copy, "serves");
}

void Services::show(Copy& copy) {
    CopyView view;
    if (copy.running()) {
        view.healthy = !copy.sick && !copy.broken && !(copy.leads && world_.disk_full(copy.box));
        view.leads = copy.leads;
        view.ready = view.healthy && (copy.leads ? copy.open : copy.upstream != nullptr);
        view.receiving = copy.upstream != nullptr;
        view.reach = copy.log.reach();
        for (const Copy* other : copy.group->copies) {
            if (other->upstream == &copy)
                view.followers.push_back({"r" + std::to_string(other->index.number) + "g" +
                                              std::to_string(copy.taken.fence.generation.number()),
                                          copy.log.reach().end - other->log.reach().end,
                                          counts(copy, *other)});
            const bool leader = other->address == copy.taken.leader_address && other->running() &&
                                other->leads && world_.connected(copy.box, other->box);
            if (leader && copy.standby && !copy.leads && !copy.log.is_prefix_of(other->log))
                view.diverged = true;
        }
    }
    if (view == copy.view) return;
    copy.view = std::move(view);
    ++copy.version;
    world_.changed(copy);
}

bool Services::write(Group& group) {
    std::vector<Copy*> open;
    for (Copy* copy : group.copies)
        if (copy->running() && copy->open && !world_.disk_full(copy->box) &&
            copy->taken.fence.epoch <= group.routed)
            open.push_back(copy);
    if (open.empty()) {
        ++group.writes_refused;
        return false;
    }
    // Also an old leader that nobody has told yet is asked: some client still has its address.
    Copy& leader = *world_.dice.one_of(open);
    leader.log.append(world_.dice.between(1, 1'000));
    const Reach record = leader.log.reach();
    group.pending.push_back({&leader, record});
    for (Copy* follower : group.copies) {
        if (follower->upstream != &leader || !follower->caught_up) continue;
        if (world_.dice.one_in(4)) {
            world_.timeline.after(world_.dice.span(20, 3'000),
                                  [this, instance = group.instance, box = follower->box,
                                   partition = follower->partition, record] {
                                      Copy* late = find(box, partition);
                                      if (late == nullptr || late->upstream == nullptr) return;
                                      received(*late, *late->upstream, record);
                                  });
        } else {
            received(*follower, leader, record);
        }
    }
    acknowledge(group);
    if (group.pending.size() > 64) group.pending.erase(group.pending.begin());
    return true;
}

// By the list the leader's service has taken up.
bool Services::counts(const Copy& leader, const Copy& follower) const {
    return std::ranges::find(leader.taken.members, follower.index) != leader.taken.members.end();
}

void Services::received(Copy& follower, const Copy& leader, Reach record) {
    if (!leader.log.holds(record)) return;
    follower.log.follow(leader.log, record);
    acknowledge(*follower.group);
    show(follower);
}

// A commit waits until enough copies have said that they flushed it.
void Services::acknowledge(Group& group) {
    std::erase_if(group.pending, [&](const PendingWrite& write) {
        int holding = 1;
        for (const Copy* other : group.copies)
            if (other->upstream == write.by && counts(*write.by, *other) &&
                other->log.holds(write.record))
                ++holding;
        if (holding < write.by->taken.copies) return false;
        if (write.record.epoch < group.forced_from) return true;
        const auto newest = group.acknowledged.rbegin();
        if (newest != group.acknowledged.rend() && newest->first > write.record.epoch &&
            !group.asynchronous)
            world_.broken("split brain: '" + group.instance.str() +
                          "' acknowledged a write in epoch " +
                          std::to_string(write.record.epoch.number()) + " after one in epoch " +
                          std::to_string(newest->first.number()));
        std::int64_t& last = group.acknowledged[write.record.epoch];
        last = std::max(last, write.record.end);
        ++group.writes_acknowledged;
        ++acknowledged_;
        return true;
    });
    for (Copy* copy : group.copies)
        if (copy->leads) show(*copy);
}

// Their clients lost the connection: whatever became of them was never acknowledged.
void Services::forget_writes_of(Copy& copy) {
    std::erase_if(copy.group->pending,
                  [&](const PendingWrite& write) { return write.by == &copy; });
}

void Services::routed(const InstanceName& instance, Epoch epoch) {
    if (Group* found = group(instance)) found->routed = std::max(found->routed, epoch);
}

void Services::forgive(const InstanceName& instance) {
    if (Group* found = group(instance)) found->loss_accepted = true;
}

}  // namespace foyer::sim
