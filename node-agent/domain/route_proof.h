// Who leads an instance, as an edge may believe it: section 9 of common/docs/leadership.md. Pure.
//
// An edge routes to nobody on hearsay. It asks every voter with a nonce of its own; when a quorum
// of the newest record among the answers names the same leader in the same fence, that is proof: a
// leader that was replaced before the question was sent cannot get such answers. A proof is old
// after some time; fences never go back.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "common/leadership/message.h"
#include "common/model/assignment.h"

namespace foyer::agent {

struct RouteProof {
    Fence fence;
    ReplicaIndex leader;
    MonoTime asked_at;
    friend bool operator==(const RouteProof&, const RouteProof&) = default;
};

struct RouteRules {
    Duration ask_again{10'000};   // while there is a proof
    Duration ask_eagerly{1'000};  // while there is none
    Duration news_pause{50};      // at least between two questions, whoever announces what
    Duration proof_lasts{20'000};
};

struct RouteWatch {
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

bool is_time_to_ask(const RouteWatch& watch, MonoTime now);
RouteWatch asked(RouteWatch watch, std::uint64_t nonce, const RouteRules& rules, MonoTime now);
// Somebody says that there is a leader in `fence`.
RouteWatch hurried(RouteWatch watch, Fence fence, const RouteRules& rules, MonoTime now);
RouteWatch heard(RouteWatch watch, ReplicaIndex from, RouteWatch::Answer answer,
                 const RouteRules& rules, MonoTime now);

// The route as it may be followed now: to the proven leader, or to nobody while there is no proof,
// or an old one only. A route without voters is the master's word and stays.
EdgeRoute proven_route(EdgeRoute route, const RouteWatch& watch, const RouteRules& rules,
                       MonoTime now);

}  // namespace foyer::agent
