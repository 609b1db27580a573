#include "master/domain/box_trust.h"

#include "master/domain/node_life.h"

namespace foyer::master {
namespace {

void tell(const Node& node, Draft& draft) {
    switch (node.care.health) {
        case BoxHealth::Well:
            return draft.event("node_well", node, "it says that it is well again");
        case BoxHealth::Worn: return draft.event("node_worn", node, node.care.reason);
        case BoxHealth::Failing:
            draft.event("node_failing", node, node.care.reason);
            return tell_leaving(node, "which is about to fail", draft);
    }
    CHECK(false);
}

}  // namespace

Node hear_care(const BoxCare& care, Node node, Draft& draft) {
    if (care == node.care) return node;
    const BoxHealth before = node.care.health;
    node.care = care;
    if (node.care.health != before) tell(node, draft);  // else the same, in other words
    return node;
}

}  // namespace foyer::master
