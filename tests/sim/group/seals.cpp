#include "tests/sim/group/seals.h"

namespace foyer::sim::group {
namespace {

std::uint64_t mix(std::uint64_t state, std::uint64_t byte) {
    return (state ^ byte) * 0x100000001b3U;
}

std::uint64_t digest(std::string_view key, std::span<const std::uint8_t> bytes) {
    std::uint64_t state = 0xcbf29ce484222325U;
    for (const char letter : key) state = mix(state, static_cast<std::uint8_t>(letter));
    for (const std::uint8_t byte : bytes) state = mix(state, byte);
    return state ^ (state >> 29U);
}

leadership::Signature seal(std::string_view key, std::span<const std::uint8_t> bytes) {
    return std::to_string(digest(key, bytes));
}

}  // namespace

leadership::NodeKey key_of(ReplicaIndex index) {
    return leadership::NodeKey("key" + std::to_string(index.number));
}

leadership::Hash toy_hash(std::span<const std::uint8_t> bytes) {
    leadership::Hash hash{};
    const std::uint64_t number = digest("hash", bytes);
    for (std::size_t at = 0; at < 8; ++at) hash[at] = static_cast<std::uint8_t>(number >> (8 * at));
    return hash;
}

leadership::SignFunction signer_of(ReplicaIndex index) {
    return [key = key_of(index).str()](std::span<const std::uint8_t> bytes) {
        return seal(key, bytes);
    };
}

leadership::Verifier verifier() {
    return {toy_hash, [](const leadership::NodeKey& key, std::span<const std::uint8_t> bytes,
                         const leadership::Signature& signature) {
                return signature == seal(key.str(), bytes);
            }};
}

}  // namespace foyer::sim::group
