#include "master/domain/rows.h"

#include <array>

#include "common/base/check.h"
#include "common/base/enum_text.h"

namespace foyer::master {
std::string_view to_text(AccountRole role) {
    switch (role) {
        case AccountRole::Operator: return "operator";
        case AccountRole::Host: return "host";
        case AccountRole::Customer: return "customer";
        case AccountRole::Publisher: return "publisher";
        case AccountRole::Auditor: return "auditor";
    }
    CHECK(false);
}

std::string_view to_text(NodeState state) {
    switch (state) {
        case NodeState::Expected: return "expected";
        case NodeState::Online: return "online";
        case NodeState::Silent: return "silent";
        case NodeState::Lost: return "lost";
    }
    CHECK(false);
}

bool can_move(NodeState from, NodeState to) {
    switch (from) {
        case NodeState::Expected: return to == NodeState::Online;
        case NodeState::Online: return to == NodeState::Silent;
        case NodeState::Silent: return to == NodeState::Online || to == NodeState::Lost;
        case NodeState::Lost: return to == NodeState::Online;
    }
    CHECK(false);
}

std::string_view to_text(NodeWish wish) {
    switch (wish) {
        case NodeWish::Open: return "open";
        case NodeWish::Cordoned: return "cordoned";
        case NodeWish::Draining: return "draining";
    }
    CHECK(false);
}

bool can_move(NodeWish from, NodeWish to) {
    switch (from) {
        case NodeWish::Open: return to == NodeWish::Cordoned || to == NodeWish::Draining;
        case NodeWish::Cordoned: return to == NodeWish::Open || to == NodeWish::Draining;
        case NodeWish::Draining: return to == NodeWish::Open;
    }
    CHECK(false);
}

bool is_given_up(const Node& node) {
    return node.wish == NodeWish::Draining || node.host_order.wish == HostWish::Draining ||
           node.host_order.wish == HostWish::Leaving || node.pause_lasts;
}

bool is_emptied(const Node& node) {
    return is_given_up(node) || node.care.health == BoxHealth::Failing;
}

std::string_view to_text(TermsStance stance) {
    switch (stance) {
        case TermsStance::Allowed: return "allowed";
        case TermsStance::Silent: return "silent";
        case TermsStance::Forbidden: return "forbidden";
    }
    CHECK(false);
}

std::string_view to_text(Membership membership) {
    switch (membership) {
        case Membership::Learner: return "learner";
        case Membership::Member: return "member";
        case Membership::Leaving: return "leaving";
    }
    CHECK(false);
}

std::string_view to_text(ClockStanding standing) {
    switch (standing) {
        case ClockStanding::Right: return "right";
        case ClockStanding::Doubted: return "doubted";
        case ClockStanding::Held: return "held";
        case ClockStanding::Barred: return "barred";
    }
    CHECK(false);
}

std::string_view to_text(ClockFault fault) {
    switch (fault) {
        case ClockFault::None: return "none";
        case ClockFault::Time: return "time";
        case ClockFault::Rate: return "rate";
    }
    CHECK(false);
}

bool can_move(Membership from, Membership to) {
    switch (from) {
        case Membership::Learner: return to == Membership::Member;
        case Membership::Member: return to == Membership::Leaving;
        case Membership::Leaving: return to == Membership::Member;
    }
    CHECK(false);
}

std::string_view to_text(OperationKind kind) {
    switch (kind) {
        case OperationKind::Order: return "order";
        case OperationKind::Stop: return "stop";
        case OperationKind::Start: return "start";
        case OperationKind::Delete: return "delete";
        case OperationKind::Promote: return "promote";
        case OperationKind::Drain: return "drain";
        case OperationKind::Rebalance: return "rebalance";
    }
    CHECK(false);
}

std::string_view to_text(OperationState state) {
    switch (state) {
        case OperationState::Running: return "running";
        case OperationState::Succeeded: return "succeeded";
        case OperationState::Failed: return "failed";
    }
    CHECK(false);
}

std::string_view to_text(EventAbout about) {
    switch (about) {
        case EventAbout::Cloud: return "cloud";
        case EventAbout::Account: return "account";
        case EventAbout::Node: return "node";
        case EventAbout::Site: return "site";
        case EventAbout::Release: return "release";
        case EventAbout::PriceList: return "price_list";
        case EventAbout::Instance: return "instance";
        case EventAbout::Operation: return "operation";
    }
    CHECK(false);
}

std::string_view to_text(ReplyKind kind) {
    switch (kind) {
        case ReplyKind::Plain: return "plain";
        case ReplyKind::HoldsSecret: return "secret";
        case ReplyKind::Wiped: return "wiped";
    }
    CHECK(false);
}

std::optional<EventAbout> event_about_from(std::string_view text) {
    return enum_from_text(all_event_abouts, text);
}

std::optional<AccountRole> account_role_from(std::string_view text) {
    return enum_from_text(all_roles, text);
}

std::optional<NodeState> node_state_from(std::string_view text) {
    using enum NodeState;
    return enum_from_text(std::array{Expected, Online, Silent, Lost}, text);
}

std::optional<TermsStance> terms_stance_from(std::string_view text) {
    return enum_from_text(all_terms_stances, text);
}

std::optional<NodeWish> node_wish_from(std::string_view text) {
    using enum NodeWish;
    return enum_from_text(std::array{Open, Cordoned, Draining}, text);
}

std::optional<Membership> membership_from(std::string_view text) {
    using enum Membership;
    return enum_from_text(std::array{Learner, Member, Leaving}, text);
}

std::optional<ClockStanding> clock_standing_from(std::string_view text) {
    return enum_from_text(all_clock_standings, text);
}

std::optional<ClockFault> clock_fault_from(std::string_view text) {
    return enum_from_text(all_clock_faults, text);
}

std::optional<OperationKind> operation_kind_from(std::string_view text) {
    using enum OperationKind;
    return enum_from_text(std::array{Order, Stop, Start, Delete, Promote, Drain, Rebalance}, text);
}

std::optional<OperationState> operation_state_from(std::string_view text) {
    using enum OperationState;
    return enum_from_text(std::array{Running, Succeeded, Failed}, text);
}

std::optional<ReplyKind> reply_kind_from(std::string_view text) {
    using enum ReplyKind;
    return enum_from_text(std::array{Plain, HoldsSecret, Wiped}, text);
}

}  // namespace foyer::master
