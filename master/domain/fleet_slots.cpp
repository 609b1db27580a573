#include "master/domain/fleet_slots.h"

namespace foyer::master {

void FleetSlots::keep() { kept_ = std::make_shared<Kept>(); }

void FleetSlots::put(const BoxFacts& facts, const Resources& used) {
    if (!kept_) return;
    SlotIndex::BoxNumber& at =
        kept_->boxes.try_emplace(facts.name, SlotIndex::no_box).first->second;
    at = kept_->index.put(at, facts);
    kept_->index.set_used(at, used);
}

void FleetSlots::set_used(const NodeId& box, const Resources& used) {
    if (!kept_) return;
    const auto at = kept_->boxes.find(box);
    if (at != kept_->boxes.end()) kept_->index.set_used(at->second, used);
}

void FleetSlots::drop(const NodeId& box) {
    if (!kept_) return;
    const auto at = kept_->boxes.find(box);
    if (at == kept_->boxes.end()) return;
    kept_->index.drop(at->second);
    kept_->boxes.erase(at);
}

void FleetSlots::want(const Resources& each, std::uint64_t when) {
    if (kept_) kept_->index.want(each, when);
}

void FleetSlots::touch(const Resources& each, std::uint64_t when) {
    if (kept_) kept_->index.touch(each, when);
}

void FleetSlots::build() {
    if (kept_) kept_->index.build();
}

}  // namespace foyer::master
