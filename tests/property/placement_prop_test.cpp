// Placement against oracles: brute force for one order, the theorem of equal sizes for many.
//
// Worlds are random but small; TEST_SEED repeats a run.
#include "master/domain/placement.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "master/domain/spread.h"
#include "tests/support/catch.h"
#include "tests/support/test_seed.h"
#include "tests/support/world.h"

using namespace foyer;
using namespace foyer::master;
using foyer::test::HomeSpec;
using foyer::test::World;

namespace {

constexpr int slot_cpu = 1000;

// Homes with whole slots; every family in one country, where the theorem is exact.
std::vector<HomeSpec> random_homes(SeededRng& rng, bool open_hosts) {
    const int families = 3 + static_cast<int>(rng.below(5));
    std::vector<HomeSpec> homes;
    for (int family = 0; family < families; ++family) {
        const std::string country = std::vector<std::string>{"FR", "BE", "DE"}[rng.below(3)];
        const int boxes = 1 + static_cast<int>(rng.below(3));
        for (int box = 0; box < boxes; ++box) {
            HomeSpec home;
            home.name = "f" + std::to_string(family) + "b" + std::to_string(box);
            home.isp = "isp" + std::to_string(family);
            home.country = country;
            home.host_class = open_hosts && rng.below(3) == 0 ? HostClass::Open : HostClass::Vetted;
            const auto slots = static_cast<std::int64_t>(rng.below(5)) + (box == 0 ? 1 : 0);
            home.capacity = {Millicores(std::max<std::int64_t>(slots * slot_cpu, 1)),
                             gibibytes(100), gibibytes(1000)};
            homes.push_back(home);
        }
    }
    return homes;
}

Demand random_demand(SeededRng& rng) {
    Demand demand;
    demand.each = {Millicores(slot_cpu), gibibytes(1), gibibytes(10)};
    demand.replicas = 2 + static_cast<int>(rng.below(3));
    demand.min_countries = 1 + static_cast<int>(rng.below(2));
    return demand;
}

struct Slot {
    std::string family;
    std::string country;
    bool may_lead = false;
};

std::vector<Slot> open_slots(const State& state, const Demand& demand) {
    std::vector<Slot> slots;
    const auto excluded = exclusions(state, demand);
    for (const auto& [name, node] : state.nodes()) {
        if (excluded.contains(name)) continue;
        const Site& site = state.sites().at(node.site);
        slots.push_back({state.isps().at(site.isp).family.str(), site.country.str(),
                         site.host_class != HostClass::Open});
    }
    return slots;
}

// Every subset of boxes: is there one that obeys the rules?
bool possible(const std::vector<Slot>& slots, const Demand& demand, std::size_t from = 0,
              std::vector<Slot> chosen = {}) {
    if (static_cast<int>(chosen.size()) == demand.replicas) {
        std::set<std::string> countries;
        int leads = 0;
        for (const Slot& slot : chosen) {
            countries.insert(slot.country);
            leads += slot.may_lead ? 1 : 0;
        }
        return static_cast<int>(countries.size()) >= demand.min_countries &&
               leads >= std::min(2, demand.replicas);
    }
    for (std::size_t i = from; i < slots.size(); ++i) {
        const bool used = std::ranges::any_of(
            chosen, [&](const Slot& other) { return other.family == slots[i].family; });
        if (used) continue;
        std::vector<Slot> more = chosen;
        more.push_back(slots[i]);
        if (possible(slots, demand, i + 1, std::move(more))) return true;
    }
    return false;
}

void check_rules(const State& state, const Demand& demand, const Placement& placement) {
    std::set<std::string> families;
    std::set<std::string> sites;
    std::set<std::string> countries;
    int leads = 0;
    for (const NodeId& name : placement.nodes) {
        const Site& site = state.sites().at(state.nodes().at(name).site);
        families.insert(state.isps().at(site.isp).family.str());
        sites.insert(site.name.str());
        countries.insert(site.country.str());
        leads += site.host_class != HostClass::Open ? 1 : 0;
        REQUIRE_FALSE(exclusions(state, demand).contains(name));
    }
    const auto replicas = static_cast<std::size_t>(demand.replicas);
    REQUIRE(placement.nodes.size() == replicas);
    REQUIRE(families.size() == replicas);
    REQUIRE(sites.size() == replicas);
    REQUIRE(static_cast<int>(countries.size()) >= demand.min_countries);
    REQUIRE(leads >= std::min(2, demand.replicas));
    REQUIRE(state.sites().at(state.nodes().at(placement.nodes[0]).site).host_class !=
            HostClass::Open);
}

OrderInstance order_of(const World& world, const Demand& demand, int number) {
    OrderInstance order = world.order("x" + std::to_string(number));
    order.mode = ReplicationMode::Asynchronous;
    order.replicas = demand.replicas;
    order.min_countries = demand.min_countries;
    return order;
}

std::int64_t orders_that_fit(const State& state, const Demand& demand) {
    std::map<std::string, CountrySlots> families;
    std::map<std::string, int> countries;
    for (const auto& [name, node] : state.nodes()) {
        const Site& site = state.sites().at(node.site);
        const int country =
            countries.try_emplace(site.country.str(), static_cast<int>(countries.size()))
                .first->second;
        CountrySlots& family = families[state.isps().at(site.isp).family.str()];
        family.country = country;
        family.slots += (node.capacity.cpu - state.reserved_on(name).cpu).count() / slot_cpu;
    }
    std::vector<CountrySlots> parts;
    std::vector<std::int64_t> slots;
    for (auto& [name, family] : families) {
        family.unit = static_cast<int>(parts.size());
        parts.push_back(family);
        slots.push_back(family.slots);
    }
    return orders_max(parts, demand.min_countries, static_cast<int>(countries.size()),
                      orders_max(slots, demand.replicas));
}

}  // namespace

TEST_CASE("an order is placed whenever brute force finds a place, and obeys every rule") {
    SeededRng rng(foyer::test::test_seed());
    for (int round = 0; round < 150; ++round) {
        World world(random_homes(rng, true));
        const Demand demand = random_demand(rng);
        for (int number = 0; number < 40; ++number) {
            const auto placed = place(world.state, demand);
            REQUIRE(placed.ok() == possible(open_slots(world.state, demand), demand));
            if (!placed.ok()) break;
            check_rules(world.state, demand, placed.value());
            world.run(order_of(world, demand, number));
        }
    }
}

TEST_CASE("order after order, exactly as many fit as the theorem says") {
    SeededRng rng(foyer::test::test_seed() + 1);
    for (int round = 0; round < 150; ++round) {
        World world(random_homes(rng, false));
        const Demand demand = random_demand(rng);
        const std::int64_t fits = orders_that_fit(world.state, demand);
        std::int64_t placed = 0;
        while (place(world.state, demand).ok())
            world.run(order_of(world, demand, static_cast<int>(placed++)));
        INFO("round " << round);
        REQUIRE(placed == fits);
    }
}

TEST_CASE("the same world decides the same") {
    SeededRng rng(foyer::test::test_seed() + 2);
    const World world(random_homes(rng, true));
    const Demand demand = random_demand(rng);
    const auto once = place(world.state, demand);
    const auto twice = place(world.state, demand);
    REQUIRE(once.ok() == twice.ok());
    if (once.ok()) REQUIRE(once.value().nodes == twice.value().nodes);
}
