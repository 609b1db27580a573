// The slot index of one state, with the place of each box in it.
//
// It belongs to the state whose rows it follows: a copy of that state has none, and makes one from
// its rows when it needs it. So publishing a state stays a matter of some pointers, and the
// planner, which decides on one state for its whole life, always finds it kept.
#pragma once

#include <map>
#include <memory>

#include "master/domain/slot_index.h"

namespace foyer::master {

class FleetSlots {
public:
    FleetSlots() = default;
    FleetSlots(const FleetSlots&) {}
    FleetSlots(FleetSlots&&) noexcept = default;
    FleetSlots& operator=(const FleetSlots&) {
        kept_.reset();
        return *this;
    }
    FleetSlots& operator=(FleetSlots&&) noexcept = default;
    ~FleetSlots() = default;

    bool is_kept() const { return kept_ != nullptr; }
    void keep();
    // Kept ones only; the pointer is good until the state changes.
    std::shared_ptr<const SlotIndex> index() const { return {kept_, &kept_->index}; }

    // Nothing happens where none is kept.
    void put(const BoxFacts& facts, const Resources& used);
    void set_used(const NodeId& box, const Resources& used);
    void drop(const NodeId& box);
    void want(const Resources& each, std::uint64_t when);
    void touch(const Resources& each, std::uint64_t when);
    void build();

private:
    struct Kept {
        SlotIndex index;
        std::map<NodeId, SlotIndex::BoxNumber> boxes;
    };
    std::shared_ptr<Kept> kept_;
};

}  // namespace foyer::master
