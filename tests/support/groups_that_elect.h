// A World whose instances elect by themselves, and what their boxes would say.
#pragma once

#include <string>
#include <vector>

#include "common/leadership/record_text.h"
#include "master/domain/electing.h"
#include "tests/support/world.h"

namespace foyer::test {

inline std::string incarnation(int index) {
    return leadership::to_text(leadership::Incarnation{1, static_cast<std::uint64_t>(index) + 1});
}

// Of what is hashed it keeps the length and a sum: enough to be another one for other members.
inline leadership::Hash toy_hash(std::span<const std::uint8_t> bytes) {
    leadership::Hash hash{};
    hash[0] = static_cast<std::uint8_t>(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); ++at)
        hash[1 + at % 31] = static_cast<std::uint8_t>(hash[1 + at % 31] * 31 + bytes[at] + 1);
    return hash;
}

inline World world_of_groups(const std::vector<HomeSpec>& homes = World::five_homes()) {
    master::ClusterSettings settings;
    settings.groups_elect = true;
    settings.hash = toy_hash;
    return World(homes, settings);
}

// Instance 'acme'; its copy `index` runs, its member follows or tells a record.
inline PartitionObservation seen(const World& world, int index, const std::string& record = {}) {
    PartitionObservation one = world.reported("acme", index);
    one.ordered_at = world.instance("acme").created_at;
    one.phase = PartitionPhase::Running;
    one.initialized = true;
    one.group = GroupReport{incarnation(index), "follower", record, false};
    return one;
}

// The record of who leads, as a group would have committed it.
inline leadership::Record record_led_by(const World& world, int leader, std::uint64_t epoch,
                                        std::uint64_t seq = 1) {
    leadership::Record record =
        leadership::parse_record(world.instance("acme").electing->first_record).value();
    record.ballot = {Generation(1), Epoch(epoch), seq};
    record.leader = ReplicaIndex{leader};
    record.in_sync = {{0}, {1}, {2}};
    record.k = 2;
    return record;
}

// 'acme' with three copies, ordered, all boxes heard of.
inline World begun_group() {
    World world = world_of_groups();
    world.run(world.order("acme"));
    for (int index = 0; index < 3; ++index) world.report(seen(world, index));
    return world;
}

inline void hear_leader(World& world, const leadership::Record& record, bool ready = true) {
    PartitionObservation one = seen(world, record.leader->number, leadership::to_text(record));
    one.fence = leadership::fence_of(record.ballot);
    one.role = ReplicaRole::Primary;
    one.ready = ready;
    world.report(one);
}

// A copy that follows in an epoch of the first generation.
inline PartitionObservation following(const World& world, int index, std::uint64_t epoch) {
    PartitionObservation one = seen(world, index);
    one.fence = {Generation(1), Epoch(epoch)};
    one.ready = true;
    one.position = Position{Epoch(epoch), 10, true};
    return one;
}

}  // namespace foyer::test
