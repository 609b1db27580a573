// Customers who order, write, stop, start and delete, and an operator who lets another copy lead
// when a leader's box is gone. Every request is repeated under its id until it is answered.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/network.h"

namespace foyer::sim {

struct Scenario;

class People {
public:
    People(Room& room, SimMaster& master, Network& network, Services& services,
           const Scenario& scenario);

    void begin();
    // No new wishes; what was begun is brought to its end.
    void rest(bool resting) { resting_ = resting; }
    // The operator lets another copy lead, for a reason of his own.
    void usurp(const InstanceName& instance) { promote(instance, std::nullopt, false); }
    bool is_waiting() const { return open_requests_ > 0; }

    // Acknowledged orders that must be there, whatever happens. Empty: all are.
    std::string missing(const master::State& state) const;
    std::uint64_t orders() const { return orders_; }
    std::uint64_t refused() const { return refused_; }

private:
    enum class Life { None, Asked, Running, Stopped, Deleting };
    struct Customer {
        InstanceName name;
        Life life = Life::None;
        bool acknowledged = false;  // the order was, and no delete was asked for
        bool was_refused = false;   // the last order: its late repetitions may still arrive
        bool busy = false;          // a request is open
        EventId next = no_event;
    };
    struct Request {
        RequestId id;
        std::function<master::Command()> make;
        std::function<void(const Result<master::Answer>&)> then;
        std::optional<std::string> answered;
        int attempts = 0;
        bool over = false;
    };
    void ask(const std::string& what, std::function<master::Command()> make,
             std::function<void(const Result<master::Answer>&)> then);
    void attempt(const std::shared_ptr<Request>& request);
    void hear(const std::shared_ptr<Request>& request, const Result<master::Answer>& answer);

    void act(Customer& customer);
    void act_later(Customer& customer, Moment within);
    void order(Customer& customer);
    void stop(Customer& customer);
    void start(Customer& customer);
    void erase(Customer& customer);
    void write(std::size_t customer);
    void tend();
    void care_for_boxes();
    void even_out();
    void order_box(const NodeId& box, master::NodeWish now);
    void switch_leader(const InstanceName& instance);
    void promote(const InstanceName& instance, std::optional<ReplicaIndex> index, bool force);
    master::OrderInstance order_of(const InstanceName& name);
    OperationId new_operation() { return OperationId("op-" + std::to_string(++operations_)); }

    Room& room_;
    SimMaster& master_;
    Network& network_;
    Services& services_;
    const Scenario& scenario_;
    Dice dice_;
    std::vector<Customer> customers_;
    std::map<InstanceName, Moment> trouble_;  // since when nobody serves
    std::set<InstanceName> promoting_;
    bool resting_ = false;
    std::uint64_t requests_ = 0;
    std::uint64_t operations_ = 0;
    std::uint64_t passwords_ = 0;
    std::uint64_t orders_ = 0;
    std::uint64_t refused_ = 0;
    int open_requests_ = 0;
    Moment next_switch_ = 0;
    Moment next_care_ = 0;
    Moment next_evening_ = 0;
};

}  // namespace foyer::sim
