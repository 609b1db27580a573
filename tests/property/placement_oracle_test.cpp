// Placement against an oracle that shares nothing with it: brute force and max-flow (see
// placement_oracle.h). FOYER_PLACEMENT_WORLDS=100000 makes the long run; TEST_SEED repeats one.
#include "tests/property/placement_oracle.h"

#include <algorithm>
#include <cstdlib>

#include "common/base/text.h"
#include "master/domain/chain.h"
#include "master/domain/explain.h"
#include "master/domain/placement.h"
#include "master/domain/replacement.h"
#include "tests/support/catch.h"
#include "tests/support/plain_world.h"
#include "tests/support/test_seed.h"

using namespace foyer;
using namespace foyer::master;
using namespace foyer::test;

namespace {

int worlds(int by_default) {
    const char* asked = std::getenv("FOYER_PLACEMENT_WORLDS");
    const auto number = asked == nullptr ? std::nullopt : parse_int(asked);
    return number ? static_cast<int>(std::max<std::int64_t>(1, *number)) : by_default;
}

int roll(SeededRng& rng, int sides) {
    return static_cast<int>(rng.below(static_cast<std::uint64_t>(sides)));
}

const std::vector<std::string> countries{"BE", "DE", "FR", "IT"};

Resources slots(std::int64_t count) {
    return {Millicores(1000 * count), gibibytes(count), gibibytes(10 * count)};
}

// What a kind of world may have.
struct Shape {
    bool open_hosts = true;
    bool wide_families = true;  // in several countries
    bool mixed = true;          // sizes that are no multiple of a slot; edges; silent boxes
    int boxes_max = 3;          // a family
    int slots_max = 4;          // a box
};

// Most hosts refuse nothing.
Refusals random_refusals(SeededRng& rng) {
    Refusals refuses;
    if (roll(rng, 4) != 0) return refuses;
    if (roll(rng, 2) == 0) refuses.kinds.insert(ReleaseKind::Mail);
    if (roll(rng, 2) == 0) refuses.countries.insert(CountryCode(roll(rng, 2) == 0 ? "RU" : "ZZ"));
    return refuses;
}

std::vector<PlainBox> random_boxes(SeededRng& rng, const Shape& shape) {
    std::vector<PlainBox> boxes;
    const int families = 2 + roll(rng, 6);
    const int countries_used = 1 + roll(rng, static_cast<int>(countries.size()));
    for (int family = 0; family < families; ++family) {
        const int home = roll(rng, countries_used);
        for (int i = 1 + roll(rng, shape.boxes_max); i > 0; --i) {
            PlainBox box;
            box.name = "f" + std::to_string(family) + "b" + std::to_string(i);
            box.family = "family" + std::to_string(family);
            // Siblings count as one.
            box.isp = box.family + (roll(rng, 3) == 0 ? "-mobile" : "");
            box.country = countries[static_cast<std::size_t>(
                shape.wide_families && roll(rng, 3) == 0 ? roll(rng, countries_used) : home)];
            if (shape.open_hosts && roll(rng, 3) == 0) box.host_class = HostClass::Open;
            box.capacity = slots(1 + roll(rng, shape.slots_max));
            if (shape.mixed) {
                box.capacity.memory += gibibytes(roll(rng, 3));
                box.capacity.uplink = KbitPerSecond(roll(rng, 5) * 1'000);
                box.edge = roll(rng, 20) == 0;
                box.online = roll(rng, 12) != 0;
                box.refuses = random_refusals(rng);
            }
            boxes.push_back(box);
            if (roll(rng, 6) == 0) {  // a second box on the same site
                box.site = box.name;
                box.name += "x";
                if (shape.mixed) box.refuses = random_refusals(rng);
                boxes.push_back(box);
            }
        }
    }
    return boxes;
}

Demand random_demand(SeededRng& rng, bool mixed) {
    Demand demand;
    demand.each = slots(1);
    demand.replicas = 1 + roll(rng, 5);
    demand.min_countries = std::min(demand.replicas, 1 + roll(rng, 3));
    if (!mixed) return demand;
    if (roll(rng, 4) == 0) demand.each = {Millicores(700), gibibytes(2), gibibytes(5)};
    if (roll(rng, 4) == 0) demand.each.uplink = KbitPerSecond(1 + roll(rng, 1'500));
    for (const std::string& country : countries) {
        if (roll(rng, 3) == 0) demand.countries.insert(CountryCode(country));
    }
    if (roll(rng, 2) == 0) demand.countries.clear();
    demand.allow_same_isp = roll(rng, 5) == 0;
    if (roll(rng, 3) == 0) demand.tenant.kind = ReleaseKind::Mail;
    if (roll(rng, 2) == 0) demand.tenant.country = CountryCode("RU");
    return demand;
}

// Carries out the moves one by one; says what goes wrong.
std::string do_moves(PlainWorld& world, const Error& why) {
    for (int number = 1;; ++number) {
        const std::string text = fact(why, "move_" + std::to_string(number));
        if (text.empty()) return "";
        const std::vector<std::string> words = split(text, ' ');  // acme/1 from a to b
        const std::vector<std::string> key = split(words.at(0), '/');
        const ReplicaKey replica{InstanceName(key.at(0)),
                                 ReplicaIndex{static_cast<int>(parse_int(key.at(1)).value())}};
        const Instance& instance = world.state.instances().at(replica.instance);
        if (instance.leader == replica.index) return "a leader would move";
        if (world.state.replicas().at(replica).node != NodeId(words.at(2))) return "not there";
        const Demand demand = demand_of(world.state, instance);
        std::vector<std::string> families;
        for (const Replica* other : world.state.replicas_of(replica.instance)) {
            if (other->key == replica) continue;
            const Site& site = world.state.sites().at(world.state.nodes().at(other->node).site);
            families.push_back(world.state.isps().at(site.isp).family.str());
        }
        const auto boxes = roomy_boxes(world.state, demand);
        const auto to = std::ranges::find(boxes, NodeId(words.at(4)), &RoomyBox::name);
        if (to == boxes.end()) return "no room at the target of " + text;
        if (!demand.allow_same_isp && std::ranges::find(families, to->unit) != families.end())
            return "two copies on one ISP after " + text;
        world.move(replica, NodeId(words.at(4)));
    }
}

void check_refusal(const PlainWorld& world, const Demand& demand, const Error& why) {
    const std::string proof = unproven(world.state, demand, why);
    INFO(why.message);
    REQUIRE(proof == "");
    if (fact(why, "move_1").empty()) return;
    PlainWorld moved = world;
    REQUIRE(do_moves(moved, why) == "");
    const auto placed = place(moved.state, demand);
    REQUIRE(placed.ok());
    REQUIRE(broken(moved.state, demand, placed.value().nodes) == "");
}

void check_order(const PlainWorld& world, const Demand& demand, const Result<Placement>& placed) {
    REQUIRE(placed.ok() == possible(roomy_boxes(world.state, demand), demand));
    if (placed.ok()) {
        REQUIRE(broken(world.state, demand, placed.value().nodes) == "");
    } else {
        check_refusal(world, demand, placed.failure());
    }
}

// Orders until a few were refused, each held against the oracle.
void fill(SeededRng& rng, PlainWorld& world, const std::string& prefix) {
    int refused = 0;
    for (int number = 0; refused < 3 && number < 30; ++number) {
        const Demand demand = random_demand(rng, true);
        const auto placed = place(world.state, demand);
        check_order(world, demand, placed);
        if (!placed.ok()) {
            ++refused;
            continue;
        }
        world.hold(prefix + std::to_string(number), demand, placed.value().nodes);
    }
}

// Existing copies but for leaders may go anywhere: a max-flow over (instance, family).
bool fits_with_moves(const State& state, const Demand& demand) {
    std::map<std::string, std::int64_t> room;
    std::map<InstanceName, std::set<std::string>> led;
    for (const auto& [name, node] : state.nodes()) {
        const Site& site = state.sites().at(node.site);
        const std::string family = state.isps().at(site.isp).family.str();
        room[family] += node.capacity.cpu.count() / 1000;
        for (const ReplicaKey& key : state.replicas_on(name)) {
            if (key.index.number != 0) continue;
            --room[family];
            led[key.instance] = {family};
        }
    }
    std::map<std::string, int> numbers;
    for (const auto& [family, left] : room)
        numbers.emplace(family, 2 + static_cast<int>(numbers.size()));
    const int instances = static_cast<int>(led.size());
    Dinic graph(3 + static_cast<int>(numbers.size()) + instances);
    int at = 2 + static_cast<int>(numbers.size());
    std::int64_t needed = demand.replicas;
    for (const auto& [family, left] : room) graph.arc(numbers[family], 1, left);
    const auto join = [&](std::int64_t copies, const std::set<std::string>& without) {
        graph.arc(0, at, copies);
        for (const auto& [family, number2] : numbers) {
            if (!without.contains(family)) graph.arc(at, number2, 1);
        }
        ++at;
    };
    for (const auto& [name, families_led] : led) {
        const auto copies = static_cast<std::int64_t>(state.replicas_of(name).size()) - 1;
        needed += copies;
        join(copies, families_led);
    }
    join(demand.replicas, {});
    return graph.flow(0, 1) == needed;
}

}  // namespace

TEST_CASE("nothing feasible is refused, every rule holds, every certificate and chain is true") {
    SeededRng rng(test_seed());
    for (int round = 0; round < worlds(1'500); ++round) {
        INFO("world " << round);
        PlainWorld world({slots(1)});
        world.add(random_boxes(rng, {}));
        fill(rng, world, "a");
        // Losses, then more orders.
        const State before = world.state;
        for (const auto& [name, node] : before.nodes()) {
            if (roll(rng, 3) == 0) world.set_online(name, roll(rng, 4) == 0);
        }
        for (int number = 0; number < 30; number += 2) world.drop("a" + std::to_string(number));
        fill(rng, world, "b");
    }
}

TEST_CASE("order after order, exactly as many fit as the max-flow says") {
    SeededRng rng(test_seed() + 1);
    for (int round = 0; round < worlds(500); ++round) {
        PlainWorld world({slots(1)});
        Shape shape;
        shape.open_hosts = false;
        shape.wide_families = false;
        shape.mixed = false;
        world.add(random_boxes(rng, shape));
        Demand demand = random_demand(rng, false);
        if (roll(rng, 4) == 0) demand.countries = {CountryCode("BE"), CountryCode("FR")};
        const std::int64_t fits = orders_that_fit(roomy_boxes(world.state, demand), demand);
        std::int64_t placed = 0;
        for (;;) {
            const auto order = place(world.state, demand);
            if (!order.ok()) break;
            world.hold("x" + std::to_string(placed++), demand, order.value().nodes);
        }
        INFO("world " << round);
        REQUIRE(placed == fits);
    }
}

TEST_CASE("a chain of moves is offered whenever one exists") {
    SeededRng rng(test_seed() + 2);
    int chains = 0;
    for (int round = 0; round < worlds(300); ++round) {
        PlainWorld world({slots(1)});
        Shape shape;
        shape.open_hosts = false;
        shape.wide_families = false;
        shape.mixed = false;
        world.add(random_boxes(rng, shape));
        // Copies thrown about: any set of distinct families with room.
        Demand demand;
        demand.each = slots(1);
        for (int number = 0; number < 40; ++number) {
            demand.replicas = 2 + roll(rng, 3);
            std::vector<RoomyBox> boxes = roomy_boxes(world.state, demand);
            std::set<std::string> families;
            std::vector<NodeId> nodes;
            while (!boxes.empty() && static_cast<int>(nodes.size()) < demand.replicas) {
                const auto at = boxes.begin() + roll(rng, static_cast<int>(boxes.size()));
                if (families.insert(at->unit).second) nodes.push_back(at->name);
                boxes.erase(at);
            }
            if (static_cast<int>(nodes.size()) == demand.replicas) {
                world.hold("x" + std::to_string(number), demand, nodes);
                continue;
            }
            const bool chain_exists = fits_with_moves(world.state, demand);
            const Offers offers(world.state, demand);
            const auto moves = find_moves(world.state, demand, offers, {.moves_max = 1000});
            const auto placed = place(world.state, demand);
            INFO("world " << round << " order " << number);
            if (placed.ok()) continue;
            REQUIRE(moves.has_value() == chain_exists);
            check_refusal(world, demand, placed.failure());
            chains += chain_exists ? 1 : 0;
        }
    }
    CHECK(chains > 0);
}

TEST_CASE("one further copy is placed whenever a box obeys the rules of the whole") {
    SeededRng rng(test_seed() + 3);
    for (int round = 0; round < worlds(1'000); ++round) {
        PlainWorld world({slots(1)});
        world.add(random_boxes(rng, {}));
        const Demand demand = random_demand(rng, true);
        const auto placed = place(world.state, demand);
        if (!placed.ok()) continue;
        world.hold("x", demand, placed.value().nodes);
        std::vector<NodeId> staying = placed.value().nodes;
        const NodeId lost = staying[static_cast<std::size_t>(roll(rng, demand.replicas))];
        std::erase(staying, lost);
        bool exists = false;
        for (const RoomyBox& box : roomy_boxes(world.state, demand)) {
            if (box.name == lost || std::ranges::find(staying, box.name) != staying.end()) continue;
            std::set<std::string> units{box.unit};
            std::set<std::string> sites{box.site};
            std::set<std::string> in{box.country};
            int leads = box.may_lead ? 1 : 0;
            for (const NodeId& node : staying) {
                const Site& site = world.state.sites().at(world.state.nodes().at(node).site);
                units.insert(demand.allow_same_isp ? site.name.str()
                                                   : world.state.isps().at(site.isp).family.str());
                sites.insert(site.name.str());
                in.insert(site.country.str());
                leads += site.host_class != HostClass::Open ? 1 : 0;
            }
            const auto all = static_cast<std::size_t>(demand.replicas);
            exists = exists || (units.size() == all && sites.size() == all &&
                                static_cast<int>(in.size()) >= demand.min_countries &&
                                leads >= std::min(2, demand.replicas));
        }
        INFO("world " << round);
        REQUIRE(place_one(world.state, demand, staying, {lost}).ok() == exists);
    }
}

TEST_CASE("an index kept by changes answers as one made from the rows") {
    SeededRng rng(test_seed() + 4);
    for (int round = 0; round < worlds(100); ++round) {
        PlainWorld world({slots(1)});
        world.add(random_boxes(rng, {}));
        fill(rng, world, "a");
        for (int number = 0; number < 30; number += 3) world.drop("a" + std::to_string(number));
        std::vector<NodeId> names;
        for (const auto& [name, node] : world.state.nodes()) names.push_back(name);
        for (int changes = 0; changes < 6; ++changes)
            for (const NodeId& name : names)
                if (roll(rng, 3) == 0) world.refuse(name, random_refusals(rng));
        const State fresh = world.reloaded();
        for (int asked = 0; asked < 5; ++asked) {
            const Demand demand = random_demand(rng, true);
            const auto here = place(world.state, demand);
            const auto there = place(fresh, demand);
            REQUIRE(here.ok() == there.ok());
            if (here.ok()) {
                REQUIRE(here.value().nodes == there.value().nodes);
            } else {
                REQUIRE(here.failure() == there.failure());
            }
        }
    }
}

TEST_CASE("to an order that they do not refuse, hosts that refuse others are like all others") {
    SeededRng rng(test_seed() + 6);
    for (int round = 0; round < worlds(300); ++round) {
        PlainWorld plain({slots(1)});
        PlainWorld choosy({slots(1)});
        std::vector<PlainBox> boxes = random_boxes(rng, {});
        for (PlainBox& box : boxes) box.refuses = {};
        plain.add(boxes);
        for (PlainBox& box : boxes) {
            if (roll(rng, 2) == 0) box.refuses.kinds.insert(ReleaseKind::Web);
            if (roll(rng, 3) == 0) box.refuses.countries.insert(CountryCode("US"));
        }
        choosy.add(boxes);
        for (int asked = 0; asked < 8; ++asked) {
            const Demand demand = random_demand(rng, true);  // none of the two
            const auto here = place(plain.state, demand);
            const auto there = place(choosy.state, demand);
            INFO("world " << round);
            REQUIRE(here.ok() == there.ok());
            if (!here.ok()) continue;
            REQUIRE(here.value().nodes == there.value().nodes);
            plain.hold("x" + std::to_string(asked), demand, here.value().nodes);
            choosy.hold("x" + std::to_string(asked), demand, there.value().nodes);
        }
    }
}

TEST_CASE("explain counts every box once") {
    SeededRng rng(test_seed() + 5);
    for (int round = 0; round < worlds(300); ++round) {
        PlainWorld world({slots(1)});
        world.add(random_boxes(rng, {}));
        const Demand demand = random_demand(rng, true);
        const auto placed = place(world.state, demand);
        const auto explained = explain(world.state, demand);
        REQUIRE(explained.ok() == placed.ok());
        if (!placed.ok()) continue;
        const auto sum = [](const Explanation& explanation) {
            std::size_t boxes = explanation.chosen.size();
            for (const auto& [why, count] : explanation.not_chosen)
                boxes += static_cast<std::size_t>(count);
            return boxes;
        };
        std::vector<NodeId> chosen;
        for (const ExplainedBox& box : explained.value().chosen) chosen.push_back(box.node);
        REQUIRE(chosen == placed.value().nodes);
        REQUIRE(sum(explained.value()) == world.state.nodes().size());
        world.hold("x", demand, placed.value().nodes);
        const Explanation held = explain(world.state, world.state.instances().begin()->second);
        REQUIRE(sum(held) == world.state.nodes().size());
        REQUIRE(held.chosen.size() == chosen.size());
        for (std::size_t i = 0; i < chosen.size(); ++i)
            REQUIRE(held.chosen[i].score == explained.value().chosen[i].score);
    }
}
