#include "common/tls/node_key.h"

#include "common/base/text.h"
#include "common/tls/openssl_ptr.h"
#include "common/tls/sha256.h"

namespace foyer::tls {

struct NodeSigner::Key {
    KeyPtr key;
};

NodeSigner::NodeSigner() = default;
NodeSigner::NodeSigner(NodeSigner&&) noexcept = default;
NodeSigner& NodeSigner::operator=(NodeSigner&&) noexcept = default;
NodeSigner::~NodeSigner() = default;

namespace {

constexpr std::size_t public_key_bytes = 91;  // of P-256, as SubjectPublicKeyInfo

Result<std::string> public_half(EVP_PKEY* key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key, &der);
    if (size <= 0) return openssl_error(ErrorCode::InvalidArgument, "a key without public half");
    std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return bytes;
}

}  // namespace

Result<NodeSigner> NodeSigner::make(const Secret<std::string>& key_pem) {
    NodeSigner signer;
    signer.key_ = std::make_unique<Key>(Key{TRY(parse_key(key_pem.reveal()))});
    signer.public_key_ = TRY(public_half(signer.key_->key.get()));
    signer.fingerprint_ = key_fingerprint_of(signer.public_key_);
    return signer;
}

Result<std::string> NodeSigner::sign(std::string_view message) const {
    const DigestContextPtr context(EVP_MD_CTX_new());
    const auto bytes = as_bytes(message);
    std::size_t size = 0;
    if (!context ||
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes.data(), bytes.size()) != 1)
        return openssl_error(ErrorCode::Internal, "cannot sign");
    std::string signature(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       bytes.data(), bytes.size()) != 1)
        return openssl_error(ErrorCode::Internal, "cannot sign");
    signature.resize(size);
    return signature;
}

std::string key_fingerprint_of(std::string_view public_key) { return sha256_hex(public_key); }

Result<std::string> public_key_of_certificate(std::string_view pem) {
    const CertificatePtr certificate = TRY(parse_certificate(pem));
    EVP_PKEY* key = X509_get0_pubkey(certificate.get());
    if (key == nullptr)
        return openssl_error(ErrorCode::InvalidArgument, "a certificate without key");
    return public_half(key);
}

Status verify_node_signature(std::string_view public_key, std::string_view message,
                             std::string_view signature) {
    const auto key_bytes = as_bytes(public_key);
    const unsigned char* at = key_bytes.data();
    const KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(key_bytes.size())));
    if (!key || at != key_bytes.data() + key_bytes.size())
        return openssl_error(ErrorCode::InvalidArgument, "malformed public key");
    const DigestContextPtr context(EVP_MD_CTX_new());
    const auto bytes = as_bytes(message);
    const auto sealed = as_bytes(signature);
    if (!context ||
        EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
        EVP_DigestVerify(context.get(), sealed.data(), sealed.size(), bytes.data(), bytes.size()) !=
            1) {
        ERR_clear_error();
        return error(ErrorCode::PermissionDenied, "the signature does not fit");
    }
    return ok_status();
}

Result<std::string> sign_with_key(const NodeSigner& signer, std::string_view message) {
    CHECK(signer.public_key().size() == public_key_bytes);
    return to_base64url(as_bytes(signer.public_key() + TRY(signer.sign(message))));
}

Result<std::string> signed_by(std::string_view message, std::string_view signature) {
    const auto bytes = from_base64url(signature);
    if (!bytes || bytes->size() <= public_key_bytes)
        return error(ErrorCode::InvalidArgument, "not a key and a signature");
    const std::string text(bytes->begin(), bytes->end());
    const std::string_view key = std::string_view(text).substr(0, public_key_bytes);
    TRY(verify_node_signature(key, message, std::string_view(text).substr(public_key_bytes)));
    return key_fingerprint_of(key);
}

Status verify_with_key(std::string_view fingerprint, std::string_view message,
                       std::string_view signature) {
    if (TRY(signed_by(message, signature)) == fingerprint) return ok_status();
    return error(ErrorCode::PermissionDenied, "signed by another key");
}

}  // namespace foyer::tls
