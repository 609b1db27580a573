#include "common/leadership/signed_bytes.h"

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

}  // namespace

Bytes first_bytes(const InstanceName& group, const Record& first) {
    Bytes bytes = begin("first", group);
    put(bytes, first);
    return bytes;
}

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
