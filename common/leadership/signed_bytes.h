// What each signature of section 9 is over, in one place: signers and checkers, members and edges
// build the same bytes here. Each kind begins with its own name, so that no signature of one kind
// is ever good for another; each names the group and the voter that signs.
#pragma once

#include <functional>

#include "common/leadership/canonical.h"
#include "common/leadership/message.h"

namespace foyer::leadership {

struct Signer {
    ReplicaIndex index;
    Incarnation incarnation;
};

// The master: the first record of a generation, whole.
Bytes first_bytes(const InstanceName& group, const Record& first);
// A voter accepted a record of this configuration: of such a link is made.
Bytes accept_bytes(const InstanceName& group, const Signer& voter, const Ballot& ballot,
                   const Hash& config_hash);
// A voter's grant; of such a certificate is made. Its signatures are not part of it.
Bytes vote_bytes(const InstanceName& group, const Signer& voter, const Certificate& granted);
// The answer to a nonce; its own signature is not part of it.
Bytes proof_bytes(const InstanceName& group, const Signer& voter, const ReadAnswer& answer);

}  // namespace foyer::leadership
