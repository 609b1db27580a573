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
    }
    CHECK(false);
}

std::string_view to_text(NodeState state) {
    switch (state) {
        case NodeState::Expected: return "expected";
        case NodeState::Online: return "online";
        case NodeState::Silent: return "silent";
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

std::string_view to_text(ReplyKind kind) {
    switch (kind) {
        case ReplyKind::Plain: return "plain";
        case ReplyKind::HoldsSecret: return "secret";
        case ReplyKind::Wiped: return "wiped";
    }
    CHECK(false);
}

std::optional<AccountRole> account_role_from(std::string_view text) {
    using enum AccountRole;
    return enum_from_text(std::array{Operator, Host, Customer, Publisher}, text);
}

std::optional<NodeState> node_state_from(std::string_view text) {
    using enum NodeState;
    return enum_from_text(std::array{Expected, Online, Silent}, text);
}

std::optional<OperationKind> operation_kind_from(std::string_view text) {
    using enum OperationKind;
    return enum_from_text(std::array{Order, Stop, Start, Delete, Promote}, text);
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
