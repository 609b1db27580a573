// What goes wrong: notes of the world's malice, drawn one after another. Each fault ends by itself,
// or when calm is ordered.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "tests/sim/world.h"

namespace foyer::sim {

class Faults {
public:
    explicit Faults(World& world);

    void begin();
    // No new faults, and those that last end now.
    void calm();
    CommitFault at_commit();
    bool are_on() const { return on_; }

private:
    struct Kind {
        std::string name;
        int weight = 1;
        std::function<void()> strike;
    };
    void next();
    // What ends it, at once when calm is ordered.
    void lasts(Moment span, std::function<void()> ends);
    Moment span();
    Box& any_box();
    Box* any_home_with_copies();
    std::vector<int> boxes_where(const std::function<bool(const BoxSpec&)>& is) const;
    void add_box_kinds();
    void add_host_kinds();
    void add_identity_kinds();
    void add_disk_kinds();
    void add_line_kinds();
    void add_master_kinds();
    void cut_for(std::vector<int> boxes, bool up, bool down, bool overlay);
    void usurp();
    void replay_token();
    void call_as(Box& victim, int calls);
    void replay_recorded();

    World& world_;
    Dice dice_;
    std::vector<Kind> kinds_;
    int weights_ = 0;
    bool on_ = false;
    bool crash_armed_ = false;
    std::list<std::shared_ptr<std::function<void()>>> lasting_;
    EventId next_ = no_event;
};

}  // namespace foyer::sim
