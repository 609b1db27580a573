// A cluster made of bare rows, without decisions: for worlds of random shape, and of a million
// boxes. Rows are as decisions would leave them as far as placement looks at them.
#pragma once

#include <string>
#include <vector>

#include "master/domain/placement.h"
#include "master/domain/state.h"

namespace foyer::test {

struct PlainBox {
    std::string name;
    std::string site;  // empty: the box's own
    std::string isp;
    std::string family;  // empty: the ISP's own
    std::string country = "FR";
    HostClass host_class = HostClass::Vetted;
    Resources capacity;
    bool edge = false;
    bool online = true;
    Refusals refuses = {};
};

class PlainWorld {
public:
    // `sizes` are published, so that the index keeps them.
    explicit PlainWorld(const std::vector<Resources>& sizes = {});

    void add(const std::vector<PlainBox>& boxes);
    // An instance with its copies where `nodes` says; copy 0 leads.
    void hold(const std::string& instance, const master::Demand& demand,
              const std::vector<NodeId>& nodes);
    void move(const master::ReplicaKey& replica, const NodeId& to);
    void drop(const std::string& instance);
    void set_online(const NodeId& node, bool online);
    void refuse(const NodeId& node, const Refusals& what);

    // The same rows in a state of their own, put all at once as after loading.
    master::State reloaded() const;

    master::State state;

private:
    void apply(const master::Changes& changes);
};

}  // namespace foyer::test
