#include "tests/sim/place/place_world.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "common/base/result.h"
#include "master/domain/explain.h"
#include "master/domain/placement.h"
#include "master/domain/spread.h"
#include "tests/support/plain_world.h"

namespace foyer::sim {
namespace {

using namespace foyer::master;
using Json = nlohmann::json;
using foyer::test::PlainBox;
using foyer::test::PlainWorld;

struct Order {
    std::string name;
    Demand demand;
};

struct World {
    std::vector<PlainBox> boxes;
    std::vector<std::pair<Order, std::vector<NodeId>>> held;
    std::vector<Order> orders;
};

Error bad(const std::string& where, const std::string& what) {
    return error(ErrorCode::InvalidArgument, where + ": " + what);
}

Result<std::int64_t> number(const Json& from, const std::string& where, const char* key,
                            std::int64_t absent, std::int64_t least, std::int64_t most) {
    if (!from.contains(key)) return absent;
    const Json& value = from.at(key);
    if (!value.is_number_integer()) return bad(where, std::string("'") + key + "' is no integer");
    const auto found = value.get<std::int64_t>();
    if (found < least || found > most) {
        return bad(where, std::string("'") + key + "' is not in " + std::to_string(least) + " to " +
                              std::to_string(most));
    }
    return found;
}

Result<std::string> text(const Json& from, const std::string& where, const char* key,
                         const std::string& absent) {
    if (!from.contains(key)) return absent;
    if (!from.at(key).is_string()) return bad(where, std::string("'") + key + "' is no text");
    return from.at(key).get<std::string>();
}

Result<bool> flag(const Json& from, const std::string& where, const char* key, bool absent) {
    if (!from.contains(key)) return absent;
    if (!from.at(key).is_boolean())
        return bad(where, std::string("'") + key + "' is neither true nor false");
    return from.at(key).get<bool>();
}

Result<std::vector<std::string>> texts(const Json& from, const std::string& where,
                                       const char* key) {
    std::vector<std::string> found;
    if (!from.contains(key)) return found;
    if (!from.at(key).is_array()) return bad(where, std::string("'") + key + "' is no list");
    for (const Json& one : from.at(key)) {
        if (!one.is_string()) return bad(where, std::string("'") + key + "' holds more than texts");
        found.push_back(one.get<std::string>());
    }
    return found;
}

// {"slots": n} is short for n cores, n GiB of memory and 10 n GiB of disk. Without uplink_kbit a
// size asks for none.
Result<Resources> resources(const Json& from, const std::string& where) {
    if (!from.is_object()) return bad(where, "no object with slots, or cpu, memory and disk");
    constexpr std::int64_t most = std::int64_t{1} << 50;
    const std::int64_t slots = TRY(number(from, where, "slots", 0, 0, 100'000));
    const std::int64_t gib = std::int64_t{1} << 30;
    const std::int64_t cpu =
        TRY(number(from, where, "cpu_millicores", 1000 * slots, 0, 10'000'000));
    const std::int64_t memory = TRY(number(from, where, "memory_bytes", gib * slots, 0, most));
    const std::int64_t disk =
        TRY(number(from, where, "disk_bytes", 10 * gib * slots, 0, 10 * most));
    const std::int64_t uplink = TRY(number(from, where, "uplink_kbit", 0, 0, 1'000'000'000));
    return Resources{Millicores(cpu), Bytes(memory), Bytes(disk), KbitPerSecond(uplink)};
}

Result<HostClass> host_class(const std::string& word, const std::string& where) {
    if (word == "house") return HostClass::House;
    if (word == "vetted") return HostClass::Vetted;
    if (word == "open") return HostClass::Open;
    return bad(where, "'host_class' is '" + word + "', not house, vetted or open");
}

Result<PlainBox> box(const Json& from, const std::string& where) {
    PlainBox box;
    box.name = TRY(text(from, where, "name", ""));
    box.isp = TRY(text(from, where, "isp", ""));
    if (box.name.empty() || box.isp.empty()) return bad(where, "'name' and 'isp' are needed");
    box.site = TRY(text(from, where, "site", box.name));
    box.family = TRY(text(from, where, "family", box.isp));
    box.country = TRY(text(from, where, "country", "FR"));
    const std::string word = TRY(text(from, where, "host_class", "vetted"));
    box.host_class = TRY(host_class(word, where));
    box.edge = TRY(flag(from, where, "edge", false));
    box.online = TRY(flag(from, where, "online", true));
    box.capacity = TRY(resources(from.value("capacity", Json()), where + " capacity"));
    return box;
}

Result<Order> order(const Json& from, const std::string& where) {
    Order order;
    order.name = TRY(text(from, where, "name", ""));
    if (order.name.empty()) return bad(where, "'name' is needed");
    Demand& demand = order.demand;
    demand.each = TRY(resources(from.value("size", Json{{"slots", 1}}), where + " size"));
    demand.replicas = static_cast<int>(TRY(number(from, where, "replicas", 3, 1, 100)));
    demand.min_countries = static_cast<int>(TRY(number(from, where, "min_countries", 1, 1, 100)));
    if (demand.min_countries > demand.replicas)
        return bad(where, "'min_countries' is more than 'replicas'");
    for (const std::string& country : TRY(texts(from, where, "countries")))
        demand.countries.insert(CountryCode(country));
    demand.allow_same_isp = TRY(flag(from, where, "allow_same_isp", false));
    return order;
}

// Places are one per ISP and country: a site or ISP may not be described twice in two ways.
Status check_places(const std::vector<PlainBox>& boxes) {
    std::set<std::string> names;
    std::map<std::string, const PlainBox*> sites;
    std::map<std::string, std::string> families;
    for (const PlainBox& box : boxes) {
        if (!names.insert(box.name).second) return bad("node " + box.name, "named twice");
        const auto [site, fresh] = sites.try_emplace(box.site, &box);
        const PlainBox& first = *site->second;
        if (first.isp != box.isp || first.country != box.country ||
            first.host_class != box.host_class)
            return bad("node " + box.name, "its site has another isp, country or host_class");
        if (families.try_emplace(box.isp, box.family).first->second != box.family)
            return bad("node " + box.name, "its isp has another family elsewhere");
    }
    return ok_status();
}

Result<World> read_world(const Json& from) {
    World world;
    if (!from.is_object() || !from.contains("nodes") || !from["nodes"].is_array())
        return bad("world", "no object with a list 'nodes'");
    for (const char* key : {"instances", "orders"}) {
        if (from.contains(key) && !from[key].is_array())
            return bad("world", std::string("'") + key + "' is no list");
    }
    int at = 0;
    for (const Json& node : from["nodes"])
        world.boxes.push_back(TRY(box(node, "node " + std::to_string(at++))));
    TRY(check_places(world.boxes));
    std::set<std::string> known;
    for (const PlainBox& box : world.boxes) known.insert(box.name);
    at = 0;
    for (const Json& one : from.value("instances", Json::array())) {
        const std::string where = "instance " + std::to_string(at++);
        Order held = TRY(order(one, where));
        std::vector<NodeId> nodes;
        for (const std::string& node : TRY(texts(one, where, "nodes"))) {
            if (!known.contains(node)) return bad(where, "no node '" + node + "'");
            nodes.emplace_back(node);
        }
        world.held.emplace_back(std::move(held), std::move(nodes));
    }
    at = 0;
    for (const Json& one : from.value("orders", Json::array()))
        world.orders.push_back(TRY(order(one, "order " + std::to_string(at++))));
    return world;
}

// An upper bound of how many of the orders fit, by linear relaxation: orders may be split among
// boxes and placed in part; each resource by itself, the cheapest orders first.
std::int64_t linear_bound(const State& state, const std::vector<Order>& orders) {
    const auto bound = [&](auto amount) {
        std::int64_t room = 0;
        for (const auto& [name, node] : state.nodes()) {
            if (exclusion_of(node)) continue;
            room +=
                std::max<std::int64_t>(0, amount(node.capacity) - amount(state.reserved_on(name)));
        }
        std::vector<std::int64_t> needs;
        for (const Order& order : orders)
            needs.push_back(amount(order.demand.each) * order.demand.replicas);
        std::ranges::sort(needs);
        std::int64_t fits = 0;
        for (const std::int64_t need : needs) {
            if (need > room) break;
            room -= need;
            ++fits;
        }
        return fits;
    };
    return std::min({bound([](const Resources& r) { return r.cpu.count(); }),
                     bound([](const Resources& r) { return r.memory.count(); }),
                     bound([](const Resources& r) { return r.disk.count(); }),
                     bound([](const Resources& r) { return r.uplink.count(); })});
}

// K* of the first order's size and rules; absent where orders differ.
std::optional<std::int64_t> equal_bound(const State& state, const std::vector<Order>& orders) {
    if (orders.empty()) return std::nullopt;
    const Demand& first = orders.front().demand;
    for (const Order& order : orders) {
        const Demand& demand = order.demand;
        if (demand.each != first.each || demand.replicas != first.replicas ||
            demand.min_countries != first.min_countries || demand.countries != first.countries ||
            demand.allow_same_isp != first.allow_same_isp)
            return std::nullopt;
    }
    const Offers offers(state, first);
    return guard_of(offers.choices(), rules_of(first)).orders;
}

Json shown(const ExplainedBox& box) {
    return {{"node", box.node.str()},     {"site", box.site.str()},
            {"family", box.family.str()}, {"country", box.country.str()},
            {"score", box.score},         {"family_use", box.family_use}};
}

Json refused(const Order& order, const Error& why) {
    Json details = Json::object();
    for (const ErrorDetail& detail : why.details) details[detail.key] = detail.value;
    return {{"name", order.name},
            {"placed", false},
            {"code", to_text(why.code)},
            {"message", why.message},
            {"certificate", details}};
}

Json decide_one(PlainWorld& world, const Order& order) {
    if (world.state.instances().contains(InstanceName(order.name)))
        return refused(order, error(ErrorCode::AlreadyExists, "the name is taken"));
    const auto explained = explain(world.state, order.demand);
    if (!explained.ok()) return refused(order, explained.failure());
    Json answer = {{"name", order.name},           {"placed", true},
                   {"nodes", Json::array()},       {"runners_up", Json::array()},
                   {"not_chosen", Json::object()}, {"orders_left", explained.value().orders_left}};
    std::vector<NodeId> nodes;
    for (const ExplainedBox& box : explained.value().chosen) {
        answer["nodes"].push_back(shown(box));
        nodes.push_back(box.node);
    }
    for (const ExplainedBox& box : explained.value().runners_up)
        answer["runners_up"].push_back(shown(box));
    for (const auto& [why, count] : explained.value().not_chosen)
        answer["not_chosen"][std::string(to_text(why))] = count;
    world.hold(order.name, order.demand, nodes);
    return answer;
}

void print(const Json& answer) {
    const std::string name = answer["name"].get<std::string>();
    if (!answer["placed"].get<bool>()) {
        std::printf("%-16s refused  %s\n", name.c_str(),
                    answer["message"].get<std::string>().c_str());
        for (const auto& [key, value] : answer["certificate"].items())
            std::printf("%-16s            %s: %s\n", "", key.c_str(),
                        value.get<std::string>().c_str());
        return;
    }
    std::string nodes;
    for (const Json& node : answer["nodes"])
        nodes += (nodes.empty() ? "" : ", ") + node["node"].get<std::string>() + " (" +
                 node["family"].get<std::string>() + ")";
    std::printf("%-16s placed   %s\n", name.c_str(), nodes.c_str());
}

PlainWorld make(const World& from) {
    // The sizes most orders ask for are kept by the index; others are counted when asked for.
    std::vector<Resources> sizes;
    for (const Order& order : from.orders) {
        if (std::ranges::find(sizes, order.demand.each) == sizes.end() &&
            sizes.size() < SlotIndex::classes_max)
            sizes.push_back(order.demand.each);
    }
    PlainWorld world(sizes);
    world.add(from.boxes);
    for (const auto& [order, nodes] : from.held) world.hold(order.name, order.demand, nodes);
    return world;
}

Status run(const std::string& path, const std::string& json_path) {
    std::ifstream in(path);
    const Json document = in ? Json::parse(in, nullptr, false) : Json();
    if (!in) return bad(path, "cannot be read");
    if (document.is_discarded()) return bad(path, "is not JSON");
    const World from = TRY(read_world(document));
    PlainWorld world = make(from);
    const std::int64_t linear = linear_bound(world.state, from.orders);
    const std::optional<std::int64_t> equal = equal_bound(world.state, from.orders);
    Json answer = {{"orders", Json::array()}};
    std::int64_t placed = 0;
    for (const Order& order : from.orders) {
        answer["orders"].push_back(decide_one(world, order));
        print(answer["orders"].back());
        placed += answer["orders"].back()["placed"].get<bool>() ? 1 : 0;
    }
    answer["placed"] = placed;
    answer["linear_bound"] = linear;
    answer["gap"] = linear - placed;
    if (equal) answer["equal_orders_bound"] = *equal;
    std::printf("%ld of %zu placed; at most %ld fit by linear relaxation%s\n",
                static_cast<long>(placed), from.orders.size(), static_cast<long>(linear),
                equal ? (", exactly " + std::to_string(*equal) + " equal ones").c_str() : "");
    if (json_path.empty()) return ok_status();
    std::ofstream out(json_path);
    out << answer.dump(2) << '\n';
    if (!out.flush()) return bad(json_path, "cannot be written");
    return ok_status();
}

}  // namespace

int place_world_main(int argc, char** argv) {
    const bool with_json = argc == 4 && std::string(argv[2]) == "--json";
    if (argc != 2 && !with_json) {
        std::fputs(
            "foyer-sim place: a world to place orders on is wanted; type: foyer-sim place "
            "WORLD.json "
            "[--json FILE]\n",
            stderr);
        return 2;
    }
    const Status done = run(argv[1], with_json ? argv[3] : "");
    if (done.ok()) return 0;
    std::fprintf(stderr, "foyer-sim place: %s\n", done.failure().message.c_str());
    return 2;
}

}  // namespace foyer::sim
