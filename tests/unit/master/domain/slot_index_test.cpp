#include "master/domain/slot_index.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

namespace {

Resources slots(std::int64_t count) {
    return {Millicores(1000 * count), gibibytes(count), gibibytes(10 * count)};
}

BoxFacts box(int number, const std::string& family, std::int64_t size) {
    const std::string name = "b" + std::to_string(number);
    return {NodeId(name), number,     SiteId(name), {IspFamilyId(family), CountryCode("FR"), true},
            std::nullopt, slots(size)};
}

}  // namespace

TEST_CASE("free slots follow the boxes and what they use") {
    SlotIndex index;
    index.want(slots(1), 1);
    index.build();
    const auto a = index.put(SlotIndex::no_box, box(1, "alder", 4));
    const auto b = index.put(SlotIndex::no_box, box(2, "alder", 2));
    const SizeClass* size = index.find(slots(1));
    REQUIRE(size != nullptr);
    CHECK(size->domains[0].slots == 6);
    index.set_used(a, slots(4));
    CHECK(size->domains[0].slots == 2);
    CHECK(size->domains[0].fitting == 1);
    CHECK(size->domains[0].capacity == 6);
    BoxFacts silent = box(2, "alder", 2);
    silent.excluded = Exclusion::NotOnline;
    index.put(b, silent);
    CHECK(size->domains[0].slots == 0);
    CHECK(size->domains[0].best.best() == WinnerTree::none);
    CHECK(index.excluded().at(Exclusion::NotOnline) == 1);
    index.drop(a);
    CHECK(index.boxes_of(0) == 0);
    // A box that moves to another family takes its use along.
    index.set_used(b, slots(1));
    index.put(b, box(2, "birch", 2));
    CHECK(size->domains[1].slots == 1);
}

TEST_CASE("of too many sizes those stay that were wanted last") {
    SlotIndex index;
    index.put(SlotIndex::no_box, box(1, "alder", 4));
    for (std::uint64_t i = 1; i <= SlotIndex::classes_max; ++i) {
        index.want(slots(static_cast<std::int64_t>(i)), i);
        index.build();
    }
    index.touch(slots(1), 100);
    index.want(slots(99), 101);
    index.build();
    CHECK(index.find(slots(1)) != nullptr);
    CHECK(index.find(slots(2)) == nullptr);
    CHECK(index.find(slots(99)) != nullptr);
    CHECK(index.count(slots(2)).domains[0].slots == 2);
}

TEST_CASE("hosts that refuse the same make a domain, which is gone with its last box") {
    SlotIndex index;
    index.want(slots(1), 1);
    index.build();
    const auto a = index.put(SlotIndex::no_box, box(1, "alder", 4));
    BoxFacts choosy = box(2, "alder", 2);
    choosy.domain.refuses.countries.insert(CountryCode("RU"));
    const auto b = index.put(SlotIndex::no_box, choosy);
    CHECK(index.in_order().size() == 2);
    CHECK(index.families() == 1);
    const auto domain = index.domain_of(choosy.domain);
    REQUIRE(domain);
    CHECK(index.find(slots(1))->domains[static_cast<std::size_t>(*domain)].slots == 2);
    // However often a host changes his mind.
    for (const char* country : {"US", "CN", "IR", "BY"}) {
        choosy.domain.refuses.countries = {CountryCode(country)};
        index.put(b, choosy);
        CHECK(index.in_order().size() == 2);
        CHECK(index.find(slots(1))->domains.size() == 2);
    }
    CHECK_FALSE(index.domain_of({IspFamilyId("alder"),
                                 CountryCode("FR"),
                                 true,
                                 {.countries = {CountryCode("US")}, .kinds = {}}}));
    index.put(b, box(2, "alder", 2));
    CHECK(index.in_order().size() == 1);
    index.set_used(a, slots(4));
    CHECK(index.find(slots(1))->domains[0].slots == 2);
    index.drop(b);
    CHECK(index.find(slots(1))->domains[0].slots == 0);
}
