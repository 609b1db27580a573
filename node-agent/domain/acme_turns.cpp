#include "node-agent/domain/acme_turns.h"

namespace foyer::agent {

TurnRules turn_rules(Duration turn) {
    return {.turn = turn, .margin = turn / 12, .least = turn / 3};
}

AcmeAccounts acme_accounts(const NodeId& self, const NodeSettings& settings,
                           const std::map<NodeId, OverlayPeer>& peers) {
    std::map<NodeId, std::string> told;
    for (const auto& [node, peer] : peers)
        if (peer.edge && node != self) told[node] = peer.acme_thumbprint;
    if (settings.edge) told[self] = settings.acme_thumbprint;
    AcmeAccounts accounts;
    for (const auto& [node, thumbprint] : told)
        if (!thumbprint.empty()) accounts.push_back({node, thumbprint});
    return accounts;
}

std::optional<AcmeAccount> whose_turn(const AcmeAccounts& accounts, Duration turn, WallTime now) {
    if (accounts.empty() || turn.count() <= 0 || now.unix_ms < 0) return std::nullopt;
    const std::int64_t number = now.unix_ms / turn.count();
    return accounts[static_cast<std::size_t>(number) % accounts.size()];
}

std::optional<Duration> time_to_order(const AcmeAccounts& accounts, const AcmeAccount& own,
                                      const TurnRules& rules, WallTime now) {
    if (whose_turn(accounts, rules.turn, now) != own) return std::nullopt;
    const Duration into(now.unix_ms % rules.turn.count());
    const Duration left = rules.turn - rules.margin - into;
    if (into < rules.margin || left < rules.least) return std::nullopt;
    return left;
}

}  // namespace foyer::agent
