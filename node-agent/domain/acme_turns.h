// Which edge may ask ACME for certificates now, and whose account's challenges every edge answers
// now. Pure.
//
//   seconds since 1970 / turn  mod  edges that ask   =  place of the edge whose turn it is
//
// All edges take turns by the clock alone, in the order of their names: nobody has to be asked, so
// it needs neither the master nor that edges reach each other. An edge orders only well within a
// turn of its own, so at most one order is under way in the whole cloud while clocks differ by less
// than the margin. And the answer to an HTTP challenge follows from the token and from whose turn
// it is, so that any edge answers for any other, whichever the authority reaches. The turn of an
// edge that is lost passes unused.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/model/assignment.h"

namespace foyer::agent {

struct AcmeAccount {
    NodeId edge;
    std::string thumbprint;
    friend bool operator==(const AcmeAccount&, const AcmeAccount&) = default;
};

// In the order of their turns.
using AcmeAccounts = std::vector<AcmeAccount>;

struct TurnRules {
    Duration turn{60'000};   // whole seconds, the same at all edges
    Duration margin{5'000};  // nothing is begun, and all is over, this long from its borders
    Duration least{20'000};  // an order is begun with at least so much time
};

// This edge's rules for a turn of that length: a twelfth of it at each border, a third for an
// order.
TurnRules turn_rules(Duration turn);

// All edges that the master told all edges of, this one too: an account that the others do not know
// yet has no turn.
AcmeAccounts acme_accounts(const NodeId& self, const NodeSettings& settings,
                           const std::map<NodeId, OverlayPeer>& peers);

// Whose turn it is; absent where nobody asks.
std::optional<AcmeAccount> whose_turn(const AcmeAccounts& accounts, Duration turn, WallTime now);

// How long an order of this edge may take that begins now; absent: it is not to be begun.
std::optional<Duration> time_to_order(const AcmeAccounts& accounts, const AcmeAccount& own,
                                      const TurnRules& rules, WallTime now);

}  // namespace foyer::agent
