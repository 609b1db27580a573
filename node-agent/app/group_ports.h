// The doors of the groups on this box: their mail, their memory, who the master is.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/leadership/chain.h"
#include "common/log/secret.h"
#include "common/model/assignment.h"
#include "common/model/handover.h"
#include "node-agent/domain/partition_state.h"

namespace foyer::agent {

struct GroupMail {
    std::string from;      // address of the sending box, for an answer
    std::string node_key;  // whose signature the mail bears: SHA-256 of its public key, hex
    std::vector<leadership::Letter> letters;
    std::vector<SecretQuestion> questions;
    std::vector<SecretAnswer> answers;
};

// Datagrams inside the overlay, one batch a box. Loss is no error.
class GroupPost {
public:
    virtual ~GroupPost() = default;
    // `to`: address of a box, or of a partition on it. Never waits for the network.
    virtual void send(const std::string& to, const std::vector<leadership::Letter>& letters) = 0;
    virtual void send(const std::string& to, const SecretQuestion& question) = 0;
    virtual void send(const std::string& to, const SecretAnswer& answer) = 0;
    // Mail that is there, or comes within the time, or before poke(). Bounded at each call.
    virtual std::vector<GroupMail> wait(Duration at_most) = 0;
    virtual void poke() = 0;  // from any thread
};

// Seals secrets from box to box (common/tls/handover.h). `context` ties what is sealed to its
// question.
struct SecretSeal {
    // Of one question: what was sealed to it opens while this lives.
    struct Opener {
        std::string public_key;
        std::function<Result<Secret<PartitionSecrets>>(const SecretAnswer&,
                                                       const std::string& context)>
            open;
    };
    std::function<Opener()> make;
    // Fills key and sealed text in. InvalidArgument: the asker's key is none.
    std::function<Status(const std::string& asker_public_key, const Secret<PartitionSecrets>&,
                         const std::string& context, SecretAnswer& answer)>
        seal;
};

// What is learnt of a copy's secrets from its group.
struct SecretNews {
    PartitionId partition;
    WallTime ordered_at;
    SecretsState state = SecretsState::WithGroup;
    Secret<PartitionSecrets> secrets;  // of Known
};

// What a member must not forget, and of which order of its instance's name it is.
struct GroupMemory {
    WallTime ordered_at;
    leadership::Durable durable;
};

class GroupFiles {
public:
    virtual ~GroupFiles() = default;
    // On the disk when it returns.
    virtual Status save(const PartitionId& partition, const GroupMemory& memory) = 0;
    // Missing is fine.
    virtual Status forget(const PartitionId& partition) = 0;
    // NotFound: none. InvalidArgument: damaged, and put aside; the voter is another one then.
    virtual Result<GroupMemory> load(const PartitionId& partition) = 0;
};

// What the fences of a copy should be now (LeaseFences of ports.h says what each means).
struct FenceWish {
    enum class Kind { Lease, Lifted, Closed, Silent, Forgotten };
    Kind kind = Kind::Closed;
    MonoTime until = {};   // of Lease
    bool clients = false;  // of Lease: they pass
    friend bool operator==(const FenceWish&, const FenceWish&) = default;
};
using FenceDoor = std::function<Status(const PartitionId&, const FenceWish&)>;

// The master signed this first record, for this order of this instance.
using FirstRecordCheck = std::function<Status(const InstanceName& instance, WallTime ordered_at,
                                              const FirstRecord& first)>;

// How members of this box sign, and how what others signed is verified. Absent: nobody signs
// (tests).
struct GroupSeals {
    leadership::SignFunction sign = {};
    leadership::Verifier verifier = {};
};

}  // namespace foyer::agent
