#include "node-agent/domain/hook_truth.h"

namespace foyer::agent {

Fence named_by(const Position& position) { return {position.generation, position.epoch}; }

bool denies_promotion(const CopyOrder& order, const LocalState& local, const CopyMemory& memory,
                      const Position& position) {
    const bool carried_out = order.role == ReplicaRole::Primary && local.promoted == order.fence &&
                             local.applied_serial == order.serial;
    return carried_out && memory.promotion_seen != order.fence && named_by(position) != order.fence;
}

bool confirms_promotion(const CopyOrder& order, const Position& position) {
    return order.role == ReplicaRole::Primary && named_by(position) == order.fence;
}

bool is_of_the_future(const CopyOrder& order, const Position& position) {
    const bool knows = order.fence.generation != Generation();
    return knows && named_by(position) > order.fence;
}

}  // namespace foyer::agent
