#include "common/leadership/state.h"

#include "tests/support/catch.h"

using namespace foyer::leadership;

TEST_CASE("nobody stops leading without being fenced, and nobody leads unelected") {
    for (const Role role : {Role::Follower, Role::PreCandidate, Role::Candidate, Role::Leader,
                            Role::Resuming, Role::Fencing}) {
        CHECK_FALSE(can_move(role, role));
        CHECK(can_move(role, Role::Leader) == (role == Role::Candidate || role == Role::Resuming));
        CHECK(can_move(role, Role::Fencing) == (role == Role::Leader || role == Role::Resuming));
        CHECK_FALSE(to_text(role).empty());
    }
}

TEST_CASE("a leader opens only from closed") {
    for (const Stage stage : {Stage::Writing, Stage::Promoting, Stage::Closed, Stage::Open}) {
        CHECK(can_move(stage, Stage::Open) == (stage == Stage::Closed));
        CHECK_FALSE(to_text(stage).empty());
    }
}
