#include "tests/property/placement_oracle.h"

#include <algorithm>
#include <limits>

#include "common/base/text.h"

namespace foyer::test {
namespace {

using master::Demand;
using master::Node;
using master::NodeState;
using master::Site;
using master::State;

Resources used_on(const State& state, const NodeId& node) {
    Resources used;
    for (const auto& key : state.replicas_on(node)) used += state.replicas().at(key).reserved;
    return used;
}

std::int64_t copies_in(const Resources& room, const Resources& each) {
    std::int64_t copies = 1'000'000;
    const auto limit = [&](std::int64_t have, std::int64_t need) {
        if (need > 0) copies = std::min(copies, have < 0 ? 0 : have / need);
    };
    limit(room.cpu.count(), each.cpu.count());
    limit(room.memory.count(), each.memory.count());
    limit(room.disk.count(), each.disk.count());
    limit(room.uplink.count(), each.uplink.count());
    return copies;
}

int leads_wanted(const Demand& demand) { return demand.replicas >= 2 ? 2 : 1; }

struct Class {
    std::string unit;
    std::string country;
    bool may_lead = false;
    friend auto operator<=>(const Class&, const Class&) = default;
};

bool try_sets(const std::vector<Class>& classes, const Demand& demand, std::size_t from,
              std::vector<const Class*>& chosen) {
    if (static_cast<int>(chosen.size()) == demand.replicas) {
        std::set<std::string> countries;
        int leads = 0;
        for (const Class* one : chosen) {
            countries.insert(one->country);
            leads += one->may_lead ? 1 : 0;
        }
        return static_cast<int>(countries.size()) >= demand.min_countries &&
               leads >= leads_wanted(demand);
    }
    for (std::size_t i = from; i < classes.size(); ++i) {
        const bool used = std::ranges::any_of(
            chosen, [&](const Class* other) { return other->unit == classes[i].unit; });
        if (used) continue;
        chosen.push_back(&classes[i]);
        if (try_sets(classes, demand, i + 1, chosen)) return true;
        chosen.pop_back();
    }
    return false;
}

// Garage's gadget: every order has a half that needs distinct countries and a half that does not.
bool orders_flow(const std::map<std::string, std::pair<std::string, std::int64_t>>& units,
                 const Demand& demand, std::int64_t orders) {
    std::map<std::string, int> countries;
    for (const auto& [unit, home] : units)
        countries.try_emplace(home.first, static_cast<int>(countries.size()));
    const int country_count = static_cast<int>(countries.size());
    const int unit_count = static_cast<int>(units.size());
    const int per_order = 2 + country_count;
    const int first_unit = 2 + static_cast<int>(orders) * per_order;
    Dinic graph(first_unit + unit_count);
    for (int order = 0; order < orders; ++order) {
        const int half = 2 + order * per_order;
        graph.arc(0, half, demand.min_countries);
        graph.arc(0, half + 1, demand.replicas - demand.min_countries);
        for (int country = 0; country < country_count; ++country) {
            graph.arc(half, half + 2 + country, 1);
            graph.arc(half + 1, half + 2 + country, demand.replicas);
        }
        int unit = first_unit;
        for (const auto& [name, home] : units)
            graph.arc(half + 2 + countries.at(home.first), unit++, 1);
    }
    int unit = first_unit;
    for (const auto& [name, home] : units) graph.arc(unit++, 1, home.second);
    return graph.flow(0, 1) == orders * demand.replicas;
}

std::map<std::string, std::int64_t> numbers(const std::string& text) {
    std::map<std::string, std::int64_t> found;
    for (const std::string& part : split(text, ',')) {
        const std::size_t equals = part.find('=');
        if (equals != std::string::npos)
            found[part.substr(0, equals)] = parse_int(part.substr(equals + 1)).value_or(1'000'000);
    }
    return found;
}

std::set<std::string> as_set(const std::vector<std::string>& names) {
    return {names.begin(), names.end()};
}

std::string unproven_count(const std::vector<RoomyBox>& boxes, const Demand& demand,
                           const Error& why, bool leading) {
    std::set<std::string> units;
    for (const RoomyBox& box : boxes) {
        if (!leading || box.may_lead) units.insert(box.unit);
    }
    const auto needed = static_cast<std::size_t>(leading ? leads_wanted(demand) : demand.replicas);
    if (units.size() >= needed) return "enough units have room";
    if (fact(why, "needed") != std::to_string(needed)) return "needed is wrong";
    if (fact(why, "found") != std::to_string(units.size())) return "found is wrong";
    if (as_set(split(fact(why, leading ? "leading" : "usable"), ',')) != units)
        return "the set is not the units with room";
    return "";
}

std::string unproven_cover(const std::vector<RoomyBox>& boxes, const Demand& demand,
                           const Error& why) {
    const auto countries = as_set(split(fact(why, "cover_countries"), ','));
    const auto units = as_set(split(fact(why, "cover_units"), ','));
    if (static_cast<int>(countries.size() + units.size()) >= demand.min_countries)
        return "the cover is too large to prove anything";
    for (const RoomyBox& box : boxes) {
        if (!countries.contains(box.country) && !units.contains(box.unit))
            return "box " + box.name.str() + " is not covered";
    }
    return "";
}

std::string unproven_charges(const std::vector<RoomyBox>& boxes, const Demand& demand,
                             const Error& why) {
    std::map<std::string, std::int64_t> charges = numbers(fact(why, "charges"));
    std::int64_t bound =
        (demand.replicas - demand.min_countries) * charges["g"] + demand.replicas * charges["t"];
    for (const auto& [name, value] : charges) {
        if (name.starts_with("a:") || name.starts_with("b:")) {
            if (value < 0) return name + " is negative";
            bound += value;
        }
        if (!name.starts_with("u:")) continue;
        if (value > charges["b:" + name.substr(2)] || value > charges["g"])
            return name + " is more than b or g";
    }
    if (charges["g"] < 0) return "g is negative";
    for (const RoomyBox& box : boxes) {
        const std::int64_t most =
            charges["a:" + box.unit] + charges["u:" + box.country] + charges["t"];
        if ((box.may_lead ? 1 : 0) > most) return "box " + box.name.str() + " is not charged";
        if (charges["u:" + box.country] > charges["b:" + box.country] ||
            charges["u:" + box.country] > charges["g"])
            return "u of " + box.country + " is more than b or g";
    }
    return bound < leads_wanted(demand) ? "" : "the bound proves nothing";
}

}  // namespace

void Dinic::arc(int from, int to, std::int64_t capacity) {
    arcs_.push_back({to, heads_[static_cast<std::size_t>(from)], capacity});
    heads_[static_cast<std::size_t>(from)] = static_cast<int>(arcs_.size()) - 1;
    arcs_.push_back({from, heads_[static_cast<std::size_t>(to)], 0});
    heads_[static_cast<std::size_t>(to)] = static_cast<int>(arcs_.size()) - 1;
}

bool Dinic::level(int source, int sink) {
    levels_.assign(heads_.size(), -1);
    std::vector<int> queue{source};
    levels_[static_cast<std::size_t>(source)] = 0;
    for (std::size_t next = 0; next < queue.size(); ++next) {
        const int node = queue[next];
        for (int i = heads_[static_cast<std::size_t>(node)]; i >= 0;
             i = arcs_[static_cast<std::size_t>(i)].next) {
            const Arc& arc = arcs_[static_cast<std::size_t>(i)];
            if (arc.room == 0 || levels_[static_cast<std::size_t>(arc.to)] >= 0) continue;
            levels_[static_cast<std::size_t>(arc.to)] = levels_[static_cast<std::size_t>(node)] + 1;
            queue.push_back(arc.to);
        }
    }
    return levels_[static_cast<std::size_t>(sink)] >= 0;
}

std::int64_t Dinic::push(int node, int sink, std::int64_t limit) {
    if (node == sink) return limit;
    for (int& i = cursor_[static_cast<std::size_t>(node)]; i >= 0;
         i = arcs_[static_cast<std::size_t>(i)].next) {
        const Arc arc = arcs_[static_cast<std::size_t>(i)];
        if (arc.room == 0 || levels_[static_cast<std::size_t>(arc.to)] !=
                                 levels_[static_cast<std::size_t>(node)] + 1)
            continue;
        const std::int64_t sent = push(arc.to, sink, std::min(limit, arc.room));
        if (sent == 0) continue;
        arcs_[static_cast<std::size_t>(i)].room -= sent;
        arcs_[static_cast<std::size_t>(i ^ 1)].room += sent;
        return sent;
    }
    return 0;
}

std::int64_t Dinic::flow(int source, int sink) {
    std::int64_t total = 0;
    while (level(source, sink)) {
        cursor_ = heads_;
        while (const std::int64_t sent =
                   push(source, sink, std::numeric_limits<std::int64_t>::max()))
            total += sent;
    }
    return total;
}

namespace {

bool is_unwelcome(const Node& node, const TenantFacts& tenant) {
    if (!node.refuses) return false;
    const std::string country = tenant.country.empty() ? "ZZ" : tenant.country.str();
    return node.refuses->what.kinds.contains(tenant.kind) ||
           node.refuses->what.countries.contains(CountryCode(country));
}

}  // namespace

std::vector<RoomyBox> roomy_boxes(const State& state, const Demand& demand) {
    std::vector<RoomyBox> boxes;
    for (const auto& [name, node] : state.nodes()) {
        const Site& site = state.sites().at(node.site);
        if (node.edge || node.state != NodeState::Online) continue;
        if (!demand.countries.empty() && !demand.countries.contains(site.country)) continue;
        if (is_unwelcome(node, demand.tenant)) continue;
        const std::int64_t slots = copies_in(node.capacity - used_on(state, name), demand.each);
        if (slots == 0) continue;
        boxes.push_back(
            {name, demand.allow_same_isp ? site.name.str() : state.isps().at(site.isp).family.str(),
             site.name.str(), site.country.str(),
             site.host_class == HostClass::House || site.host_class == HostClass::Vetted, slots});
    }
    return boxes;
}

bool possible(const std::vector<RoomyBox>& boxes, const Demand& demand) {
    std::set<Class> classes;
    for (const RoomyBox& box : boxes) classes.insert({box.unit, box.country, box.may_lead});
    std::vector<const Class*> chosen;
    return try_sets({classes.begin(), classes.end()}, demand, 0, chosen);
}

std::int64_t orders_that_fit(const std::vector<RoomyBox>& boxes, const Demand& demand) {
    std::map<std::string, std::pair<std::string, std::int64_t>> units;
    std::int64_t all = 0;
    for (const RoomyBox& box : boxes) {
        auto& unit = units[box.unit];
        unit.first = box.country;
        unit.second += box.slots;
        all += box.slots;
    }
    std::int64_t fits = 0;
    std::int64_t too_many = all / demand.replicas + 1;
    while (too_many - fits > 1) {
        const std::int64_t middle = (fits + too_many) / 2;
        (orders_flow(units, demand, middle) ? fits : too_many) = middle;
    }
    return fits;
}

std::int64_t least_load(const std::map<std::string, std::vector<std::int64_t>>& capacities,
                        std::int64_t orders, int replicas) {
    constexpr std::int64_t whole = 1'000'000;
    const auto fits = [&](std::int64_t load) {
        // One arc a family bounded by the orders: the symmetric flow of equal orders.
        Dinic graph(2 + static_cast<int>(capacities.size()));
        int node = 2;
        for (const auto& [family, boxes] : capacities) {
            std::int64_t slots = 0;
            for (const std::int64_t box : boxes) slots += box * load / whole;
            graph.arc(0, node, orders);
            graph.arc(node++, 1, slots);
        }
        return graph.flow(0, 1) >= orders * replicas;
    };
    std::int64_t low = 0;
    std::int64_t high = whole;
    while (high - low > 1) {
        const std::int64_t middle = (low + high) / 2;
        (fits(middle) ? high : low) = middle;
    }
    return high;
}

std::string broken(const State& state, const Demand& demand, const std::vector<NodeId>& nodes) {
    std::map<NodeId, RoomyBox> boxes;
    for (const RoomyBox& box : roomy_boxes(state, demand)) boxes.emplace(box.name, box);
    std::set<std::string> units;
    std::set<std::string> sites;
    std::set<std::string> countries;
    int leads = 0;
    for (const NodeId& name : nodes) {
        const auto box = boxes.find(name);
        if (box == boxes.end()) return "box " + name.str() + " has no room or may not be used";
        units.insert(box->second.unit);
        sites.insert(box->second.site);
        countries.insert(box->second.country);
        leads += box->second.may_lead ? 1 : 0;
    }
    const auto replicas = static_cast<std::size_t>(demand.replicas);
    if (nodes.size() != replicas) return "not as many boxes as copies";
    if (units.size() != replicas) return "two copies share an ISP or site";
    if (sites.size() != replicas) return "two copies share a site";
    if (static_cast<int>(countries.size()) < demand.min_countries) return "too few countries";
    if (leads < leads_wanted(demand)) return "too few boxes that may lead";
    if (!boxes.at(nodes.front()).may_lead) return "the founder may not lead";
    return "";
}

std::string unproven(const State& state, const Demand& demand, const Error& why) {
    const std::vector<RoomyBox> boxes = roomy_boxes(state, demand);
    const std::string rule = fact(why, "rule");
    if (rule == "distinct_isps" || rule == "distinct_sites")
        return unproven_count(boxes, demand, why, false);
    if (rule == "may_lead") return unproven_count(boxes, demand, why, true);
    if (rule == "min_countries") return unproven_cover(boxes, demand, why);
    if (rule == "combination") return unproven_charges(boxes, demand, why);
    return "rule '" + rule + "' is unknown";
}

std::string fact(const Error& why, const std::string& key) {
    for (const ErrorDetail& detail : why.details) {
        if (detail.key == key) return detail.value;
    }
    return "";
}

std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    while (from < text.size()) {
        const std::size_t to = std::min(text.find(by, from), text.size());
        parts.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return parts;
}

}  // namespace foyer::test
