#include "common/tls/ed25519.h"

#include <array>

#include "common/base/text.h"
#include "common/tls/openssl_ptr.h"

namespace foyer::tls {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;

Result<std::vector<std::uint8_t>> decode(std::string_view what, std::string_view text,
                                         std::size_t size) {
    auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != size) {
        return error(ErrorCode::InvalidArgument,
                     std::string(what) + " is not " + std::to_string(size) + " bytes of base64url");
    }
    return *std::move(bytes);
}

Result<KeyPtr> private_key(const Secret<std::string>& seed) {
    const auto bytes = TRY(decode("signing key", seed.reveal(), key_bytes));
    KeyPtr key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, bytes.data(), bytes.size()));
    if (!key) return openssl_error(ErrorCode::InvalidArgument, "signing key is not usable");
    return key;
}

}  // namespace

SigningKey make_signing_key(Rng& rng) {
    std::array<std::uint8_t, key_bytes> seed{};
    rng.fill(seed);
    SigningKey made{Secret<std::string>(to_base64url(seed)), {}};
    made.public_key = public_key_of(made.seed).value();
    return made;
}

Result<std::string> public_key_of(const Secret<std::string>& seed) {
    const KeyPtr key = TRY(private_key(seed));
    std::array<std::uint8_t, key_bytes> bytes{};
    std::size_t length = bytes.size();
    if (EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &length) != 1 ||
        length != bytes.size()) {
        return openssl_error(ErrorCode::Internal, "cannot derive public key");
    }
    return to_base64url(bytes);
}

Result<std::string> ed25519_sign(const Secret<std::string>& seed, std::string_view message) {
    const KeyPtr key = TRY(private_key(seed));
    const DigestContextPtr context(EVP_MD_CTX_new());
    std::array<std::uint8_t, signature_bytes> signature{};
    std::size_t length = signature.size();
    const auto bytes = as_bytes(message);
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &length, bytes.data(), bytes.size()) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot sign");
    }
    return to_base64url(signature);
}

Status ed25519_verify(std::string_view public_key, std::string_view message,
                      std::string_view signature) {
    const auto key_raw = TRY(decode("public key", public_key, key_bytes));
    const auto signature_raw = TRY(decode("signature", signature, signature_bytes));
    const KeyPtr key(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key_raw.data(), key_raw.size()));
    if (!key) return openssl_error(ErrorCode::InvalidArgument, "public key is not usable");
    const DigestContextPtr context(EVP_MD_CTX_new());
    if (!context ||
        EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1) {
        return openssl_error(ErrorCode::Internal, "cannot verify");
    }
    const auto bytes = as_bytes(message);
    const int verdict = EVP_DigestVerify(context.get(), signature_raw.data(), signature_raw.size(),
                                         bytes.data(), bytes.size());
    ERR_clear_error();
    if (verdict != 1)
        return error(ErrorCode::PermissionDenied,
                     "signature does not match the key and the content");
    return ok_status();
}

}  // namespace foyer::tls
