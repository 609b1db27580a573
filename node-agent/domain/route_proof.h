// Who leads an instance, as an edge may believe it: section 9 of common/docs/leadership.md. Pure.
//
// An edge routes to nobody on hearsay. It asks every voter with a nonce of its own; when a quorum
// of a record names the same leader in the same fence, that is proof: a leader that was replaced
// before the question was sent cannot get such answers. Who the members are is verified by the
// chain, from the first record that the master signed; so no box, member or not, can make up a
// group of its own. A proof is old after some time; fences never go back.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "common/leadership/chain.h"
#include "common/model/assignment.h"

namespace foyer::agent {

struct RouteProof {
    Fence fence;
    ReplicaIndex leader;
    MonoTime asked_at;
    friend bool operator==(const RouteProof&, const RouteProof&) = default;
};

struct MembersUnknown {};   // the master has told no first record yet
struct MembersUnsigned {};  // begun before members signed: what their boxes say is believed
// Else the newest configuration verified.
using RouteMembers = std::variant<MembersUnknown, MembersUnsigned, leadership::Link>;

struct RouteRules {
    Duration ask_again{10'000};    // while there is a proof
    Duration ask_eagerly{1'000};   // while there is none
    Duration news_pause{50};       // at least between two questions, whoever announces what
    Duration rumour_pause{1'000};  // the same for what cannot be verified
    Duration proof_lasts{20'000};
};

// What a route is judged by.
struct RouteCourt {
    const InstanceName& instance;
    const leadership::Verifier& verifier;
    const RouteRules& rules;
};

struct RouteWatch {
    RouteMembers members;
    std::uint64_t nonce = 0;  // of the newest question; 0: none yet
    MonoTime asked_at;
    MonoTime next_ask;
    struct Answer {
        std::string node_key;
        leadership::ReadAnswer said;
    };
    std::map<ReplicaIndex, Answer> answers;  // to that question
    std::optional<RouteProof> proof;
    // Of the newest leader after the first one proven: when it was heard of, in whatever way.
    Fence heard_fence;
    std::optional<MonoTime> heard_at;
};

// A generation begins with this record, which the master signed; what was verified beyond it stays.
RouteWatch begun(RouteWatch watch, const leadership::Record& first,
                 const leadership::Verifier& verifier);
// After which links are asked for; zero: none.
leadership::Hash chain_tip(const RouteWatch& watch);

bool is_time_to_ask(const RouteWatch& watch, MonoTime now);
RouteWatch asked(RouteWatch watch, std::uint64_t nonce, const RouteRules& rules, MonoTime now);
// Somebody says that there is a leader in `fence`.
RouteWatch hurried(RouteWatch watch, Fence fence, const RouteRules& rules, MonoTime now);
// The same by who says he is it: at once with a certificate that is verified, later without.
RouteWatch announced(RouteWatch watch, const leadership::Announce& news, const RouteCourt& court,
                     MonoTime now);
RouteWatch heard(RouteWatch watch, ReplicaIndex from, RouteWatch::Answer answer,
                 const RouteCourt& court, MonoTime now);

// The route as it may be followed now: to the proven leader, or to nobody while there is no proof,
// or an old one only. A route without voters is the master's word and stays.
EdgeRoute proven_route(EdgeRoute route, const RouteWatch& watch, const RouteRules& rules,
                       MonoTime now);

}  // namespace foyer::agent
