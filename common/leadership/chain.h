// The chain of section 9: from a record the master signed to whoever leads now, checked without
// asking anybody. For edges and the master; members make it (member_chain.cpp).
//
//   first record ──accepts──► joint ──accepts──► new members ──accepts──► …   links
//                                 └── votes ──► certificate of a leader       by any of them
#pragma once

#include <functional>
#include <span>

#include "common/leadership/signed_bytes.h"

namespace foyer::leadership {

// `bytes` were signed by who has `key`; given by the border.
using SignatureCheck = std::function<bool(const NodeKey& key, std::span<const std::uint8_t> bytes,
                                          const Signature& signature)>;
// By this node's own key. Of the same bytes always the same signature: step() stays pure.
using SignFunction = std::function<Signature(std::span<const std::uint8_t> bytes)>;

struct Verifier {
    HashFunction hash = nullptr;
    SignatureCheck check;
};

// The configuration of a record, signed by nobody yet. That of a first record begins every chain.
Link link_of(const Record& record);
// What `next` is called if it follows `before`; a zero hash: if it begins a chain.
Hash hash_after(const Hash& before, const Link& next, HashFunction hash);

// `next` follows `before`, and enough of its own voters signed that they accepted it.
Status verify_link(const InstanceName& group, const Link& before, const Link& next,
                   const Verifier& verifier);
// Enough voters of `config` signed that they elected this leader, which is a member of it.
Status verify_certificate(const InstanceName& group, const Link& config,
                          const Certificate& certificate, const Verifier& verifier);

// From `known` (a first record the master signed, or what this edge verified before) over `chain`,
// of which older links are passed over, to the newest configuration; the certificate is good by one
// of the configurations passed. Returns the newest.
Result<Link> verify_chain(const InstanceName& group, const Link& known, std::span<const Link> chain,
                          const Certificate& certificate, const Verifier& verifier);
Result<Link> verify_chain(const InstanceName& group, const Record& first,
                          std::span<const Link> chain, const Certificate& certificate,
                          const Verifier& verifier);

// The newest configuration that `chain` leads to from `known`, as far as its links verify; `known`
// itself if none does.
Link newest_verified(const InstanceName& group, const Link& known, std::span<const Link> chain,
                     const Verifier& verifier);

// Voters that signed both, of one fence and two leaders: evidence, with what they signed.
std::vector<Evidence> double_votes(const InstanceName& group, const Link& config,
                                   const Certificate& one, const Certificate& other,
                                   const Verifier& verifier);

}  // namespace foyer::leadership
