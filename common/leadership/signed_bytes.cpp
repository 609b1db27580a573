#include "common/leadership/signed_bytes.h"

#include <algorithm>

namespace foyer::leadership {
namespace {

Bytes begin(std::string_view kind, const InstanceName& group) {
    Bytes bytes;
    put(bytes, "foyer/leadership/1/" + std::string(kind));
    put(bytes, std::string_view(group.str()));
    return bytes;
}

Bytes begin(std::string_view kind, const InstanceName& group, const Signer& voter) {
    Bytes bytes = begin(kind, group);
    put(bytes, static_cast<std::uint64_t>(voter.index.number));
    put(bytes, voter.incarnation);
    return bytes;
}

// What `put` wrote of a number. Beyond the end: zeros, and `at` says so.
std::uint64_t take_number(std::span<const std::uint8_t> bytes, std::size_t& at) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i, ++at)
        number = (number << 8U) | (at < bytes.size() ? bytes[at] : 0);
    return number;
}

}  // namespace

Bytes accept_bytes(const InstanceName& group, const Signer& voter, const Ballot& ballot,
                   const Hash& config_hash) {
    Bytes bytes = begin("accept", group, voter);
    put(bytes, ballot);
    put(bytes, config_hash);
    return bytes;
}

Bytes vote_bytes(const InstanceName& group, const Signer& voter, const Certificate& granted) {
    Bytes bytes = begin("vote", group, voter);
    put(bytes, granted.fence);
    put(bytes, static_cast<std::uint64_t>(granted.leader.number));
    put(bytes, granted.record);
    put(bytes, granted.config_hash);
    put(bytes, granted.start);
    return bytes;
}

std::optional<VoteSigned> read_vote(const InstanceName& group,
                                    std::span<const std::uint8_t> bytes) {
    const Bytes head = begin("vote", group);
    if (bytes.size() < head.size() || !std::ranges::equal(head, bytes.first(head.size())))
        return std::nullopt;
    std::size_t at = head.size();
    VoteSigned vote;
    vote.voter.index = ReplicaIndex{static_cast<int>(take_number(bytes, at))};
    vote.voter.incarnation.high = take_number(bytes, at);
    vote.voter.incarnation.low = take_number(bytes, at);
    vote.fence.generation = Generation(take_number(bytes, at));
    vote.fence.epoch = Epoch(take_number(bytes, at));
    vote.leader = ReplicaIndex{static_cast<int>(take_number(bytes, at))};
    return at <= bytes.size() ? std::optional(vote) : std::nullopt;
}

Bytes proof_bytes(const InstanceName& group, const Signer& voter, const ReadAnswer& answer) {
    Bytes bytes = begin("proof", group, voter);
    put(bytes, answer.nonce);
    put(bytes, answer.fence);
    put(bytes, answer.holder ? static_cast<std::uint64_t>(answer.holder->number) + 1 : 0);
    put(bytes, answer.record ? 1 : 0);
    if (answer.record) put(bytes, *answer.record);
    put(bytes, answer.seen_of_asker);
    return bytes;
}

}  // namespace foyer::leadership
