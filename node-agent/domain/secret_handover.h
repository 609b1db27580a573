// Secrets of a copy whose box restarted, from the other members of its group: rule 22 of
// common/docs/leadership.md, section 16. Who may get them, when they are asked for, what an answer
// means. Pure.
//
// A record names each member's box by its key. Who asks is a member of the newest record that the
// answerer's disk holds; who answers is one of the asker's.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/leadership/durable.h"
#include "common/model/assignment.h"
#include "common/model/handover.h"
#include "node-agent/domain/partition_state.h"

namespace foyer::agent {

struct HandoverRules {
    Duration ask_first{1'000};  // after a question nobody answered; doubled each time
    Duration ask_longest{10'000};
    Duration lost_said_for{45'000};  // a member that had none either may have got them since
    Duration same_asker{500};        // between two answers to one box about one group
    int answers_a_second = 50;       // of this box
};

// A member as its disk has it; no record: none yet, or a newer one is being written.
struct HandoverMember {
    ReplicaIndex self;
    WallTime ordered_at;
    bool retired = false;
    const leadership::Record* record = nullptr;
};

// ---- both sides ----

// What is needed of the secrets a copy had: those of `init` are not, once that has succeeded.
std::set<std::string> needed_secrets(std::set<std::string> names, bool initialized);
// Where a copy that lost them gets them from. Those of `init` are the founder's alone.
SecretsState where_secrets_are(const Assignment& assignment, const std::set<std::string>& needed);
// Ties what is sealed to question, asker and answerer (keys as records name them).
std::string handover_context(const SecretQuestion& question, const std::string& asker_key,
                             const std::string& answerer_key);

// ---- who is asked ----

enum class Reply { Silence, NoneHere, Secrets };
// `asker_key`: who signed the question. `held`: none while this box has lost its own.
Reply reply_to(const SecretQuestion& question, const std::string& asker_key,
               const HandoverMember& member, const PartitionSecrets* held);
PartitionSecrets secrets_for(const SecretQuestion& question, const PartitionSecrets& held);

// Whom this box has answered a moment ago. A question that was recorded and sent again costs a
// bounded amount, and tells nobody anything.
struct AnswerBook {
    std::map<std::pair<std::string, InstanceName>, MonoTime> last;  // by key of the asker
};
// False: not now; who asks, asks again.
bool take_turn(AnswerBook& book, const std::string& asker_key, const InstanceName& group,
               const HandoverRules& rules, MonoTime now);

// ---- who asks ----

struct SecretSearch {
    std::set<std::string> names;
    int rounds = 0;
    MonoTime next_round;
    SecretQuestion question;                // of the round
    std::map<ReplicaIndex, MonoTime> lost;  // when a member said that it lost its own
};

std::vector<ReplicaIndex> whom_to_ask(const HandoverMember& member);
// Never where the others have none of it: what only `init` is given.
bool is_time_to_ask(const SecretSearch& search, MonoTime now);
SecretSearch asked(SecretSearch search, SecretQuestion question, const HandoverRules& rules,
                   MonoTime now);

// Who answered: another data member of my record, which still names me, and to the question I asked
// last. Else none.
std::optional<ReplicaIndex> answerer(const SecretSearch& search, const SecretAnswer& answer,
                                     const std::string& answerer_key, const HandoverMember& member);
// Exactly what was asked for.
bool are_those(const std::set<std::string>& names, const PartitionSecrets& secrets);
// Every other data member said a moment ago that it lost its own.
bool have_all_lost(const SecretSearch& search, const HandoverMember& member,
                   const HandoverRules& rules, MonoTime now);

}  // namespace foyer::agent
