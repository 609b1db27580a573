// Every kind of event there is, and what is told of it by e-mail: to whom, under which topic, how
// bad it is. The only place where that is decided; an event of a kind that is not here does not
// compile.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "common/base/joined.h"

namespace foyer::master {

// What an account may want to hear of, and what it may leave out.
enum class Topic {
    Takeover,     // another copy leads
    Health,       // copies that fail, or are too few
    Repair,       // copies that are made anew
    Box,          // a box that is silent, lost, back
    Certificate,  // one that is about to end
    Quota,        // nearly used up, or an order refused for it
    Drain,        // a box that is emptied
    Maintenance,  // moves that somebody planned
    Order,        // what was ordered of an instance is done, or failed
    Account,      // a webhook or contact that was switched off; who may log in, and how
};
inline constexpr std::array all_topics{
    Topic::Takeover, Topic::Health, Topic::Repair,      Topic::Box,   Topic::Certificate,
    Topic::Quota,    Topic::Drain,  Topic::Maintenance, Topic::Order, Topic::Account};

// How bad. Good: what was bad about the same thing before is over.
enum class Weight { Good, Info, Warning, Urgent };

struct Told {
    Topic topic = Topic::Order;
    Weight weight = Weight::Info;
    bool owner = false;      // whose the thing is: a customer's instance, a host's box
    bool operators = false;  // everybody who runs the cloud
    friend bool operator==(const Told&, const Told&) = default;
};

struct EventRule {
    std::string_view kind;
    std::optional<Told> told;  // nothing: nobody is written to
};

namespace told {

constexpr std::optional<Told> nobody = std::nullopt;
constexpr std::optional<Told> owner(Topic topic, Weight weight) {
    return Told{topic, weight, true, false};
}
constexpr std::optional<Told> operators(Topic topic, Weight weight) {
    return Told{topic, weight, false, true};
}
constexpr std::optional<Told> both(Topic topic, Weight weight) {
    return Told{topic, weight, true, true};
}

}  // namespace told

// Of instances and their copies.
inline constexpr auto instance_rules = std::to_array<EventRule>({
    {"copies_enough", told::both(Topic::Health, Weight::Good)},
    {"copies_short", told::both(Topic::Health, Weight::Urgent)},
    {"copy_added", told::owner(Topic::Repair, Weight::Good)},
    {"copy_failed", told::both(Topic::Health, Weight::Warning)},
    {"copy_given_up", told::operators(Topic::Repair, Weight::Warning)},
    {"copy_leaves", told::owner(Topic::Drain, Weight::Info)},
    {"copy_moves", told::owner(Topic::Maintenance, Weight::Info)},
    {"copy_ordered", told::owner(Topic::Repair, Weight::Info)},
    {"copy_removed", told::nobody},  // copy_added told it
    {"data_loss_accepted", told::both(Topic::Health, Weight::Urgent)},
    {"delete_ordered", told::nobody},
    {"delete_succeeded", told::nobody},  // "deleted" tells it
    {"deleted", told::owner(Topic::Order, Weight::Info)},
    {"domain_deleted", told::nobody},
    {"domain_failing", told::owner(Topic::Certificate, Weight::Warning)},
    {"domain_forgotten", told::owner(Topic::Certificate, Weight::Warning)},
    {"domain_lapsed", told::owner(Topic::Certificate, Weight::Warning)},
    {"domain_proven", told::nobody},  // domain_serving tells when it is of use
    {"domain_serving", told::owner(Topic::Certificate, Weight::Good)},
    {"false_voter", told::operators(Topic::Health, Weight::Urgent)},
    {"first_leader", told::nobody},  // part of an order
    {"group_begun", told::nobody},
    {"lead_moves", told::owner(Topic::Maintenance, Weight::Info)},
    {"leader_chosen", told::owner(Topic::Takeover, Weight::Warning)},
    {"leader_elected", told::owner(Topic::Takeover, Weight::Warning)},
    {"order_failed", told::owner(Topic::Order, Weight::Warning)},
    {"order_succeeded", told::owner(Topic::Order, Weight::Good)},
    {"ordered", told::nobody},
    {"password_shown", told::nobody},
    {"patience_lowered", told::owner(Topic::Takeover, Weight::Info)},
    {"patience_raised", told::owner(Topic::Takeover, Weight::Info)},
    {"program_run", told::nobody},
    {"promote_succeeded", told::owner(Topic::Maintenance, Weight::Good)},
    {"promotion_failed", told::owner(Topic::Maintenance, Weight::Warning)},
    {"promotion_proposed", told::nobody},
    {"promotion_started", told::nobody},
    {"repair_waits", told::both(Topic::Repair, Weight::Warning)},
    {"serving", told::owner(Topic::Takeover, Weight::Good)},
    {"start_ordered", told::nobody},
    {"start_succeeded", told::owner(Topic::Order, Weight::Good)},
    {"stop_ordered", told::nobody},
    {"stop_succeeded", told::owner(Topic::Order, Weight::Info)},
});
// Of boxes, and of the cloud they make.
inline constexpr auto home_rules = std::to_array<EventRule>({
    {"application_approved", told::nobody},
    {"application_lapsed", told::nobody},
    {"application_received", told::operators(Topic::Box, Weight::Info)},
    {"application_rejected", told::nobody},
    {"application_withdrawn", told::nobody},
    {"clocks_differ", told::operators(Topic::Box, Weight::Urgent)},
    {"eviction_held", told::operators(Topic::Box, Weight::Urgent)},
    {"master_certificate_ends", told::operators(Topic::Certificate, Weight::Urgent)},
    {"node_back", told::nobody},  // node_found tells it, where node_missing was told
    {"node_certificate_ends", told::both(Topic::Certificate, Weight::Warning)},
    {"node_clock_right", told::both(Topic::Box, Weight::Good)},
    {"node_clock_wrong", told::both(Topic::Box, Weight::Warning)},
    {"node_cordoned", told::owner(Topic::Drain, Weight::Info)},
    {"node_deleted", told::owner(Topic::Box, Weight::Info)},
    {"node_drain_cancelled", told::both(Topic::Drain, Weight::Info)},
    {"node_drain_late", told::both(Topic::Drain, Weight::Warning)},
    {"node_drained", told::both(Topic::Drain, Weight::Good)},
    {"node_draining", told::both(Topic::Drain, Weight::Info)},
    {"node_enrolled", told::nobody},
    {"node_expected", told::nobody},
    {"node_failing", told::both(Topic::Box, Weight::Urgent)},
    {"node_found", told::both(Topic::Box, Weight::Good)},
    {"node_host_drains", told::both(Topic::Drain, Weight::Info)},
    {"node_host_leaves", told::both(Topic::Drain, Weight::Info)},
    {"node_left", told::both(Topic::Box, Weight::Info)},
    {"node_line_accepted", told::both(Topic::Box, Weight::Good)},
    {"node_line_declared", told::both(Topic::Box, Weight::Good)},
    {"node_line_differs", told::both(Topic::Box, Weight::Warning)},
    {"node_lost", told::both(Topic::Box, Weight::Urgent)},
    {"node_missing", told::both(Topic::Box, Weight::Warning)},
    {"node_online", told::nobody},
    {"node_overcommitted", told::both(Topic::Box, Weight::Warning)},
    {"node_pause_lasts", told::both(Topic::Box, Weight::Warning)},
    {"node_paused", told::both(Topic::Box, Weight::Info)},
    {"node_refuses", told::nobody},  // its host said it himself; copy_leaves tells whose copies go
    {"node_resumed", told::both(Topic::Box, Weight::Good)},
    {"node_returned", told::both(Topic::Box, Weight::Good)},
    {"node_silent", told::nobody},  // a minute's suspicion; node_missing tells it when it lasts
    {"node_uncordoned", told::owner(Topic::Drain, Weight::Info)},
    {"node_well", told::both(Topic::Box, Weight::Good)},
    {"node_worn", told::both(Topic::Box, Weight::Warning)},
    {"rebalance_ended", told::operators(Topic::Maintenance, Weight::Good)},
    {"rebalance_started", told::operators(Topic::Maintenance, Weight::Info)},
    {"site_deleted", told::nobody},
});
// Of accounts and what they have.
inline constexpr auto other_rules = std::to_array<EventRule>({
    {"account_changed", told::nobody},
    {"account_created", told::nobody},
    {"account_deleted", told::nobody},
    {"contact_added", told::nobody},
    {"contact_confirmed", told::nobody},
    {"contact_off", told::owner(Topic::Account, Weight::Warning)},
    {"contact_removed", told::nobody},
    {"identity_linked", told::owner(Topic::Account, Weight::Warning)},
    {"member_added", told::owner(Topic::Account, Weight::Warning)},
    {"member_changed", told::nobody},
    {"member_deleted", told::nobody},
    {"member_invited", told::owner(Topic::Account, Weight::Warning)},
    {"member_joined", told::nobody},
    {"password_changed", told::owner(Topic::Account, Weight::Warning)},
    {"price_list_deleted", told::nobody},
    {"price_list_published", told::nobody},
    {"quota_near", told::owner(Topic::Quota, Weight::Warning)},
    {"quota_reached", told::owner(Topic::Quota, Weight::Warning)},
    {"release_published", told::nobody},
    {"release_withdrawn", told::nobody},
    {"token_created", told::nobody},
    {"token_revoked", told::nobody},
    {"totp_off", told::owner(Topic::Account, Weight::Warning)},
    {"totp_on", told::nobody},
    {"webhook_off", told::owner(Topic::Account, Weight::Warning)},
});
// Of upgrades of the boxes' agents.
inline constexpr auto upgrade_rules = std::to_array<EventRule>({
    {"agent_release_published", told::nobody},
    {"node_upgrade_begins", told::nobody},
    {"node_upgrade_failed",
     told::owner(Topic::Box, Weight::Warning)},  // upgrade_stopped: operators
    {"node_upgrade_skipped", told::operators(Topic::Maintenance, Weight::Warning)},
    {"node_upgraded", told::nobody},
    {"upgrade_finished", told::operators(Topic::Maintenance, Weight::Good)},
    {"upgrade_paused", told::nobody},
    {"upgrade_resumed", told::nobody},
    {"upgrade_started", told::operators(Topic::Maintenance, Weight::Info)},
    {"upgrade_stopped", told::operators(Topic::Maintenance, Weight::Urgent)},
    {"upgrade_turned_back", told::operators(Topic::Maintenance, Weight::Warning)},
});
inline constexpr auto event_rules = joined(upgrade_rules, instance_rules, home_rules, other_rules);

// nullptr: there is none of this kind, or it is of another version of this program.
constexpr const EventRule* find_event_rule(std::string_view kind) {
    const auto found = std::ranges::find(event_rules, kind, &EventRule::kind);
    return found != event_rules.end() ? found : nullptr;
}

// A kind that is in the table.
class EventKind {
public:
    template <class Text>
    consteval EventKind(const Text& kind) : kind_(kind) {  // NOLINT: reads like the text
        if (find_event_rule(kind_) == nullptr) throw "not in event_rules (event_kinds.h)";
    }
    constexpr std::string_view str() const { return kind_; }

private:
    std::string_view kind_;
};

std::string_view to_text(Topic topic);
std::string_view to_text(Weight weight);
std::optional<Topic> topic_from(std::string_view text);

}  // namespace foyer::master
