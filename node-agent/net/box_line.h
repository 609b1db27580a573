// The box's tunnels as one user of the household's line. All of it is in the box's own network
// namespace; the household's is never touched.
//
// By which means this kernel holds caps is tried when they are set, and told in `held()`: queues
// first, then dropping. After a restart of the agent what the last one made holds until the first
// hold(), which makes it anew.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "node-agent/app/own_line.h"
#include "node-agent/net/cap_scripts.h"
#include "node-agent/net/link_counts.h"
#include "node-agent/net/netns.h"

namespace foyer::agent {

class BoxLine final : public OwnLine {
public:
    explicit BoxLine(std::string box_netns) : box_(std::move(box_netns)) {}

    Status hold(const LineCaps& caps) override;
    HeldCaps held() const override;
    Result<LineLook> look() override;

    // Tunnels were made, and nothing went through them yet: the caps are theirs too. Nothing
    // before the first hold().
    Status take_in_tunnels();
    // An edge answered.
    void heard(const NodeId& edge, RoundTrip took);

private:
    using Tunnels = std::map<std::string, std::int64_t>;  // name -> number
    Status hold_now();
    Status shape(const Tunnels& tunnels);
    Status shape_side(LineSide side, const std::optional<KbitPerSecond>& rate, bool anew);
    Status undo(const Tunnels& tunnels);
    Status tc(const std::string& lines) const;
    void show(CapMeans means, const std::string& problem);

    const Netns box_;
    std::mutex turn_;  // held while commands run
    std::optional<LineCaps> wanted_;
    // As made by us: nothing before the first time.
    struct Made {
        LineCaps caps;
        Tunnels tunnels;
        CapMeans means = CapMeans::None;
    };
    std::optional<Made> made_;

    mutable std::mutex mutex_;
    HeldCaps held_;
    std::map<NodeId, RoundTrip> answers_;
};

}  // namespace foyer::agent
