#include "tests/sim/scenario.h"

namespace foyer::sim {

namespace {

constexpr const char* country_codes[] = {"FR", "BE", "DE", "ES", "NL", "CH", "IT", "PT"};

BoxSpec box_spec(int number, int isp, int country, HostClass host_class, Dice& dice) {
    BoxSpec spec;
    spec.site = SiteId("home" + std::to_string(number));
    spec.name = NodeId("home" + std::to_string(number) + "-1");
    spec.isp = IspId("isp" + std::to_string(isp));
    spec.country = CountryCode(country_codes[country]);
    spec.host_class = host_class;
    spec.capacity = box_resources(dice);
    return spec;
}

// `isps` networks spread over `countries`; the first ones are the largest, as in life.
std::vector<BoxSpec> homes(int count, int isps, int countries, int edges, Dice& dice) {
    std::vector<BoxSpec> all;
    for (int i = 0; i < count; ++i) {
        const int isp =
            i < isps ? i
                     : static_cast<int>(std::min(dice.below(static_cast<std::uint64_t>(isps)),
                                                 dice.below(static_cast<std::uint64_t>(isps))));
        const HostClass host_class = dice.one_in(4)   ? HostClass::Open
                                     : dice.one_in(3) ? HostClass::House
                                                      : HostClass::Vetted;
        all.push_back(
            box_spec(i + 1, isp, isp % countries, i < isps ? HostClass::Vetted : host_class, dice));
    }
    for (int i = 0; i < edges; ++i) {
        BoxSpec edge =
            box_spec(count + i + 1, i % isps, i % isps % countries, HostClass::House, dice);
        edge.edge = true;
        all.push_back(edge);
    }
    return all;
}

// An hour has to see boxes given up and returned.
master::RepairSettings hasty() {
    master::RepairSettings repair;
    repair.lost_after_edge = Duration(3 * minute);
    repair.lost_after_leading = Duration(4 * minute);
    repair.lost_after = Duration(6 * minute);
    repair.takeover_after = Duration(2 * minute);
    repair.brake_window = Duration(3 * minute);
    repair.learner_timeout = Duration(8 * minute);
    repair.retry_after = Duration(20 * second);
    return repair;
}

Scenario small(std::uint64_t seed) {
    Dice dice(seed ^ 0x5ca1ab1eULL);
    Scenario world;
    world.name = "small";
    const int isps = static_cast<int>(dice.between(4, 7));
    world.boxes =
        homes(static_cast<int>(dice.between(5, 18)), isps, static_cast<int>(dice.between(1, 3)),
              static_cast<int>(dice.between(1, 2)), dice);
    world.customers = static_cast<int>(dice.between(2, 6));
    world.orders_within = 8 * minute;
    world.think = 12 * minute;
    world.write_every = minute;
    world.switch_every = 10 * minute;
    world.fault_every = dice.between(15, 60) * second;
    world.fault_length = 8 * minute;
    world.weather = {static_cast<int>(dice.between(0, 40)), static_cast<int>(dice.between(0, 20)),
                     static_cast<int>(dice.between(0, 30))};
    world.commit_faults = static_cast<int>(dice.between(0, 40));
    world.round = hour;
    world.length = hour;
    world.check_all = true;
    world.settings.repair = hasty();
    world.repair_idle = 5 * second;
    world.care_every = 5 * minute;
    world.away_for = 15 * minute;
    world.certificate_life = 75 * minute;
    return world;
}

// Too many orders for what there is: refusals, and boxes that are full to the brim.
Scenario crowded(std::uint64_t seed) {
    Scenario world = small(seed);
    world.name = "crowded";
    world.customers = 12;
    for (BoxSpec& spec : world.boxes)
        spec.capacity = {Millicores(1'500), gibibytes(3), gibibytes(30), KbitPerSecond(20'000)};
    return world;
}

Scenario founders(std::uint64_t seed) {
    Dice dice(seed ^ 0xf0041de5ULL);
    Scenario world;
    world.name = "founders";
    world.boxes = homes(200, 10, 4, 2, dice);
    world.customers = 60;
    world.orders_within = 2 * day;
    world.think = 10 * day;
    world.write_every = 3 * hour;
    world.switch_every = 12 * hour;
    world.fault_every = 25 * minute;
    world.fault_length = 4 * hour;
    world.weather = {2, 1, 1};
    world.commit_faults = 1;
    world.round = 10 * day;
    world.care_every = 18 * hour;
    world.repair_idle = 20 * second;
    return world;
}

Scenario growth(int boxes, std::uint64_t seed) {
    Dice dice(seed ^ 0x9c0117ULL);
    Scenario world;
    world.name = boxes > 10'000 ? "growth60k" : "growth10k";
    world.boxes = homes(boxes, 40, 8, 2, dice);
    world.customers = boxes / 100;
    world.orders_within = 2 * hour;
    world.think = 10 * day;
    world.write_every = 12 * hour;
    world.switch_every = 12 * hour;
    world.fault_every = 10 * minute;
    world.weather = {0, 0, 0};
    world.round = day;
    world.length = day;
    world.care_every = hour;
    world.repair_idle = 20 * second;
    return world;
}

}  // namespace

Resources box_resources(Dice& dice) {
    const std::int64_t cores = std::int64_t{2} << dice.below(3);
    // Now and then the line is what is scarce.
    return {Millicores(1000 * cores), gibibytes(2 * cores), gibibytes(50 * cores),
            KbitPerSecond(dice.between(800, 3'000) * cores)};
}

std::vector<std::string> scenario_names() {
    return {"small", "crowded", "founders", "real", "growth10k", "growth60k"};
}

Result<Scenario> scenario(const std::string& name, std::uint64_t seed, const std::string& data) {
    if (name == "small") return small(seed);
    if (name == "crowded") return crowded(seed);
    if (name == "founders") return founders(seed);
    if (name == "growth10k") return growth(10'000, seed);
    if (name == "growth60k") return growth(60'000, seed);
    if (name == "real") return real_scenario(seed, data);
    return error(ErrorCode::InvalidArgument,
                 "no scenario '" + name +
                     "'; there are small, crowded, founders, real, growth10k and growth60k");
}

}  // namespace foyer::sim
