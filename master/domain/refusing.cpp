#include "master/domain/refusing.h"

namespace foyer::master {
namespace {

void tell_copies(const Node& node, Draft& draft) {
    const State& state = draft.state();
    for (const ReplicaKey& key : state.replicas_on(node.name)) {
        const Instance& instance = state.instances().at(key.instance);
        if (!is_refused(node, tenant_facts(state, instance))) continue;
        draft.event("copy_leaves", instance,
                    "copy " + std::to_string(key.index.number) + " leaves '" + node.name.str() +
                        "': its host " +
                        refusal_of(node.refuses->what, tenant_facts(state, instance)));
    }
}

}  // namespace

TenantFacts tenant_facts(const Account& owner, const Release& release) {
    return {release.kind, owner.country};
}

TenantFacts tenant_facts(const State& state, const Instance& instance) {
    // While rows are loaded, those that they name may still be missing.
    TenantFacts facts;
    if (const Account* owner = state.accounts().get(instance.owner)) facts.country = owner->country;
    if (const Release* release = state.releases().get({instance.release, instance.version}))
        facts.kind = release->kind;
    return facts;
}

bool is_refused(const Node& node, const TenantFacts& tenant) {
    return node.refuses && refuses(node.refuses->what, tenant);
}

bool is_refused(const State& state, const Replica& replica) {
    const Node* node = state.nodes().get(replica.node);
    if (node == nullptr || !node->refuses) return false;  // nearly always
    const Instance* instance = state.instances().get(replica.key.instance);
    return instance != nullptr && is_refused(*node, tenant_facts(state, *instance));
}

bool is_stopped_by_host(const State& state, const Replica& replica) {
    return is_refused(state, replica) && state.nodes().at(replica.node).refuses->now;
}

const Refusals& refusals_of(const Node& node) {
    static const Refusals none;
    return node.refuses ? node.refuses->what : none;
}

Node hear_refusals(const HostRefusals& refusals, Node node, Draft& draft) {
    const Rare<HostRefusals> heard =
        refusals.what.any() ? Rare<HostRefusals>(refusals) : Rare<HostRefusals>();
    if (heard == node.refuses) return node;
    const bool same = refusals_of(node) == refusals.what;
    node.refuses = heard;
    draft.event("node_refuses", node,
                to_text(refusals.what) + (refusals.now ? ", stopped at once" : ""));
    if (!same) tell_copies(node, draft);
    return node;
}

}  // namespace foyer::master
