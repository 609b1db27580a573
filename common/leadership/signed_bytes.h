// What each signature of members (section 9) is over, in one place: signers and checkers, members
// and edges build the same bytes here. Each kind begins with its own name, so that no signature of
// one kind is ever good for another; each names the group and the voter that signs.
#pragma once

#include <functional>

#include "common/leadership/canonical.h"
#include "common/leadership/message.h"

namespace foyer::leadership {

struct Signer {
    ReplicaIndex index;
    Incarnation incarnation;
};

// A voter accepted a record of this configuration: of such a link is made.
Bytes accept_bytes(const InstanceName& group, const Signer& voter, const Ballot& ballot,
                   const Hash& config_hash);
// A voter's grant; of such a certificate is made. Its signatures are not part of it.
Bytes vote_bytes(const InstanceName& group, const Signer& voter, const Certificate& granted);
// What such bytes say: who votes, in which epoch, for whom. None: they are no vote of this group.
struct VoteSigned {
    Signer voter;
    Fence fence;
    ReplicaIndex leader;
};
std::optional<VoteSigned> read_vote(const InstanceName& group, std::span<const std::uint8_t> bytes);
// The answer to a nonce; its own signature is not part of it.
Bytes proof_bytes(const InstanceName& group, const Signer& voter, const ReadAnswer& answer);

}  // namespace foyer::leadership
