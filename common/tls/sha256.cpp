#include "common/tls/sha256.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <unistd.h>
#include <vector>

#include "common/base/text.h"
#include "common/tls/openssl_ptr.h"

namespace foyer::tls {

struct Sha256::State {
    DigestContextPtr context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
    CHECK(state_->context && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::span<const std::uint8_t> bytes) {
    CHECK(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::array<std::uint8_t, 32> Sha256::finish() {
    std::array<std::uint8_t, 32> digest{};
    unsigned length = 0;
    CHECK(EVP_DigestFinal_ex(state_->context.get(), digest.data(), &length) == 1 &&
          length == digest.size());
    return digest;
}

std::string Sha256::finish_hex() { return to_hex(finish()); }

std::array<std::uint8_t, 32> sha256(std::span<const std::uint8_t> bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

std::string sha256_hex(std::span<const std::uint8_t> bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish_hex();
}

std::string sha256_hex(std::string_view text) { return sha256_hex(as_bytes(text)); }

Result<std::string> sha256_file(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        const ErrorCode code = errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Unavailable;
        return error(code, "cannot open '" + path + "': " + std::strerror(errno));
    }
    Sha256 hash;
    std::vector<std::uint8_t> piece(std::size_t{256} * 1024);
    for (;;) {
        const ssize_t got = read(file, piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            const std::string reason = std::strerror(errno);
            close(file);
            return error(ErrorCode::Unavailable, "cannot read '" + path + "': " + reason);
        }
        if (got == 0) break;
        hash.update({piece.data(), static_cast<std::size_t>(got)});
    }
    close(file);
    return hash.finish_hex();
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace foyer::tls
