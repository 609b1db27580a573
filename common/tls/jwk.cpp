#include "common/tls/jwk.h"

#include <array>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include "common/base/text.h"
#include "common/tls/openssl_ptr.h"
#include "common/tls/sha256.h"

namespace foyer::tls {
namespace {

constexpr int coordinate_bytes = 32;

Result<std::string> coordinate(EVP_PKEY* key, const char* name) {
    BIGNUM* read = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &read) != 1)
        return openssl_error(ErrorCode::InvalidArgument, "the key has no point of a curve");
    const NumberPtr number(read);
    std::array<std::uint8_t, coordinate_bytes> bytes{};
    if (BN_bn2binpad(number.get(), bytes.data(), coordinate_bytes) != coordinate_bytes)
        return openssl_error(ErrorCode::InvalidArgument, "the key is of another curve");
    return to_base64url(bytes);
}

bool is_p256(EVP_PKEY* key) {
    std::array<char, 64> name{};
    return EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) == 1 &&
           std::string_view(name.data()) == "prime256v1";
}

}  // namespace

// Members in the order of their names, no white space.
Result<std::string> jwk_thumbprint(const Secret<std::string>& key_pem) {
    const KeyPtr key = TRY(parse_key(key_pem.reveal()));
    if (!is_p256(key.get()))
        return error(ErrorCode::InvalidArgument, "the key of an ACME account has to be of P-256");
    const std::string x = TRY(coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_X));
    const std::string y = TRY(coordinate(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y));
    const std::string json = R"({"crv":"P-256","kty":"EC","x":")" + x + R"(","y":")" + y + R"("})";
    return to_base64url(sha256(as_bytes(json)));
}

Result<Secret<std::string>> to_sec1(const Secret<std::string>& key_pem) {
    const KeyPtr key = TRY(parse_key(key_pem.reveal()));
    const BioPtr out(BIO_new(BIO_s_mem()));
    if (!out || PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), nullptr, nullptr, 0,
                                                     nullptr, nullptr) != 1)
        return openssl_error(ErrorCode::Internal, "cannot write private key");
    return Secret(bio_text(out.get()));
}

}  // namespace foyer::tls
