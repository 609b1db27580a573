// SHA-256: of bytes at hand, of a file, or piece by piece.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "common/base/result.h"

namespace foyer::tls {

class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;

    void update(std::span<const std::uint8_t> bytes);
    // Once; the object is used up then.
    std::array<std::uint8_t, 32> finish();
    std::string finish_hex();  // 64 lower-case digits

private:
    struct State;
    std::unique_ptr<State> state_;
};

std::array<std::uint8_t, 32> sha256(std::span<const std::uint8_t> bytes);
std::string sha256_hex(std::span<const std::uint8_t> bytes);
std::string sha256_hex(std::string_view text);

// Reads the file in pieces. NotFound, Unavailable when it cannot be read.
Result<std::string> sha256_file(const std::string& path);

// Compares secrets (token hashes) in a time that does not tell where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace foyer::tls
