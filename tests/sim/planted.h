// The planted bugs (tests/sim/mutations says what each is, and what catches it). All of them sit in
// the simulator's doors: what the real decision code is told, and what becomes of what it says.
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace foyer::sim {

enum class Bug {
    None,
    ReplyBeforeCommit,
    ForgetRequests,
    ForgetLed,
    NoFsync,
    ForgetRemovals,
    WrongBase,
    ReorderDeltas,
    StaleReports,
    LoseErased,
    TooFewPositions,
    LonelyAcknowledgement,
    SkipFencing,
    IsolatedEvicts,
    DoubleCount,
    SameIsp,
    EdgeGoesBack,
    LeavingCounts,
    EraseKeeps,
};

struct NamedBug {
    Bug bug;
    std::string_view name;
};

inline constexpr std::array named_bugs{
    NamedBug{Bug::ReplyBeforeCommit, "reply-before-commit"},
    NamedBug{Bug::ForgetRequests, "forget-requests"},
    NamedBug{Bug::ForgetLed, "forget-led"},
    NamedBug{Bug::NoFsync, "no-fsync"},
    NamedBug{Bug::ForgetRemovals, "forget-removals"},
    NamedBug{Bug::WrongBase, "wrong-base"},
    NamedBug{Bug::ReorderDeltas, "reorder-deltas"},
    NamedBug{Bug::StaleReports, "stale-reports"},
    NamedBug{Bug::LoseErased, "lose-erased"},
    NamedBug{Bug::TooFewPositions, "too-few-positions"},
    NamedBug{Bug::LonelyAcknowledgement, "lonely-acknowledgement"},
    NamedBug{Bug::SkipFencing, "skip-fencing"},
    NamedBug{Bug::IsolatedEvicts, "isolated-evicts"},
    NamedBug{Bug::DoubleCount, "double-count"},
    NamedBug{Bug::SameIsp, "same-isp"},
    NamedBug{Bug::EdgeGoesBack, "edge-goes-back"},
    NamedBug{Bug::LeavingCounts, "leaving-counts"},
    NamedBug{Bug::EraseKeeps, "erase-keeps"},
};

inline std::optional<Bug> bug_from(std::string_view name) {
    for (const NamedBug& known : named_bugs)
        if (known.name == name) return known.bug;
    return std::nullopt;
}

}  // namespace foyer::sim
