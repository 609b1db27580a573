#include "common/tls/handover.h"

#include <array>
#include <openssl/crypto.h>
#include <optional>

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/tls/key_derivation.h"
#include "common/tls/openssl_ptr.h"
#include "common/tls/seal.h"

namespace foyer::tls {
namespace {

constexpr std::size_t key_bytes = 32;

// Wiped when it goes.
struct Shared {
    std::array<std::uint8_t, key_bytes> bytes{};
    Shared() = default;
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

KeyPtr make_key() {
    KeyPtr key(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"));
    CHECK(key);
    return key;
}

std::string public_half(EVP_PKEY* key) {
    std::string out(key_bytes, '\0');
    std::size_t length = out.size();
    CHECK(EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(out.data()), &length) ==
          1);
    CHECK(length == key_bytes);
    return out;
}

// OpenSSL refuses keys of small order: nothing that an outsider could know comes out.
bool agree(EVP_PKEY* own, std::string_view other, Shared& shared) {
    if (other.size() != key_bytes) return false;
    const KeyPtr peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, as_bytes(other).data(),
                                                  other.size()));
    const KeyContextPtr context(EVP_PKEY_CTX_new(own, nullptr));
    std::size_t length = shared.bytes.size();
    return peer && context && EVP_PKEY_derive_init(context.get()) == 1 &&
           EVP_PKEY_derive_set_peer(context.get(), peer.get()) == 1 &&
           EVP_PKEY_derive(context.get(), shared.bytes.data(), &length) == 1 &&
           length == shared.bytes.size();
}

// The lengths of the keys are fixed, so the text has one reading.
std::optional<Seal> seal_for(EVP_PKEY* own, std::string_view asker, std::string_view answerer,
                             std::string_view context) {
    const bool asks = public_half(own) == asker;
    Shared shared;
    if (!agree(own, asks ? answerer : asker, shared)) return std::nullopt;
    std::string info = "foyer handover 1\n";
    info.append(asker).append(answerer).append(context);
    auto key = derive_key(shared.bytes, info, key_bytes);
    if (!key) return std::nullopt;
    return Seal(Secret(std::move(*key)));
}

}  // namespace

struct HandoverKey::Key {
    KeyPtr pair;
};

HandoverKey::HandoverKey() = default;
HandoverKey::HandoverKey(HandoverKey&&) noexcept = default;
HandoverKey& HandoverKey::operator=(HandoverKey&&) noexcept = default;
HandoverKey::~HandoverKey() = default;

HandoverKey HandoverKey::make() {
    HandoverKey made;
    made.key_ = std::make_unique<Key>(Key{make_key()});
    made.public_key_ = public_half(made.key_->pair.get());
    return made;
}

Result<SealedHandover> seal_handover(std::string_view receiver, const Secret<std::string>& plain,
                                     std::string_view context, Rng& rng) {
    const KeyPtr own = make_key();
    SealedHandover made{public_half(own.get()), {}};
    const auto seal = seal_for(own.get(), receiver, made.public_key, context);
    if (!seal) return openssl_error(ErrorCode::InvalidArgument, "what asks for secrets is no key");
    const auto sealed = seal->seal(plain, context, rng);
    made.sealed.assign(sealed.begin(), sealed.end());
    return made;
}

Result<Secret<std::string>> HandoverKey::open(const SealedHandover& handover,
                                              std::string_view context) const {
    const auto seal = seal_for(key_->pair.get(), public_key_, handover.public_key, context);
    if (!seal) return openssl_error(ErrorCode::InvalidArgument, "who gives secrets has no key");
    return seal->open(as_bytes(handover.sealed), context);
}

}  // namespace foyer::tls
