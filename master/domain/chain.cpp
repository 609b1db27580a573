#include "master/domain/chain.h"

#include <algorithm>
#include <map>

#include "master/domain/refusing.h"

namespace foyer::master {
namespace {

std::size_t at(int number) { return static_cast<std::size_t>(number); }

// A copy that could go elsewhere.
struct Movable {
    const Replica* replica = nullptr;
    const Instance* instance = nullptr;
    NodeId node;  // where it is after the moves so far
    int domain = 0;
    std::vector<int> others;  // domains of the instance's other copies
    TenantFacts tenant;
};

struct Place {
    int family = 0;
    int country = 0;
    bool may_lead = false;
};

// How a domain can hold one more copy: on a box with room, or on one that `mover` leaves for
// `next`.
struct Way {
    int level = -1;  // moves needed; -1: not reached
    NodeId box;
    Resources room;
    std::size_t mover = 0;
    int next = -1;
};

class Chains {
public:
    Chains(const State& state, const Demand& demand, const Offers& offers,
           const ChainLimits& limits, bool reserve)
        : state_(state),
          index_(offers.index()),
          demand_(demand),
          offers_(offers),
          limits_(limits),
          reserve_(reserve),
          choices_(offers.choices()) {
        for (const DomainSlots& domain : offers.size().domains) left_.push_back(domain.slots);
        places_.resize(left_.size());
        for (const SlotIndex::Ordered& entry : index_.in_order()) {
            places_[at(entry.domain)] = {entry.family, entry.country,
                                         index_.key_of(entry.domain).may_lead};
        }
        collect();
    }

    std::optional<std::vector<Move>> find() {
        std::vector<Move> moves;
        while (!choose(choices_, rules_of(demand_))) {
            const int left = limits_.moves_max - static_cast<int>(moves.size());
            const int freed = left > 0 ? reach(left) : -1;
            if (freed < 0) return std::nullopt;
            take(freed, moves);
        }
        return moves;
    }

private:
    bool movable(const Replica& replica, const Instance& instance) const {
        return instance.leader && *instance.leader != replica.key.index && !instance.promotion &&
               instance.desired != DesiredState::Deleted &&
               !exclusion_of(state_.nodes().at(replica.node));
    }

    int domain_of(const NodeId& node) const {
        const Node& box = state_.nodes().at(node);
        const Site& site = state_.sites().at(box.site);
        return *index_.domain_of({state_.isps().at(site.isp).family, site.country,
                                  site.host_class != HostClass::Open, refusals_of(box)});
    }

    void collect() {
        std::size_t looked_at = 0;
        for (const auto& [key, replica] : state_.replicas()) {
            if (++looked_at > limits_.replicas_looked_at_max) return;
            const auto instance = state_.instances().find(key.instance);
            if (instance == state_.instances().end() || !movable(replica, instance->second))
                continue;
            Movable one{&replica,     &instance->second,
                        replica.node, domain_of(replica.node),
                        {},           tenant_facts(state_, instance->second)};
            for (const Replica* other : state_.replicas_of(key.instance)) {
                if (other->key != key) one.others.push_back(domain_of(other->node));
            }
            movables_.push_back(std::move(one));
        }
    }

    // The instance's own rules, with the copy in `to`: kept, or no worse than they are.
    bool may_move(const Movable& one, int to) const {
        const Place& target = places_[at(to)];
        const Place& from = places_[at(one.domain)];
        const ReplicationPolicy& policy = one.instance->policy;
        if (!policy.countries.empty() && !policy.countries.contains(index_.key_of(to).country))
            return false;
        if (refuses(index_.key_of(to).refuses, one.tenant)) return false;
        int leads = 0;
        std::vector<int> countries;
        for (const int other : one.others) {
            const Place& place = places_[at(other)];
            if (place.family == target.family) return false;
            leads += place.may_lead ? 1 : 0;
            if (std::ranges::find(countries, place.country) == countries.end())
                countries.push_back(place.country);
        }
        const auto with = [&](const Place& place) {
            const bool known = std::ranges::find(countries, place.country) != countries.end();
            return static_cast<int>(countries.size()) + (known ? 0 : 1);
        };
        const int leads_before = leads + (from.may_lead ? 1 : 0);
        return with(target) >= std::min(policy.min_countries, with(from)) &&
               leads + (target.may_lead ? 1 : 0) >= std::min({2, policy.replicas, leads_before});
    }

    // Whether a free place there is one more for the order.
    bool wanted(int domain) const {
        const DomainKey& key = index_.key_of(domain);
        if (!demand_.countries.empty() && !demand_.countries.contains(key.country)) return false;
        if (refuses(key.refuses, demand_.tenant)) return false;
        bool known = false;
        bool leads = false;
        bool here = false;
        for (const Option& option : choices_.options) {
            const DomainKey& other = index_.key_of(option.domain);
            if (other.family != key.family) continue;
            known = true;
            leads = leads || other.may_lead;
            here = here || other.country == key.country;
        }
        if (static_cast<int>(choices_.units.size()) < demand_.replicas) return !known;
        return !known || (key.may_lead && !leads) || !here;
    }

    // After the moves so far.
    Resources room_on(const NodeId& node) const {
        Resources room = state_.nodes().at(node).capacity - state_.reserved_on(node);
        const auto found = landed_.find(node);
        return found == landed_.end() ? room : room - found->second;
    }

    // A place that a copy may land on. The order keeps one of every family it can use.
    bool spare(const SlotIndex::Ordered& entry) const {
        if (left_[at(entry.domain)] <= 0) return false;
        if (!reserve_ || !offers_.allowed(entry)) return true;
        std::int64_t left = 0;
        for (const SlotIndex::Ordered& other : index_.in_order()) {
            if (other.family == entry.family && offers_.allowed(other))
                left += left_[at(other.domain)];
        }
        return left > 1;
    }

    void begin() {
        ways_.assign(left_.size(), {});
        for (const SlotIndex::Ordered& entry : index_.in_order()) {
            if (!spare(entry)) continue;
            WinnerTree::InOrder boxes(offers_.size().domains[at(entry.domain)].best);
            while (const auto next = boxes.next()) {
                const NodeId& box = index_.box_at(entry.domain, next->second).name;
                const Resources room = room_on(box);
                if (slots_in(room, demand_.each) == 0) continue;
                ways_[at(entry.domain)] = {0, box, room, 0, -1};
                break;
            }
        }
    }

    // The first wanted domain that up to `most` moves can free, by the fewest; -1: none.
    int reach(int most) {
        begin();
        for (int level = 1; level <= most; ++level) {
            for (std::size_t i = 0; i < movables_.size(); ++i) {
                const Movable& one = movables_[i];
                if (ways_[at(one.domain)].level >= 0) continue;
                const Resources room = room_on(one.node) + one.replica->reserved;
                if (slots_in(room, demand_.each) == 0) continue;
                for (const SlotIndex::Ordered& to : index_.in_order()) {
                    const Way& way = ways_[at(to.domain)];
                    if (way.level < 0 || way.level >= level ||
                        !one.replica->reserved.fits_into(way.room) || !may_move(one, to.domain))
                        continue;
                    ways_[at(one.domain)] = {level, one.node, room, i, to.domain};
                    break;
                }
                if (ways_[at(one.domain)].level == level && wanted(one.domain)) return one.domain;
            }
        }
        return -1;
    }

    // Notes the moves, from the free end on, and what they leave to the order.
    void take(int freed, std::vector<Move>& moves) {
        std::vector<Move> chain;
        int domain = freed;
        while (ways_[at(domain)].level > 0) {
            const Way& way = ways_[at(domain)];
            Movable& mover = movables_[way.mover];
            chain.push_back({mover.replica->key, mover.node, ways_[at(way.next)].box});
            land(way.next, chain.back().to, mover.replica->reserved);
            land(domain, chain.back().from, Resources{} - mover.replica->reserved);
            for (Movable& other : movables_) {
                if (other.instance == mover.instance && &other != &mover)
                    std::ranges::replace(other.others, domain, way.next);
            }
            mover.node = chain.back().to;
            mover.domain = way.next;
            domain = way.next;
        }
        moves.insert(moves.end(), chain.rbegin(), chain.rend());
        list();
    }

    void land(int domain, const NodeId& box, const Resources& copy) {
        left_[at(domain)] -= slots_in(room_on(box), demand_.each);
        landed_[box] += copy;
        left_[at(domain)] += slots_in(room_on(box), demand_.each);
    }

    // What the order could use now.
    void list() {
        choices_.units.clear();
        choices_.options.clear();
        int family = -1;
        for (const SlotIndex::Ordered& entry : index_.in_order()) {
            const std::int64_t left = left_[at(entry.domain)];
            if (!offers_.allowed(entry) || left <= 0) continue;
            if (entry.family != family)
                choices_.units.push_back({0, 0, static_cast<int>(choices_.options.size()), 0});
            family = entry.family;
            Unit& unit = choices_.units.back();
            unit.slots += left;
            unit.capacity = unit.slots;
            const bool may_lead = index_.key_of(entry.domain).may_lead;
            if (unit.options > 0) {  // alike but for what their hosts refuse to others
                Option& before = choices_.options.back();
                if (before.country == entry.country && before.may_lead == may_lead) {
                    before.slots += left;
                    continue;
                }
            }
            ++unit.options;
            choices_.options.push_back({static_cast<int>(choices_.units.size()) - 1, entry.country,
                                        may_lead, 0, left, entry.domain, -1});
        }
    }

    const State& state_;
    const SlotIndex& index_;
    const Demand& demand_;
    const Offers& offers_;
    const ChainLimits& limits_;
    const bool reserve_;
    Choices choices_;                 // what the order could use, with the places freed so far
    std::vector<Place> places_;       // by domain
    std::vector<std::int64_t> left_;  // by domain: free places after the moves so far
    std::vector<Movable> movables_;
    std::vector<Way> ways_;
    std::map<NodeId, Resources> landed_;  // on each box, by the moves so far
};

}  // namespace

std::optional<std::vector<Move>> find_moves(const State& state, const Demand& demand,
                                            const Offers& offers, const ChainLimits& limits) {
    if (demand.allow_same_isp) return std::nullopt;
    if (auto moves = Chains(state, demand, offers, limits, true).find()) return moves;
    // Where families are not what is missing, not all of them need to be kept.
    return Chains(state, demand, offers, limits, false).find();
}

std::string to_text(const Move& move) {
    return move.replica.instance.str() + "/" + std::to_string(move.replica.index.number) +
           " from " + move.from.str() + " to " + move.to.str();
}

}  // namespace foyer::master
