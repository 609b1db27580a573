#include "tests/fuzz/mutate.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace foyer::fuzz {
namespace {

constexpr std::size_t changes_max = 4;
constexpr std::size_t piece_max = 24;

// What parsers trip over: limits of numbers, escapes, brackets, ends.
constexpr std::array<std::string_view, 28> words = {"0",
                                                    "-1",
                                                    "-0",
                                                    "1.0",
                                                    "1e400",
                                                    "2147483648",
                                                    "4294967296",
                                                    "-2147483649",
                                                    "9223372036854775807",
                                                    "9223372036854775808",
                                                    "-9223372036854775809",
                                                    "18446744073709551615",
                                                    "null",
                                                    "true",
                                                    "\"\"",
                                                    "[]",
                                                    "{}",
                                                    "[[[[[[[[",
                                                    "{\"a\":",
                                                    "\\u0000",
                                                    "\\ud800",
                                                    "\"",
                                                    "\n",
                                                    "\r\n",
                                                    "%00",
                                                    "\xff",
                                                    "\xc3\xa9",
                                                    "../"};

std::size_t place(const std::string& bytes, Rng& rng) { return rng.below(bytes.size() + 1); }

std::string piece_of(const std::string& bytes, Rng& rng) {
    if (bytes.empty()) return {};
    return bytes.substr(rng.below(bytes.size()), 1 + rng.below(piece_max));
}

// Puts a word where a number or a text stands, so that the rest still parses.
void replace_value(std::string& bytes, std::string_view word, Rng& rng) {
    const std::size_t from = bytes.find_first_of("0123456789\"[{tf", place(bytes, rng));
    if (from == std::string::npos) return;
    const std::size_t end = bytes.find_first_of(",}]\n", from);
    bytes.replace(from, std::min(end, bytes.size()) - from, word);
}

void change(std::string& bytes, std::span<const std::string> seeds, Rng& rng) {
    const std::string_view word = words.at(rng.below(words.size()));
    switch (rng.below(8)) {
        case 0:
            if (!bytes.empty())
                bytes[rng.below(bytes.size())] ^= static_cast<char>(1U << rng.below(8));
            return;
        case 1:
            if (!bytes.empty()) bytes[rng.below(bytes.size())] = static_cast<char>(rng.below(256));
            return;
        case 2: bytes.insert(place(bytes, rng), word); return;
        case 3: replace_value(bytes, word, rng); return;
        case 4:
            bytes.insert(place(bytes, rng), piece_of(seeds[rng.below(seeds.size())], rng));
            return;
        case 5: bytes.insert(place(bytes, rng), piece_of(bytes, rng)); return;
        case 6:
            bytes.erase(std::min(place(bytes, rng), bytes.size()), 1 + rng.below(piece_max));
            return;
        default: bytes.resize(place(bytes, rng)); return;
    }
}

}  // namespace

std::string mutate(std::string bytes, std::span<const std::string> seeds, std::size_t bytes_max,
                   Rng& rng) {
    const std::size_t changes = 1 + rng.below(changes_max);
    for (std::size_t i = 0; i < changes; ++i) change(bytes, seeds, rng);
    if (bytes.size() > bytes_max) bytes.resize(bytes_max);
    return bytes;
}

}  // namespace foyer::fuzz
