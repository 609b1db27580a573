#include "common/tls/key_derivation.h"

#include <array>
#include <memory>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <string>

#include "common/tls/openssl_ptr.h"

namespace foyer::tls {
namespace {

constexpr std::size_t derived_max = std::size_t{255} * 32;

using KdfPtr = std::unique_ptr<EVP_KDF, FreeWith<EVP_KDF_free>>;
using KdfContextPtr = std::unique_ptr<EVP_KDF_CTX, FreeWith<EVP_KDF_CTX_free>>;

}  // namespace

std::optional<std::vector<std::uint8_t>> derive_key(std::span<const std::uint8_t> secret,
                                                    std::string_view info, std::size_t bytes) {
    if (bytes == 0 || bytes > derived_max || secret.empty()) return std::nullopt;
    const KdfPtr kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const KdfContextPtr context(kdf ? EVP_KDF_CTX_new(kdf.get()) : nullptr);
    std::string digest = "SHA256";
    // OpenSSL only reads them, though its parameters are not const.
    const std::array params{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
                                          const_cast<std::uint8_t*>(secret.data()), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, const_cast<char*>(info.data()),
                                          info.size()),
        OSSL_PARAM_construct_end()};
    std::vector<std::uint8_t> key(bytes);
    if (!context || EVP_KDF_derive(context.get(), key.data(), key.size(), params.data()) != 1)
        return std::nullopt;
    return key;
}

}  // namespace foyer::tls
