// Randomness comes in as an argument, so that one seed repeats a whole run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace foyer {

class Rng {
public:
    virtual ~Rng() = default;
    virtual void fill(std::span<std::uint8_t> bytes) = 0;

    std::uint64_t next();
    // Uniform in [0, bound); bound > 0.
    std::uint64_t below(std::uint64_t bound);
    // `length` characters of Crockford base 32 in lower case (5 bits each): ids and secrets that
    // survive being read aloud.
    std::string text(std::size_t length);
};

// The kernel's generator (getrandom): ids, tokens, keys, jitter of real programs.
class SystemRng final : public Rng {
public:
    void fill(std::span<std::uint8_t> bytes) override;
};

// splitmix64: small, fast, repeatable; for tests and simulation only, never for secrets.
class SeededRng final : public Rng {
public:
    explicit SeededRng(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::uint8_t> bytes) override;

private:
    std::uint64_t state_;
};

}  // namespace foyer
