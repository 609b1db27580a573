#include "master/domain/slot_index.h"

#include <algorithm>

#include "common/base/check.h"

namespace foyer::master {
namespace {

WinnerTree::Key key_of_box(Score score, std::uint32_t number) {
    constexpr Score score_max = 0xffff'fffe;
    return static_cast<WinnerTree::Key>(std::clamp<Score>(score, 0, score_max)) << 32 | number;
}

}  // namespace

SlotIndex::BoxNumber SlotIndex::put(BoxNumber at, const BoxFacts& facts) {
    CHECK(facts.number >= 0);
    if (at == no_box) {
        if (free_boxes_.empty()) {
            at = static_cast<BoxNumber>(boxes_.size());
            boxes_.emplace_back();
        } else {
            at = free_boxes_.back();
            free_boxes_.pop_back();
            box(at) = {};
        }
    } else {
        leave(at);
    }
    Box& row = box(at);
    row.name = facts.name;
    row.number = static_cast<std::uint32_t>(facts.number);
    row.site =
        sites_.try_emplace(facts.site, static_cast<std::int32_t>(sites_.size())).first->second;
    row.excluded = facts.excluded;
    row.total = facts.total;
    row.disk_free = facts.disk_free;
    enter(at, domain_number(facts.domain));
    return at;
}

void SlotIndex::drop(BoxNumber at) {
    leave(at);
    free_boxes_.push_back(at);
}

void SlotIndex::set_used(BoxNumber at, const Resources& used) {
    Box& row = box(at);
    if (row.excluded) {
        row.used = used;
        return;
    }
    // Slots change, the winner is set once: taking away leaves the old key, adding overwrites it.
    for (SizeClass& size : classes_) tally_slots(size, row, -1);
    row.used = used;
    tally(row, 1);
}

int SlotIndex::domain_number(const DomainKey& key) {
    if (const auto known = domain_numbers_.find(key); known != domain_numbers_.end())
        return known->second;
    int number = static_cast<int>(domains_.size());
    if (retired_.empty()) {
        domains_.push_back({key, 0, {}, {}});
        for (SizeClass& size : classes_) size.domains.emplace_back();
    } else {
        number = retired_.back();
        retired_.pop_back();
        domains_[domain_at(number)] = {key, 0, {}, {}};
    }
    domain_numbers_.emplace(key, number);
    order_domains();
    return number;
}

// A host may change his mind as often as he likes.
void SlotIndex::retire_if_empty(int domain) {
    Domain& row = domains_[domain_at(domain)];
    if (!row.key.refuses.any() || row.free.size() < row.boxes.size()) return;
    domain_numbers_.erase(row.key);
    row = {};
    for (SizeClass& size : classes_)
        if (!size.domains.empty()) size.domains[domain_at(domain)] = {};
    retired_.push_back(domain);
    order_domains();
}

void SlotIndex::order_domains() {
    countries_.clear();
    for (const auto& [key, number] : domain_numbers_) countries_.push_back(key.country);
    std::ranges::sort(countries_);
    const auto repeated = std::ranges::unique(countries_);
    countries_.erase(repeated.begin(), repeated.end());
    ordered_.clear();
    families_ = 0;
    const IspFamilyId* family = nullptr;
    for (const auto& [key, number] : domain_numbers_) {
        if (family == nullptr || *family != key.family) ++families_;
        family = &key.family;
        const auto country = std::ranges::lower_bound(countries_, key.country);
        ordered_.push_back({number, families_ - 1, static_cast<int>(country - countries_.begin())});
    }
}

void SlotIndex::enter(BoxNumber at, int domain) {
    Box& row = box(at);
    Domain& to = domains_[domain_at(domain)];
    row.domain = domain;
    if (to.free.empty()) {
        row.leaf = static_cast<std::int32_t>(to.boxes.size());
        to.boxes.push_back(at);
    } else {
        row.leaf = to.free.back();
        to.free.pop_back();
        to.boxes[static_cast<std::size_t>(row.leaf)] = at;
    }
    if (row.excluded) {
        ++excluded_[*row.excluded];
        return;
    }
    ++to.usable;
    tally(row, 1);
}

void SlotIndex::leave(BoxNumber at) {
    Box& row = box(at);
    CHECK(row.domain >= 0);
    Domain& from = domains_[domain_at(row.domain)];
    if (row.excluded) {
        if (--excluded_[*row.excluded] == 0) excluded_.erase(*row.excluded);
    } else {
        --from.usable;
        tally(row, -1);
    }
    from.boxes[static_cast<std::size_t>(row.leaf)] = no_box;
    from.free.push_back(row.leaf);
    const int left = row.domain;
    row.domain = -1;
    retire_if_empty(left);
}

std::int64_t SlotIndex::free_slots(const Box& row, const Resources& each) {
    if (row.disk_free && *row.disk_free < each.disk) return 0;
    return slots_in(row.total - row.used, each);
}

void SlotIndex::tally_slots(SizeClass& size, const Box& row, int sign) {
    DomainSlots& domain = size.domains[domain_at(row.domain)];
    const std::int64_t slots = free_slots(row, size.each);
    domain.slots += sign * slots;
    domain.capacity += sign * slots_in(row.total, size.each);
    domain.fitting += slots > 0 ? sign : 0;
    if (slots == 0 && slots_in(row.total - row.used, size.each) > 0) domain.disk_low += sign;
}

void SlotIndex::tally(SizeClass& size, const Box& row, int sign) {
    tally_slots(size, row, sign);
    DomainSlots& domain = size.domains[domain_at(row.domain)];
    const std::int64_t slots = free_slots(row, size.each);
    WinnerTree::Key key = WinnerTree::none;
    if (sign > 0 && slots > 0) {
        key = key_of_box(score_of({.after = utilisation(row.used + size.each, row.total)}),
                         row.number);
    }
    domain.best.set(static_cast<std::size_t>(row.leaf), key);
}

void SlotIndex::tally(const Box& row, int sign) {
    for (SizeClass& size : classes_) tally(size, row, sign);
}

void SlotIndex::want(const Resources& each, std::uint64_t when) {
    const auto same = [&](const SizeClass& size) { return size.each == each; };
    if (find(each) != nullptr || std::ranges::any_of(wanted_, same)) {
        touch(each, when);
        return;
    }
    wanted_.push_back({each, when, {}});
}

void SlotIndex::touch(const Resources& each, std::uint64_t when) {
    for (auto* sizes : {&classes_, &wanted_}) {
        for (SizeClass& size : *sizes) {
            if (size.each == each) size.wanted_at = when;
        }
    }
}

void SlotIndex::build() {
    if (wanted_.empty()) return;
    // The newest stay, among them those that are counted already.
    std::ranges::move(wanted_, std::back_inserter(classes_));
    wanted_.clear();
    std::ranges::stable_sort(classes_, std::ranges::greater(), &SizeClass::wanted_at);
    if (classes_.size() > classes_max) classes_.resize(classes_max);
    for (SizeClass& size : classes_) {
        if (!size.domains.empty() || domains_.empty()) continue;
        const std::uint64_t when = size.wanted_at;
        size = count(size.each);
        size.wanted_at = when;
    }
}

const SizeClass* SlotIndex::find(const Resources& each) const {
    for (const SizeClass& size : classes_) {
        if (size.each == each) return &size;
    }
    return nullptr;
}

SizeClass SlotIndex::count(const Resources& each) const {
    SizeClass size{each, 0, std::vector<DomainSlots>(domains_.size())};
    for (const Box& row : boxes_) {
        if (row.domain >= 0 && !row.excluded) tally(size, row, 1);
    }
    return size;
}

std::optional<int> SlotIndex::domain_of(const DomainKey& key) const {
    const auto found = domain_numbers_.find(key);
    if (found == domain_numbers_.end()) return std::nullopt;
    return found->second;
}

const SlotIndex::Box& SlotIndex::box_at(int domain, std::size_t leaf) const {
    const BoxNumber at = domains_[domain_at(domain)].boxes[leaf];
    CHECK(at != no_box);
    return boxes_[static_cast<std::size_t>(at)];
}

}  // namespace foyer::master
