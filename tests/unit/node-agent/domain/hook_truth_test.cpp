#include "node-agent/domain/hook_truth.h"

#include "tests/support/assignments.h"
#include "tests/support/catch.h"

using namespace foyer;
using namespace foyer::agent;
using test::fence;

namespace {

Position of_epoch(std::uint64_t epoch) { return {Epoch(epoch), 4'096}; }

CopyOrder order_of(ReplicaRole role, std::uint64_t epoch) {
    CopyOrder order;
    order.role = role;
    order.serial = 5;
    order.fence = fence(epoch);
    return order;
}

}  // namespace

TEST_CASE("a promotion is denied by a log that does not name its epoch") {
    CopyOrder order = order_of(ReplicaRole::Primary, 2);
    LocalState local;
    local.promoted = fence(2);
    local.applied_serial = 5;
    CopyMemory memory;
    CHECK(denies_promotion(order, local, memory, of_epoch(1)));
    CHECK_FALSE(denies_promotion(order, local, memory, of_epoch(2)));
    CHECK(confirms_promotion(order, of_epoch(2)));
    CHECK_FALSE(confirms_promotion(order, of_epoch(1)));
    SECTION("of another generation") {
        Position other = of_epoch(2);
        other.generation = Generation(2);
        CHECK(denies_promotion(order, local, memory, other));
    }
    SECTION("not while it is still to be carried out") {
        local.promoted = fence(1);
        CHECK_FALSE(denies_promotion(order, local, memory, of_epoch(1)));
    }
    SECTION("nor before what was ordered since is taken up") {
        order.serial = 6;
        CHECK_FALSE(denies_promotion(order, local, memory, of_epoch(1)));
    }
    SECTION("nor once the log has named it") {
        memory.promotion_seen = fence(2);
        CHECK_FALSE(denies_promotion(order, local, memory, of_epoch(1)));
    }
    SECTION("nor by a copy that follows") {
        CHECK_FALSE(
            denies_promotion(order_of(ReplicaRole::Standby, 2), local, memory, of_epoch(1)));
    }
}

TEST_CASE("a position is of the future if its epoch has not begun, for all that the member knows") {
    const CopyOrder order = order_of(ReplicaRole::Standby, 3);
    CHECK_FALSE(is_of_the_future(order, of_epoch(2)));
    CHECK_FALSE(is_of_the_future(order, of_epoch(3)));
    CHECK(is_of_the_future(order, of_epoch(4)));
    Position newer = of_epoch(1);
    newer.generation = Generation(2);
    CHECK(is_of_the_future(order, newer));
    CHECK_FALSE(is_of_the_future(CopyOrder{}, of_epoch(4)));  // it knows nothing
}
