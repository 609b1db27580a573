// Takeovers, as the boxes told of them: each row is one leadership, filled part by part by the box
// whose copy led and by the edges. What a box says counts only for its own copy, and only if it is
// possible; the newest takeovers_max of an instance are kept.
#pragma once

#include <vector>

#include "master/domain/draft.h"

namespace foyer::master {

inline constexpr std::size_t takeovers_max = 100;  // of an instance

void hear_takeovers(const Node& from, const ReportNode& command, Draft& draft);
// With its instance.
void forget_takeovers(const InstanceName& instance, Draft& draft);

// One takeover as it is shown. `routed` and `answered` count from the same moment as the leader's
// spans: an edge heard of the leader when it announced itself, give or take a message's way.
struct TakeoverView {
    const Takeover* row = nullptr;     // its `begin` is there
    const Takeover* former = nullptr;  // none: its box has told nothing, or nobody led
    NodeId former_node;
    std::optional<Duration> routed;
    std::optional<Duration> answered;
};

// Newest first. Pointers into the state.
std::vector<TakeoverView> timeline(const State& state, const InstanceName& instance);

}  // namespace foyer::master
