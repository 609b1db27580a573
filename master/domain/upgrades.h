// The boxes get another version of their agent, a few at a time, by rules that no order of events
// can break:
//
//   one of a group   no box begins while another box that holds a copy of one of its instances is
//                    under way, silent, paused, being emptied, or has a copy that is not in sync;
//                    of edges, which all serve the same names, no two at once, and none while
//                    another is silent
//   at most N        boxes under way at once
//   canaries first   and all the others only once every canary that could is done, was watched for
//                    the time ordered, and is still there
//   stops            by itself when a box refused, went back, or did not return in time; boxes
//   under
//                    way are carried through, no other begins until a person says so
//   absent ISPs      where at least half of an ISP family's boxes are silent, the rest of it waits
//   leads            a box that leads an electing group gives that lead away first, where another
//                    copy may lead: its lease would end while its agent restarts. Where the master
//                    leads, nothing is lost by a restart, and nothing is moved
//   a way back       both packages, the wanted and the present one, are published for the box's
//                    architecture, or it takes no part
//
// Whether a box takes part at all is its host's: he pins the publisher's key and may switch
// upgrades off. Nobody is given a lower version than he has, but on the way back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "master/domain/draft.h"
#include "master/domain/upgrade_rows.h"

namespace foyer::master {

inline constexpr std::size_t agent_releases_max = 200;  // unused ones give place to new ones
inline constexpr std::size_t upgrades_kept_max = 20;
inline constexpr std::size_t canaries_max = 20;
inline constexpr int upgrade_at_most_max = 1'000;
inline constexpr int upgrade_percent_default = 2;
inline constexpr Duration observe_default{30 * 60'000};
inline constexpr Duration observe_max{std::int64_t{7} * 24 * 3600 * 1000};

// The one that goes on, or the last; nullptr: there never was any.
const Upgrade* current_upgrade(const State& state);

// Where a box stands in an upgrade.
struct UpgradeStanding {
    bool takes_part = false;  // and has not ended
    UpgradeStep step = UpgradeStep::Waits;
    std::string reason;  // why it takes no part, waits, failed or was skipped; empty: it may begin
    std::string from;    // versions, where it takes part or did
    std::string to;
};

// An upgrade as one looks at it box after box: what is the same for all is looked up once. Borrows
// the state.
class UpgradeView {
public:
    UpgradeView(const State& state, const Upgrade& upgrade, WallTime now);

    UpgradeStanding standing_of(const Node& node) const;
    // Of boxes that go first: those that have not ended, and those that are done.
    int canaries_to_go() const { return canaries_to_go_; }
    const std::vector<NodeId>& canaries_done() const { return canaries_done_; }
    bool has_canaries() const { return has_canaries_; }
    bool has_room() const;

private:
    UpgradeStanding stand(const Node& node) const;
    UpgradeStanding stand_forward(const Node& node, const NodeAgent& agent) const;
    std::string why_waits(const Node& node) const;
    std::string why_group_waits(const Node& node, const Replica& own) const;
    std::string why_box_waits(const Node& node) const;
    std::string why_others_first(const Node& node) const;
    bool is_family_absent(const Node& node) const;

    const State& state_;
    const Upgrade& upgrade_;
    WallTime now_;
    bool has_canaries_ = false;
    int canaries_to_go_ = 0;
    std::vector<NodeId> canaries_done_;
    std::map<IspFamilyId, int> silent_;  // homes
};

// Whether the box leads an electing group in which another copy may lead, and so gives that lead
// away before its agent restarts.
bool has_lead_to_give(const State& state, const NodeId& node);

// One tick's worth: late boxes, leads that are given away, canaries that were watched, at most one
// box that begins, the end.
void advance_upgrade(Draft& draft, WallTime hearing_since);

// What a box told.
void hear_upgrade(const UpgradeReport& report, const Node& node, Draft& draft);

// What a box is to be told; nothing where it was told nothing, or has answered.
std::optional<UpgradeOrder> upgrade_order(const State& state, const NodeId& node);

}  // namespace foyer::master
