// Why copies are where they are, as messages.
#include "master/rpc/show.h"

namespace foyer::master {
namespace {

api::NotChosenRule to_wire(NotChosen why) {
    switch (why) {
        case NotChosen::NotOnline: return api::NOT_CHOSEN_RULE_NOT_ONLINE;
        case NotChosen::Cordoned: return api::NOT_CHOSEN_RULE_CORDONED;
        case NotChosen::Paused: return api::NOT_CHOSEN_RULE_PAUSED;
        case NotChosen::Line: return api::NOT_CHOSEN_RULE_LINE;
        case NotChosen::Worn: return api::NOT_CHOSEN_RULE_WORN;
        case NotChosen::Edge: return api::NOT_CHOSEN_RULE_EDGE;
        case NotChosen::Country: return api::NOT_CHOSEN_RULE_COUNTRY;
        case NotChosen::RefusedByHost: return api::NOT_CHOSEN_RULE_REFUSED_BY_HOST;
        case NotChosen::Capacity: return api::NOT_CHOSEN_RULE_CAPACITY;
        case NotChosen::DiskLow: return api::NOT_CHOSEN_RULE_DISK_LOW;
        case NotChosen::SameIsp: return api::NOT_CHOSEN_RULE_SAME_ISP;
        case NotChosen::Guarded: return api::NOT_CHOSEN_RULE_GUARDED;
        case NotChosen::Outranked: return api::NOT_CHOSEN_RULE_OUTRANKED;
    }
    CHECK(false);
}

void show(const ExplainedBox& from, api::ExplainedNode& to) {
    to.set_node(from.node.str());
    to.set_site(from.site.str());
    to.set_isp_family(from.family.str());
    to.set_country(from.country.str());
    to.set_may_lead(from.may_lead);
    to.set_score(from.score);
    to.set_family_use(from.family_use);
}

}  // namespace

void show(const Explanation& from, bool all, api::PlacementExplanation& to) {
    for (const ExplainedBox& box : from.chosen) show(box, *to.add_chosen());
    for (const auto& [why, count] : from.not_chosen) {
        api::NotChosenCount& shown = *to.add_not_chosen();
        shown.set_rule(to_wire(why));
        shown.set_nodes(count);
    }
    to.set_orders_left(from.orders_left);
    if (!all) return;
    for (const ExplainedBox& box : from.runners_up) show(box, *to.add_runners_up());
    for (const NotChosenBox& box : from.listed) {
        api::NotChosenNode& shown = *to.add_listed();
        shown.set_node(box.node.str());
        shown.set_rule(to_wire(box.why));
    }
}

}  // namespace foyer::master
