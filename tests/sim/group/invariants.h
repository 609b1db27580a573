// L1 to L15 of leadership.md section 10, kept by an observer that shares nothing with the protocol
// but its types: it counts quorums and covers by itself.
//
// The world tells it what happened; the first thing that may not be is kept and ends the run.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "tests/sim/group/world.h"

namespace foyer::sim::group {

class Invariants {
public:
    explicit Invariants(World& world) : world_(world) {}

    // Something was told: the message leaves the box now.
    void told(const Box& box, const lead::Message& message);
    void durable_changed(const Box& box, const std::optional<lead::Durable>& before);
    void elected(const Box& box);
    void written(const lead::Record& record, const lead::Record& parent);
    void acknowledged(const Box& box, std::uint64_t number);
    void flushed(const Box& box, const std::vector<Entry>& entries);  // told to its leader
    void promoted(const Box& box);
    void opened(const Box& box);
    void each_event();                       // L1, L10, L15
    void each_tick();                        // L6
    void first(const lead::Record& record);  // the master signed it
    void published(const Box& box, const lead::Publish& told);

    const std::optional<std::string>& broken() const { return broken_; }
    std::size_t acknowledged_count() const { return acknowledged_.size(); }
    bool is_committed(const lead::Ballot& ballot) const { return committed_.contains(ballot); }

private:
    struct Acknowledged {
        std::uint64_t number = 0;
        Fence fence;
    };
    void fail(const std::string& what);
    void proposed(const Box& box, const lead::Record& record);
    void accepted(ReplicaIndex who, const lead::Ballot& ballot);
    bool descends(lead::Ballot from, const lead::Ballot& ancestor) const;
    void check_voter_knows(const Box& voter, const Box& candidate);
    void check_vote_told(const Box& box, const lead::Message& message);
    void check_leader_told(const Box& box, const lead::Message& message);
    void check_cover(const Box& box);
    void check_held(const lead::Record& record, const Box& leader);
    bool serves(const Box& box) const;
    std::optional<ReplicaIndex> elected_after(Fence fence) const;

    World& world_;
    std::map<Generation, lead::Record> firsts_;
    std::optional<std::string> broken_;
    std::map<Fence, ReplicaIndex> elected_;
    std::map<lead::Ballot, lead::Record> proposed_;
    std::map<lead::Ballot, lead::Ballot> made_;  // and its parent
    std::map<lead::Ballot, lead::Ballot> parent_;
    std::map<lead::Ballot, std::set<ReplicaIndex>> accepted_;
    std::set<lead::Ballot> committed_;
    std::map<std::pair<Fence, ReplicaIndex>, ReplicaIndex> votes_;
    std::set<std::pair<Fence, ReplicaIndex>> resigned_;
    std::vector<Acknowledged> acknowledged_;
    std::map<ReplicaIndex, std::set<std::uint64_t>> held_;  // what each copy ever acknowledged
};

}  // namespace foyer::sim::group
