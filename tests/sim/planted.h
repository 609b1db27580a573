// The planted bugs (tests/sim/mutations says what each is and how it is planted). All of them sit
// in the simulator's doors: what the real decision code is told, and what becomes of what it says.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace foyer::sim {

enum class Bug {
    None,
    ReplyBeforeCommit,
    ForgetFence,
    ReorderDeltas,
    WrongBase,
    DoubleCount,
    TooFewPositions,
    ForgetRequests,
    NoFsync,
    SkipFencing,
    ClosedGateOpen,
    StaleReports,
    IsolatedEvicts,
    SameIsp,
    LoseErased,
    EdgeGoesBack,
};

struct NamedBug {
    Bug bug;
    std::string_view name;
};

inline constexpr std::array named_bugs{
    NamedBug{Bug::ReplyBeforeCommit, "reply-before-commit"},
    NamedBug{Bug::ForgetFence, "forget-fence"},
    NamedBug{Bug::ReorderDeltas, "reorder-deltas"},
    NamedBug{Bug::WrongBase, "wrong-base"},
    NamedBug{Bug::DoubleCount, "double-count"},
    NamedBug{Bug::TooFewPositions, "too-few-positions"},
    NamedBug{Bug::ForgetRequests, "forget-requests"},
    NamedBug{Bug::NoFsync, "no-fsync"},
    NamedBug{Bug::SkipFencing, "skip-fencing"},
    NamedBug{Bug::ClosedGateOpen, "closed-gate-open"},
    NamedBug{Bug::StaleReports, "stale-reports"},
    NamedBug{Bug::IsolatedEvicts, "isolated-evicts"},
    NamedBug{Bug::SameIsp, "same-isp"},
    NamedBug{Bug::LoseErased, "lose-erased"},
    NamedBug{Bug::EdgeGoesBack, "edge-goes-back"},
};

inline std::optional<Bug> bug_from(std::string_view name) {
    for (const NamedBug& known : named_bugs)
        if (known.name == name) return known.bug;
    return std::nullopt;
}

}  // namespace foyer::sim
