// Secrets from one box to another, readable to that one alone: X25519 between two keys made for
// this once, HKDF-SHA-256, and what they agree on as the key of a Seal (AES-256-GCM).
//
// What passes between boxes may pass through an edge in clear. Who says that a key is his is the
// matter of whoever carries it (datagrams of boxes are signed). `context` ties what is sealed to
// its question: group, order, nonce, who asks, who answers; opened with another one it fails. A
// key dies with its object, so what was recorded can be opened by nobody later.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/log/secret.h"

namespace foyer::tls {

struct SealedHandover {
    std::string public_key;  // of the sender, for this once; 32 bytes
    std::string sealed;
};

// Of one question.
class HandoverKey {
public:
    static HandoverKey make();
    HandoverKey(HandoverKey&&) noexcept;
    HandoverKey& operator=(HandoverKey&&) noexcept;
    ~HandoverKey();

    const std::string& public_key() const { return public_key_; }  // 32 bytes
    // InvalidArgument: cut short, altered, for another key or in another context.
    Result<Secret<std::string>> open(const SealedHandover& handover,
                                     std::string_view context) const;

private:
    struct Key;
    HandoverKey();
    std::unique_ptr<Key> key_;
    std::string public_key_;
};

// To the maker of `receiver`. InvalidArgument: that is no key.
Result<SealedHandover> seal_handover(std::string_view receiver, const Secret<std::string>& plain,
                                     std::string_view context, Rng& rng);

}  // namespace foyer::tls
