#include "common/base/random.h"

#include <cerrno>
#include <cstring>
#include <sys/random.h>

#include "common/base/check.h"

namespace foyer {

std::uint64_t Rng::next() {
    std::uint64_t number = 0;
    fill({reinterpret_cast<std::uint8_t*>(&number), sizeof number});
    return number;
}

std::uint64_t Rng::below(std::uint64_t bound) {
    CHECK(bound > 0);
    // Rejects the short last run, so every result is equally likely.
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    for (;;) {
        const std::uint64_t number = next();
        if (number < limit) return number % bound;
    }
}

std::string Rng::text(std::size_t length) {
    static constexpr char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
    std::string text(length, '0');
    fill({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
    for (char& letter : text) letter = alphabet[static_cast<unsigned char>(letter) & 31U];
    return text;
}

void SystemRng::fill(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = getrandom(bytes.data() + done, bytes.size() - done, 0);
        CHECK(got > 0 || errno == EINTR);
        if (got > 0) done += static_cast<std::size_t>(got);
    }
}

void SeededRng::fill(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        std::uint64_t mixed = (state_ += 0x9e3779b97f4a7c15ULL);
        mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebULL;
        mixed ^= mixed >> 31U;
        const std::size_t part =
            bytes.size() - done < sizeof mixed ? bytes.size() - done : sizeof mixed;
        std::memcpy(bytes.data() + done, &mixed, part);
        done += part;
    }
}

}  // namespace foyer
