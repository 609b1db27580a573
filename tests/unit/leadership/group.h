// Records and durable states for the unit tests: three data members 0, 1, 2, all in S, k = 2.
#pragma once

#include "common/leadership/chain.h"

namespace foyer::leadership::test {

inline MemberEntry entry(int index, ReplicaKind kind = ReplicaKind::Data) {
    return {ReplicaIndex{index}, kind, NodeKey("key" + std::to_string(index)),
            Incarnation{static_cast<std::uint64_t>(index), 1}, true};
}

inline Record record_of_three() {
    Record record;
    record.ballot = {Generation(1), Epoch(1), 1};
    record.leader = ReplicaIndex{0};
    record.members = {entry(0), entry(1), entry(2)};
    record.in_sync = {ReplicaIndex{0}, ReplicaIndex{1}, ReplicaIndex{2}};
    record.k = record.copies = record.floor = 2;
    return record;
}

inline Durable durable_of(int self, const Record& record) {
    Durable durable;
    durable.generation = record.ballot.generation;
    durable.epoch = record.ballot.epoch;
    durable.voted_for = record.leader;
    durable.record = record;
    durable.t_max = record.promise;
    durable.incarnation = entry(self).incarnation;
    return durable;
}

// Every member changes, and all of them signed.
inline Link largest_link() {
    Link link;
    for (int index = 0; index < static_cast<int>(members_max); ++index) {
        MemberEntry one = entry(999'900 + index, ReplicaKind::Witness);
        one.key = NodeKey(std::string(64, 'a'));
        link.members.push_back(one);
        one.index.number += 50;
        link.old_members.push_back(one);
        // A key of 91 bytes and a signature of 72, in base64url.
        link.signatures[link.members.back().index] = std::string(218, 'A');
        link.signatures[one.index] = std::string(218, 'A');
    }
    return link;
}

// A signature that hides nothing: the key, then what was signed.
inline Signature seal(const NodeKey& key, std::span<const std::uint8_t> bytes) {
    return key.str() + ":" + std::string(bytes.begin(), bytes.end());
}

inline Verifier verifier() {
    return {[](std::span<const std::uint8_t> bytes) {
                Hash hash{};
                for (std::size_t i = 0; i < bytes.size(); ++i)
                    hash[i % 32] = static_cast<std::uint8_t>(hash[i % 32] * 31 + bytes[i] + 1);
                return hash;
            },
            [](const NodeKey& key, std::span<const std::uint8_t> bytes,
               const Signature& signature) { return signature == seal(key, bytes); }};
}

inline LogPosition at(std::uint64_t epoch, std::uint64_t end) {
    return {{Generation(1), Epoch(epoch)}, Lsn(end)};
}

inline const InstanceName acme("acme");

// As the master signs it.
inline Record first_of_three() {
    Record first = record_of_three();
    first.ballot = {Generation(1), Epoch(), 0};
    first.leader.reset();
    first.config_hash = config_hash({}, first, verifier().hash);
    return first;
}

}  // namespace foyer::leadership::test
