// What this box holds, or lost and seeks, of its copies' secrets: the state behind
// domain/secret_handover.h. Belongs to the groups' thread. Nothing of it is ever on a disk.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/base/random.h"
#include "common/log/log.h"
#include "node-agent/app/group_ports.h"
#include "node-agent/domain/secret_handover.h"

namespace foyer::agent {

class SecretExchange {
public:
    using Questions = std::vector<std::pair<std::string, SecretQuestion>>;  // address of whom

    SecretExchange(SecretSeal seal, const HandoverRules& rules, Rng& rng, Log& log);

    // The master, or a member, has told them: they are given on, and asked for no more.
    void hold(const Assignment& assignment);
    // They were lost with the power.
    void seek(const Assignment& assignment, const std::set<std::string>& names);
    void leave(const PartitionId& partition);

    Questions ask(const PartitionId& partition, const HandoverMember& member, MonoTime now);
    // Keys are those of the boxes that signed.
    std::optional<SecretAnswer> answer(const PartitionId& partition, const SecretQuestion& question,
                                       const std::string& asker_key, const HandoverMember& member,
                                       MonoTime now);
    std::optional<SecretNews> hear(const PartitionId& partition, const SecretAnswer& answer,
                                   const std::string& answerer_key, const HandoverMember& member,
                                   MonoTime now);
    // Whether the others have any is learnt and forgotten with time.
    std::optional<SecretNews> look(const PartitionId& partition, const HandoverMember& member,
                                   MonoTime now);

private:
    struct Search {
        SecretSearch asked;
        SecretSeal::Opener opener;     // of the newest question
        leadership::IndexSet refused;  // whose answer to it was none: the next one is not tried
        SecretsState told = SecretsState::WithGroup;
    };
    struct Place {
        InstanceName group;
        WallTime ordered_at;
        std::map<ReplicaIndex, std::string> addresses;
        Secret<PartitionSecrets> held;  // while nothing is sought
        std::optional<Search> search;
    };
    Place& place_of(const Assignment& assignment);
    Place* seeker(const PartitionId& partition);  // null: nothing is sought for it
    std::optional<SecretNews> take(const PartitionId& partition, Place& place, ReplicaIndex from,
                                   const SecretAnswer& answer, const std::string& context);

    const SecretSeal seal_;
    const HandoverRules rules_;
    Rng& rng_;
    Log& log_;
    std::map<PartitionId, Place> places_;
    AnswerBook book_;
};

}  // namespace foyer::agent
