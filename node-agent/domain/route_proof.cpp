#include "node-agent/domain/route_proof.h"

#include <algorithm>

namespace foyer::agent {
namespace {

namespace lead = leadership;

bool are_members(const RouteMembers& members, const lead::Record& record) {
    return std::visit(lead::Overloaded{[](const MembersUnknown&) { return false; },
                                       [](const MembersUnsigned&) { return true; },
                                       [&](const lead::Link& known) {
                                           return record.config_hash == known.config_hash &&
                                                  record.members == known.members &&
                                                  record.old_members == known.old_members;
                                       }},
                      members);
}

bool agrees(const lead::Record& record, ReplicaIndex index, const RouteWatch::Answer& answer) {
    const lead::MemberEntry* entry = lead::find_entry(record, index);
    return entry != nullptr && entry->key.str() == answer.node_key &&
           answer.said.fence == lead::fence_of(record.ballot) &&
           answer.said.holder == record.leader;
}

bool is_agreed(const RouteWatch& watch, const lead::Record& record) {
    if (!record.leader || !lead::check_valid(record).ok()) return false;
    if (!are_members(watch.members, record)) return false;
    lead::IndexSet agreeing;
    for (const auto& [index, answer] : watch.answers)
        if (agrees(record, index, answer)) agreeing.insert(index);
    return lead::is_quorum(record, agreeing);
}

// Of all records told, so that one liar with a high number stands in nobody's way.
std::optional<RouteProof> proof_of(const RouteWatch& watch) {
    std::optional<RouteProof> newest;
    for (const auto& [index, answer] : watch.answers) {
        const auto& record = answer.said.record;
        if (!record || !is_agreed(watch, *record)) continue;
        const Fence fence = lead::fence_of(record->ballot);
        if (!newest || fence > newest->fence)
            newest = RouteProof{fence, *record->leader, watch.asked_at};
    }
    return newest;
}

// True: more is known now than before.
bool take_links(RouteWatch& watch, const std::vector<lead::Link>& chain, const RouteCourt& court) {
    auto* known = std::get_if<lead::Link>(&watch.members);
    if (known == nullptr) return false;
    lead::Link newest = lead::newest_verified(court.instance, *known, chain, court.verifier);
    if (newest.config_hash == known->config_hash) return false;
    *known = std::move(newest);
    return true;
}

void ask_within(RouteWatch& watch, Duration pause, MonoTime now) {
    watch.next_ask = std::min(watch.next_ask, std::max(now, watch.asked_at + pause));
}

// A leader that takes over from one this edge knew.
void note_heard(RouteWatch& watch, Fence fence, MonoTime now) {
    if (!watch.proof || fence <= watch.proof->fence || fence <= watch.heard_fence) return;
    watch.heard_fence = fence;
    watch.heard_at = now;
}

}  // namespace

RouteWatch begun(RouteWatch watch, const lead::Record& first, const lead::Verifier& verifier) {
    const lead::Link link = lead::link_of(first);
    const auto* known = std::get_if<lead::Link>(&watch.members);
    if (known != nullptr && known->ballot.generation >= first.ballot.generation) return watch;
    const bool is_first = first.ballot.epoch == Epoch() && first.ballot.seq == 0;
    if (!is_first || !lead::check_valid(first).ok()) return watch;
    if (first.config_hash == lead::Hash{})
        watch.members = MembersUnsigned{};
    else if (first.config_hash == lead::hash_after({}, link, verifier.hash))
        watch.members = link;
    return watch;
}

lead::Hash chain_tip(const RouteWatch& watch) {
    const auto* known = std::get_if<lead::Link>(&watch.members);
    return known == nullptr ? lead::Hash{} : known->config_hash;
}

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
    ask_within(watch, rules.news_pause, now);
    return watch;
}

RouteWatch announced(RouteWatch watch, const lead::Announce& news, const RouteCourt& court,
                     MonoTime now) {
    const Fence fence = lead::fence_of(news.record.ballot);
    const auto* known = std::get_if<lead::Link>(&watch.members);
    if (known == nullptr) return hurried(std::move(watch), fence, court.rules, now);
    const bool verified =
        news.certificate.fence == fence &&
        lead::verify_chain(court.instance, *known, news.chain, news.certificate, court.verifier)
            .ok();
    take_links(watch, news.chain, court);
    if (verified) return hurried(std::move(watch), fence, court.rules, now);
    ask_within(watch, court.rules.rumour_pause, now);
    return watch;
}

RouteWatch heard(RouteWatch watch, ReplicaIndex from, RouteWatch::Answer answer,
                 const RouteCourt& court, MonoTime now) {
    if (watch.nonce == 0 || answer.said.nonce != watch.nonce) return watch;
    // There may be more where these came from, and those who answered may be members by now.
    if (take_links(watch, answer.said.chain, court)) ask_within(watch, court.rules.news_pause, now);
    watch.answers[from] = std::move(answer);
    const auto proof = proof_of(watch);
    if (!proof || (watch.proof && proof->fence < watch.proof->fence)) return watch;
    note_heard(watch, proof->fence, now);
    watch.proof = proof;
    watch.next_ask = std::max(now, watch.asked_at + court.rules.ask_again);
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
