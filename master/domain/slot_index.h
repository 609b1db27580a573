// Every box by where it is and what still fits: what placement asks, kept while boxes change.
//
// A *domain* is the boxes of one ISP family in one country that may lead, or may not, and whose
// hosts refuse the same: the rules of placement tell boxes apart by nothing else but their site.
// For each *size class* (the resources of one copy) every domain knows its free slots and its best
// box: the least score (score.h), of equal ones the box with the lowest number. A class costs about
// 16 bytes a box; at most classes_max are kept, and another size is counted when it is asked for,
// in O(boxes). Nearly all hosts refuse nothing; a domain of those who do is gone with its last box,
// so there are never more of them than such boxes.
//
// Part of State, changed only by State::apply(). What it answers depends on the boxes and classes
// it holds, never on the order in which they came.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/model/ids.h"
#include "common/model/refusals.h"
#include "common/model/resources.h"
#include "master/domain/exclusion.h"
#include "master/domain/score.h"
#include "master/domain/winner_tree.h"

namespace foyer::master {

struct DomainKey {
    IspFamilyId family;
    CountryCode country;
    bool may_lead = false;
    Refusals refuses = {};
    friend auto operator<=>(const DomainKey&, const DomainKey&) = default;
    friend bool operator==(const DomainKey&, const DomainKey&) = default;
};

struct BoxFacts {
    NodeId name;
    int number = 0;  // unique
    SiteId site;
    DomainKey domain;
    std::optional<Exclusion> excluded;  // by itself, whatever is ordered
    Resources total;
    std::optional<Bytes> disk_free;  // as the box reported it (Node::disk_free)
};

// One domain for one size.
struct DomainSlots {
    std::int64_t slots = 0;     // copies that still fit
    std::int64_t capacity = 0;  // copies that would fit into empty boxes
    std::int64_t fitting = 0;   // boxes with a free slot
    std::int64_t disk_low = 0;  // boxes that would have one, were their disk not full
    WinnerTree best;
};

struct SizeClass {
    Resources each;
    std::uint64_t wanted_at = 0;
    std::vector<DomainSlots> domains;  // by number of the domain
};

class SlotIndex {
public:
    using BoxNumber = std::int32_t;  // place in this index; not the node's number
    static constexpr BoxNumber no_box = -1;
    static constexpr std::size_t classes_max = 16;

    struct Box {
        NodeId name;
        std::uint32_t number = 0;
        std::int32_t site = 0;     // any numbering
        std::int32_t domain = -1;  // -1: gone
        std::int32_t leaf = 0;
        std::optional<Exclusion> excluded;
        Resources total;
        Resources used;
        std::optional<Bytes> disk_free;
    };

    // Copies of this size that still fit: none onto a disk that is full of something else.
    static std::int64_t free_slots(const Box& box, const Resources& each);

    // A domain in the order of names, with the places of its family and country in theirs.
    struct Ordered {
        int domain = 0;
        int family = 0;
        int country = 0;
    };

    // Adds a box (no_box) or changes it; what it uses stays. Gives its place.
    BoxNumber put(BoxNumber at, const BoxFacts& facts);
    void set_used(BoxNumber at, const Resources& used);
    void drop(BoxNumber at);

    // Keeps this size from the next build() on, instead of the class that was wanted longest ago
    // where there are too many.
    void want(const Resources& each, std::uint64_t when);
    // A size that is kept is in use: it goes later than others.
    void touch(const Resources& each, std::uint64_t when);
    // Counts the classes that were wanted since; until then they are not kept up to date.
    void build();

    // Null: not kept.
    const SizeClass* find(const Resources& each) const;
    SizeClass count(const Resources& each) const;

    std::span<const Ordered> in_order() const { return ordered_; }
    const DomainKey& key_of(int domain) const { return domains_[domain_at(domain)].key; }
    std::optional<int> domain_of(const DomainKey& key) const;
    std::int64_t boxes_of(int domain) const { return domains_[domain_at(domain)].usable; }
    // The box behind a leaf of the domain's trees.
    const Box& box_at(int domain, std::size_t leaf) const;
    int families() const { return families_; }
    const std::vector<CountryCode>& countries() const { return countries_; }  // in order
    // Boxes excluded by themselves.
    const std::map<Exclusion, std::int64_t>& excluded() const { return excluded_; }

    static constexpr Score score_in(WinnerTree::Key key) { return static_cast<Score>(key >> 32); }

private:
    struct Domain {
        DomainKey key;
        std::int64_t usable = 0;
        std::vector<BoxNumber> boxes;    // by leaf; no_box where free
        std::vector<std::int32_t> free;  // leaves
    };

    static std::size_t domain_at(int domain) { return static_cast<std::size_t>(domain); }
    Box& box(BoxNumber at) { return boxes_[static_cast<std::size_t>(at)]; }
    int domain_number(const DomainKey& key);
    void order_domains();
    void enter(BoxNumber at, int domain);
    void leave(BoxNumber at);
    void retire_if_empty(int domain);
    // Adds the box to what a class counts, or takes it away; the winner apart.
    static void tally_slots(SizeClass& size, const Box& box, int sign);
    static void tally(SizeClass& size, const Box& box, int sign);
    void tally(const Box& box, int sign);

    std::vector<Box> boxes_;
    std::vector<BoxNumber> free_boxes_;
    std::vector<Domain> domains_;
    std::vector<int> retired_;  // numbers to be given again
    std::map<DomainKey, int> domain_numbers_;
    std::vector<Ordered> ordered_;
    int families_ = 0;
    std::vector<CountryCode> countries_;
    std::map<SiteId, std::int32_t> sites_;
    std::map<Exclusion, std::int64_t> excluded_;
    std::vector<SizeClass> classes_;
    std::vector<SizeClass> wanted_;  // not built yet; no domains
};

}  // namespace foyer::master
