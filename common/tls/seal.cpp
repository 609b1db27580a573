#include "common/tls/seal.h"

#include <climits>

#include "common/base/text.h"
#include "common/tls/openssl_ptr.h"
#include "common/tls/private_file.h"

namespace foyer::tls {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t nonce_bytes = 12;
constexpr std::size_t tag_bytes = 16;
constexpr std::uint8_t version = 1;

}  // namespace

Seal::Seal(Secret<std::vector<std::uint8_t>> key) : key_(std::move(key)) {
    CHECK(key_.reveal().size() == key_bytes);
}

Result<Seal> Seal::open_key_file(const std::string& path, Rng& rng) {
    auto text = read_private_file(path);
    if (!text.ok() && text.failure().code == ErrorCode::NotFound) {
        std::vector<std::uint8_t> made(key_bytes);
        rng.fill(made);
        TRY(create_private_file(path, to_hex(made) + "\n"));
        return Seal(Secret(std::move(made)));
    }
    if (!text.ok()) return std::move(text).failure();
    std::string_view hex = text.value();
    while (!hex.empty() && (hex.back() == '\n' || hex.back() == ' ')) hex.remove_suffix(1);
    auto key = from_hex(hex);
    if (!key || key->size() != key_bytes) {
        return error(ErrorCode::FailedPrecondition, "'" + path + "' does not hold 32 bytes in hex");
    }
    return Seal(Secret(*std::move(key)));
}

std::vector<std::uint8_t> Seal::seal(const Secret<std::string>& plain, std::string_view context,
                                     Rng& rng) const {
    const std::string& text = plain.reveal();
    CHECK(text.size() < INT_MAX / 2 && context.size() < INT_MAX / 2);
    std::vector<std::uint8_t> sealed(1 + nonce_bytes + text.size() + tag_bytes);
    sealed[0] = version;
    std::uint8_t* nonce = sealed.data() + 1;
    std::uint8_t* body = nonce + nonce_bytes;
    rng.fill({nonce, nonce_bytes});
    const CipherContextPtr cipher(EVP_CIPHER_CTX_new());
    const auto plain_bytes = as_bytes(text);
    const auto context_bytes = as_bytes(context);
    int length = 0;
    CHECK(cipher);
    CHECK(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.reveal().data(),
                             nonce) == 1);
    CHECK(EVP_EncryptUpdate(cipher.get(), nullptr, &length, context_bytes.data(),
                            static_cast<int>(context_bytes.size())) == 1);
    CHECK(EVP_EncryptUpdate(cipher.get(), body, &length, plain_bytes.data(),
                            static_cast<int>(plain_bytes.size())) == 1);
    CHECK(EVP_EncryptFinal_ex(cipher.get(), body + text.size(), &length) == 1);
    CHECK(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, body + text.size()) ==
          1);
    return sealed;
}

Result<Secret<std::string>> Seal::open(std::span<const std::uint8_t> sealed,
                                       std::string_view context) const {
    const auto refuse = [] {
        ERR_clear_error();
        return error(ErrorCode::InvalidArgument,
                     "sealed secret cannot be opened: altered, or of another key or place");
    };
    if (sealed.size() < 1 + nonce_bytes + tag_bytes || sealed.size() > INT_MAX / 2 ||
        sealed[0] != version)
        return refuse();
    const std::uint8_t* nonce = sealed.data() + 1;
    const std::uint8_t* body = nonce + nonce_bytes;
    const std::size_t size = sealed.size() - 1 - nonce_bytes - tag_bytes;
    std::vector<std::uint8_t> tag(body + size, body + size + tag_bytes);
    std::string plain(size, '\0');
    auto* out = reinterpret_cast<std::uint8_t*>(plain.data());
    const CipherContextPtr cipher(EVP_CIPHER_CTX_new());
    const auto context_bytes = as_bytes(context);
    int length = 0;
    if (!cipher ||
        EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.reveal().data(), nonce) !=
            1 ||
        EVP_DecryptUpdate(cipher.get(), nullptr, &length, context_bytes.data(),
                          static_cast<int>(context_bytes.size())) != 1 ||
        EVP_DecryptUpdate(cipher.get(), out, &length, body, static_cast<int>(size)) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) != 1 ||
        EVP_DecryptFinal_ex(cipher.get(), out + size, &length) != 1) {
        return refuse();
    }
    return Secret(std::move(plain));
}

}  // namespace foyer::tls
