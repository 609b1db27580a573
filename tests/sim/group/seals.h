// Toys in place of SHA-256 and Ed25519: quick, deterministic, and good enough that a signature of
// one box over some bytes is never that of another box, or of other bytes.
#pragma once

#include "common/leadership/chain.h"

namespace foyer::sim::group {

leadership::NodeKey key_of(ReplicaIndex index);
leadership::Hash toy_hash(std::span<const std::uint8_t> bytes);
leadership::SignFunction signer_of(ReplicaIndex index);
leadership::Verifier verifier();

}  // namespace foyer::sim::group
