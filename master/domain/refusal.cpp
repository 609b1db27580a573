#include "master/domain/refusal.h"

#include <algorithm>
#include <set>

#include "common/base/check.h"
#include "master/domain/chain.h"

namespace foyer::master {
namespace {

std::size_t at(int number) { return static_cast<std::size_t>(number); }

constexpr std::size_t boxes_named_max = 20;
constexpr std::size_t units_named_max = 200;
std::string listed(const std::vector<std::string>& names, std::int64_t count) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
    const std::int64_t more = count - static_cast<std::int64_t>(names.size());
    if (more <= 0) return text;
    return text + (text.empty() ? "" : " and ") + std::to_string(more) + " more";
}

std::string listed(const std::set<std::string>& names) {
    std::vector<std::string> shown;
    for (const std::string& name : names) {
        if (shown.size() < units_named_max) shown.push_back(name);
    }
    return listed(shown, static_cast<std::int64_t>(names.size()));
}

// One failed inequality.
struct Failure {
    std::string rule;
    std::string message;
    std::int64_t needed = 0;
    std::int64_t found = 0;
    std::vector<ErrorDetail> set;
    std::string outside;  // what would not help
};

class Certifier {
public:
    Certifier(const State& state, const Demand& demand, const Offers& offers, Reader reader)
        : state_(state),
          index_(offers.index()),
          demand_(demand),
          offers_(offers),
          choices_(offers.choices()),
          names_units_(reader == Reader::Operator || !demand.allow_same_isp) {}

    Failure certificate() const {
        if (auto failure = too_few_units()) return *failure;
        if (auto failure = too_few_leads()) return *failure;
        if (auto failure = too_few_countries()) return *failure;
        return combination();
    }

private:
    std::string kind() const { return demand_.allow_same_isp ? "site" : "ISP"; }

    std::string name_of(int unit) const {
        const Option& option = choices_.options[at(choices_.units[at(unit)].first)];
        if (!demand_.allow_same_isp) return index_.key_of(option.domain).family.str();
        return state_.nodes().at(offers_.box(option).name).site.str();
    }

    std::set<std::string> names(const auto& wanted) const {
        std::set<std::string> found;
        for (const Option& option : choices_.options) {
            if (wanted(option)) found.insert(name_of(option.unit));
        }
        return found;
    }

    // With an online box in an allowed country, full or not.
    std::size_t families_at_all() const {
        std::set<int> families;
        for (const SlotIndex::Ordered& entry : index_.in_order()) {
            if (offers_.allowed(entry) && index_.boxes_of(entry.domain) > 0)
                families.insert(entry.family);
        }
        return families.size();
    }

    std::optional<Failure> too_few_units() const {
        if (static_cast<int>(choices_.units.size()) >= demand_.replicas) return std::nullopt;
        const std::set<std::string> usable = names([](const Option&) { return true; });
        Failure failure;
        failure.rule = demand_.allow_same_isp ? "distinct_sites" : "distinct_isps";
        failure.needed = demand_.replicas;
        failure.found = static_cast<std::int64_t>(usable.size());
        failure.message = needs(demand_.replicas, "distinct " + kind() + "s", usable.size());
        failure.set = {{"usable", shown(usable)}};
        if (!demand_.allow_same_isp) {
            const std::size_t existing = families_at_all();
            failure.set.push_back({"existing", std::to_string(existing)});
            if (static_cast<int>(existing) < demand_.replicas)
                failure.message += " and even empty boxes are of " + std::to_string(existing);
        }
        failure.outside = outside_units(usable);
        return failure;
    }

    std::optional<Failure> too_few_leads() const {
        const std::set<std::string> leading =
            names([](const Option& option) { return option.may_lead; });
        const int needed = leads_needed(demand_);
        if (static_cast<int>(leading.size()) >= needed) return std::nullopt;
        Failure failure;
        failure.rule = "may_lead";
        failure.needed = needed;
        failure.found = static_cast<std::int64_t>(leading.size());
        failure.message = needs(needed, kind() + "s with a house or vetted box", leading.size());
        failure.set = {{"leading", shown(leading)}};
        failure.outside =
            "on house or vetted sites" + (leading.empty() ? "" : ", " + outside_units(leading));
        return failure;
    }

    // König: a largest set of pairs (unit, country), each unit and country once, is as large as the
    // least cover of all boxes by units and countries.
    std::optional<Failure> too_few_countries() const {
        const Rules one_a_country{demand_.min_countries, demand_.min_countries, 0};
        OrderFlow flow = order_flow(choices_, one_a_country, {.balance = false});
        const std::int64_t found = flow.graph.send(flow.source, flow.sink, demand_.min_countries);
        if (found >= demand_.min_countries) return std::nullopt;
        const std::vector<char> reached = flow.graph.reached(flow.source);
        const auto is_far = [&](int node) { return reached[at(node)] == 0; };
        std::set<std::string> units;
        std::set<std::string> countries;
        for (int country = 0; country < choices_.countries; ++country) {
            if (!is_far(flow.country_nodes[at(country)]))
                countries.insert(index_.countries()[at(country)].str());
        }
        for (const Option& option : choices_.options) {
            // Boxes in countries of the near side are covered by those.
            if (is_far(flow.country_nodes[at(option.country)])) units.insert(name_of(option.unit));
        }
        Failure failure;
        failure.rule = "min_countries";
        failure.needed = demand_.min_countries;
        failure.found = found;
        failure.message =
            needs(demand_.min_countries, "distinct countries", static_cast<std::size_t>(found));
        failure.set = {{"cover_countries", listed(countries)}, {"cover_units", shown(units)}};
        failure.outside =
            outside("countries", countries) + (units.empty() ? "" : " and " + outside_units(units));
        return failure;
    }

    Failure combination() const;

    static std::string needs(int needed, const std::string& what, std::size_t found) {
        return "the order needs " + std::to_string(needed) + " " + what + "; " +
               std::to_string(found) + " can hold a copy";
    }

    static std::string outside(const std::string& kinds, const std::set<std::string>& names) {
        if (names.empty()) return {};
        return "outside " + kinds + " {" + listed(names) + "}";
    }

    // Units as their reader may know them.
    std::string shown(const std::set<std::string>& units) const {
        return names_units_ ? listed(units) : std::to_string(units.size());
    }
    std::string outside_units(const std::set<std::string>& units) const {
        if (names_units_ || units.empty()) return outside(kind() + "s", units);
        return "at other " + kind() + "s than these " + std::to_string(units.size());
    }

    const State& state_;
    const SlotIndex& index_;
    const Demand& demand_;
    const Offers& offers_;
    const Choices& choices_;
    const bool names_units_;  // ISPs are nobody's secret, homes are
};

Failure Certifier::combination() const {
    const int replicas = demand_.replicas;
    // Boxes that may not lead cost 1, so the cheapest flow holds the most that may.
    OrderFlow flow = order_flow(choices_, rules_of(demand_), {.open_cost = 1, .balance = false});
    CHECK(flow.graph.send(flow.source, flow.sink, replicas) == replicas);
    std::int64_t leads = 0;
    for (std::size_t i = 0; i < choices_.options.size(); ++i) {
        if (choices_.options[i].may_lead) leads += flow.graph.sent_on(flow.option_arcs[i]);
    }
    // Its dual. With p the potentials, 0 at the source: for every box p(country) <= p(unit) + cost,
    // and what a saturated arc saves is charged to its capacity.
    const std::vector<std::int64_t> potentials = flow.graph.potentials();
    const auto p = [&](int node) { return potentials[at(node)] - potentials[at(flow.source)]; };
    std::string charges;
    std::int64_t bound = 0;
    const auto charge = [&](const std::string& name, std::int64_t value, std::int64_t times) {
        bound += value * times;
        if (value != 0 && !name.empty())
            charges += (charges.empty() ? "" : ",") + name + "=" + std::to_string(value);
    };
    const std::int64_t sink = p(flow.sink);
    for (std::size_t unit = 0; unit < choices_.units.size(); ++unit) {
        charge(names_units_ ? "a:" + name_of(static_cast<int>(unit)) : std::string(),
               std::max<std::int64_t>(0, p(flow.unit_outs[unit])), 1);
    }
    std::set<int> countries;  // without a box, a country has nothing to charge
    for (const Option& option : choices_.options) countries.insert(option.country);
    for (const int country : countries) {
        const std::string& name = index_.countries()[at(country)].str();
        const std::int64_t u = sink - p(flow.country_nodes[at(country)]);
        charge("u:" + name, u, 0);
        charge("b:" + name, std::max<std::int64_t>(0, u), 1);
    }
    charge("g", std::max<std::int64_t>(0, sink - p(flow.extra)), replicas - demand_.min_countries);
    charge("t", 1 - sink, replicas);
    CHECK(bound == leads);
    Failure failure;
    failure.rule = "combination";
    failure.needed = leads_needed(demand_);
    failure.found = leads;
    failure.message = "no " + std::to_string(replicas) + " " + kind() + "s in " +
                      std::to_string(demand_.min_countries) + " countries have " +
                      std::to_string(failure.needed) + " house or vetted boxes among them; " +
                      std::to_string(leads) + " at most";
    failure.set = {{"charges", charges}, {"bound", std::to_string(bound)}};
    failure.outside = "on house or vetted sites, in other countries and of other " + kind() + "s";
    return failure;
}

}  // namespace

// Exact counts by reason from the index.
std::map<Exclusion, std::int64_t> excluded_counts(const Offers& offers) {
    const SlotIndex& index = offers.index();
    std::map<Exclusion, std::int64_t> counts = index.excluded();
    for (const SlotIndex::Ordered& entry : index.in_order()) {
        const std::int64_t boxes = index.boxes_of(entry.domain);
        if (boxes == 0) continue;
        if (!offers.allowed(entry)) {
            counts[offers.inside(entry) ? Exclusion::RefusedByHost : Exclusion::Country] += boxes;
            continue;
        }
        const DomainSlots& domain = offers.size().domains[at(entry.domain)];
        const std::int64_t full = boxes - domain.fitting - domain.disk_low;
        if (full > 0) counts[Exclusion::Capacity] += full;
        if (domain.disk_low > 0) counts[Exclusion::DiskLow] += domain.disk_low;
    }
    return counts;
}

std::map<Exclusion, ExcludedBoxes> excluded_boxes(const State& state, const Demand& demand,
                                                  const Offers& offers) {
    std::map<Exclusion, ExcludedBoxes> excluded;
    for (const auto& [reason, count] : excluded_counts(offers)) excluded[reason].count = count;
    int looked_at = 0;
    for (const auto& [name, node] : state.nodes()) {
        if (++looked_at > boxes_looked_at_max) break;
        const auto reason = exclusion_of(state, node, demand);
        if (!reason) continue;
        ExcludedBoxes& boxes = excluded[*reason];
        if (boxes.names.size() < boxes_named_max) boxes.names.push_back(name.str());
    }
    return excluded;
}

Error refusal(const State& state, const Demand& demand, const Offers& offers, Reader reader) {
    const bool names_boxes = reader == Reader::Operator;
    const Failure failure = Certifier(state, demand, offers, reader).certificate();
    Error why = error(ErrorCode::FailedPrecondition, failure.message, {{"rule", failure.rule}});
    why.details.push_back({"needed", std::to_string(failure.needed)});
    why.details.push_back({"found", std::to_string(failure.found)});
    std::ranges::copy(failure.set, std::back_inserter(why.details));
    const std::int64_t missing = failure.needed - failure.found;
    why.details.push_back({"recruit", std::to_string(missing)});
    if (!failure.outside.empty()) why.details.push_back({"recruit_outside", failure.outside});
    std::string reasons;
    std::int64_t refusing = 0;
    for (const auto& [reason, boxes] : excluded_boxes(state, demand, offers)) {
        why.details.push_back(
            {"excluded_" + std::string(to_text(reason)),
             names_boxes ? listed(boxes.names, boxes.count) : std::to_string(boxes.count)});
        if (reason == Exclusion::Edge) continue;
        reasons += (reasons.empty() ? "" : ", ") + std::to_string(boxes.count) + " by " +
                   std::string(to_text(reason));
        if (reason == Exclusion::Capacity) why.code = ErrorCode::ResourceExhausted;
        if (reason == Exclusion::RefusedByHost) refusing = boxes.count;
    }
    if (!reasons.empty()) why.message += " (boxes excluded: " + reasons + ")";
    why.message += "; recruit " + std::to_string(missing) +
                   (missing == 1 ? " more slot" : " more slots") +
                   (failure.outside.empty() ? "" : " " + failure.outside);
    if (refusing > 0)
        why.message += "; " + std::to_string(refusing) +
                       (refusing == 1 ? " box refuses" : " boxes refuse") +
                       " this kind of release or this tenant's country, as hosts wish: only "
                       "they can allow it (`foyer-node refuse`)";
    // Whose copies these are, and where they stand, is no customer's business.
    if (!names_boxes) return why;
    if (const auto moves = find_moves(state, demand, offers)) {
        int number = 0;
        std::string all;
        for (const Move& move : *moves) {
            why.details.push_back({"move_" + std::to_string(++number), to_text(move)});
            all += (all.empty() ? "" : ", ") + to_text(move);
        }
        why.message += "; or move copies first: " + all;
    }
    return why;
}

}  // namespace foyer::master
