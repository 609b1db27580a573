#include "master/domain/rows.h"

#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::master;

TEST_CASE("every state has one text, and the text finds it back") {
    for (const auto role : {AccountRole::Operator, AccountRole::Host, AccountRole::Customer,
                            AccountRole::Publisher}) {
        CHECK(account_role_from(to_text(role)) == role);
    }
    for (const auto state : {NodeState::Expected, NodeState::Online, NodeState::Silent}) {
        CHECK(node_state_from(to_text(state)) == state);
    }
    for (const auto state :
         {OperationState::Running, OperationState::Succeeded, OperationState::Failed}) {
        CHECK(operation_state_from(to_text(state)) == state);
    }
    CHECK_FALSE(node_state_from("asleep"));
    CHECK_FALSE(operation_kind_from(""));
}
