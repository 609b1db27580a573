#include "node-agent/domain/route_proof.h"

#include <algorithm>

namespace foyer::agent {
namespace {

namespace lead = leadership;

const lead::Record* newest_record(const RouteWatch& watch) {
    const lead::Record* newest = nullptr;
    for (const auto& [index, answer] : watch.answers) {
        const auto& record = answer.said.record;
        if (!record || !record->leader || !lead::check_valid(*record).ok()) continue;
        if (newest == nullptr || record->ballot > newest->ballot) newest = &*record;
    }
    return newest;
}

bool agrees(const lead::Record& record, ReplicaIndex index, const RouteWatch::Answer& answer) {
    const lead::MemberEntry* entry = lead::find_entry(record, index);
    return entry != nullptr && entry->key.str() == answer.node_key &&
           answer.said.fence == lead::fence_of(record.ballot) &&
           answer.said.holder == record.leader;
}

std::optional<RouteProof> proof_of(const RouteWatch& watch) {
    const lead::Record* record = newest_record(watch);
    if (record == nullptr) return std::nullopt;
    lead::IndexSet agreeing;
    for (const auto& [index, answer] : watch.answers)
        if (agrees(*record, index, answer)) agreeing.insert(index);
    if (!lead::is_quorum(*record, agreeing)) return std::nullopt;
    return RouteProof{lead::fence_of(record->ballot), *record->leader, watch.asked_at};
}

// A leader that takes over from one this edge knew.
void note_heard(RouteWatch& watch, Fence fence, MonoTime now) {
    if (!watch.proof || fence <= watch.proof->fence || fence <= watch.heard_fence) return;
    watch.heard_fence = fence;
    watch.heard_at = now;
}

}  // namespace

bool is_time_to_ask(const RouteWatch& watch, MonoTime now) { return now >= watch.next_ask; }

RouteWatch asked(RouteWatch watch, std::uint64_t nonce, const RouteRules& rules, MonoTime now) {
    watch.nonce = nonce;
    watch.asked_at = now;
    watch.next_ask = now + rules.ask_eagerly;
    watch.answers.clear();
    return watch;
}

RouteWatch hurried(RouteWatch watch, Fence fence, const RouteRules& rules, MonoTime now) {
    note_heard(watch, fence, now);
    watch.next_ask = std::min(watch.next_ask, std::max(now, watch.asked_at + rules.news_pause));
    return watch;
}

RouteWatch heard(RouteWatch watch, ReplicaIndex from, RouteWatch::Answer answer,
                 const RouteRules& rules, MonoTime now) {
    if (watch.nonce == 0 || answer.said.nonce != watch.nonce) return watch;
    watch.answers[from] = std::move(answer);
    const auto proof = proof_of(watch);
    if (!proof || (watch.proof && proof->fence < watch.proof->fence)) return watch;
    note_heard(watch, proof->fence, now);
    watch.proof = proof;
    watch.next_ask = std::max(now, watch.asked_at + rules.ask_again);
    return watch;
}

EdgeRoute proven_route(EdgeRoute route, const RouteWatch& watch, const RouteRules& rules,
                       MonoTime now) {
    if (route.voters.empty()) return route;
    route.backend.clear();
    route.fence = watch.proof ? watch.proof->fence : Fence{};
    if (!watch.proof || now - watch.proof->asked_at >= rules.proof_lasts) return route;
    const auto leader = std::ranges::find(route.voters, watch.proof->leader, &RouteVoter::index);
    if (watch.proof->fence == watch.heard_fence) route.heard_at = watch.heard_at;
    if (leader != route.voters.end())
        route.backend = "[" + leader->address + "]:" + std::to_string(route.web_port);
    return route;
}

}  // namespace foyer::agent
