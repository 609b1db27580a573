#include "common/leadership/chain.h"

#include <algorithm>

namespace foyer::leadership {
namespace {

Error bad(std::string what) {
    return error(ErrorCode::PermissionDenied, "chain: " + std::move(what));
}

Record config_of(const Link& link) {
    Record config;
    config.ballot = link.ballot;
    config.members = link.members;
    config.old_members = link.old_members;
    return config;
}

// Who of the configuration signed the bytes made for it.
template <class BytesOf>
IndexSet good_signers(const Record& config, const std::map<ReplicaIndex, Signature>& signatures,
                      const Verifier& verifier, const BytesOf& bytes_of) {
    IndexSet good;
    for (const auto& [index, signature] : signatures) {
        const MemberEntry* entry = find_entry(config, index);
        if (entry == nullptr) continue;
        const Bytes bytes = bytes_of(Signer{index, entry->incarnation});
        if (verifier.check(entry->key, bytes, signature)) good.insert(index);
    }
    return good;
}

// A joint link starts from the members before it; the next ends with the members it named.
Status check_neighbours(const Link& before, const Link& next) {
    if (before.ballot.generation != next.ballot.generation)
        return bad("a link of another generation");
    if (next.ballot <= before.ballot) return bad("a link that is not newer");
    const bool joins = before.old_members.empty() && next.old_members == before.members;
    const bool ends =
        !before.old_members.empty() && next.old_members.empty() && next.members == before.members;
    return joins || ends ? ok_status() : bad("a link that does not follow");
}

}  // namespace

Link link_of(const Record& record) {
    return {record.ballot, record.config_hash, {}, record.members, record.old_members};
}

Hash hash_after(const Hash& before, const Link& next, HashFunction hash) {
    return config_hash(before, config_of(next), hash);
}

Status verify_link(const InstanceName& group, const Link& before, const Link& next,
                   const Verifier& verifier) {
    TRY(check_neighbours(before, next));
    if (next.config_hash != hash_after(before.config_hash, next, verifier.hash))
        return bad("the hash of a link is not that of its members");
    const Record config = config_of(next);
    const IndexSet good = good_signers(config, next.signatures, verifier, [&](const Signer& voter) {
        return accept_bytes(group, voter, next.ballot, next.config_hash);
    });
    // A joint quorum is a majority of the members before, too; those that end it were named by it.
    return is_quorum(config, good) ? ok_status() : bad("too few signed a link");
}

Status verify_certificate(const InstanceName& group, const Link& config,
                          const Certificate& certificate, const Verifier& verifier) {
    const Record record = config_of(config);
    if (certificate.config_hash != config.config_hash ||
        certificate.fence.generation != config.ballot.generation)
        return bad("a certificate of other members");
    if (!is_member(record, certificate.leader) || !is_data(record, certificate.leader))
        return bad("who leads is no member with data");
    const IndexSet good =
        good_signers(record, certificate.signatures, verifier,
                     [&](const Signer& voter) { return vote_bytes(group, voter, certificate); });
    return is_quorum(record, good) ? ok_status() : bad("too few signed the certificate");
}

Result<Link> verify_chain(const InstanceName& group, const Link& known, std::span<const Link> chain,
                          const Certificate& certificate, const Verifier& verifier) {
    const auto place = std::ranges::find(chain, known.config_hash, &Link::config_hash);
    const auto first = place == chain.end() ? chain.begin() : std::next(place);
    Link newest = known;
    bool elected = verify_certificate(group, known, certificate, verifier).ok();
    for (auto link = first; link != chain.end(); ++link) {
        TRY(verify_link(group, newest, *link, verifier));
        newest = *link;
        elected = elected || verify_certificate(group, newest, certificate, verifier).ok();
    }
    if (!elected) return bad("no configuration of it elected this leader");
    return newest;
}

Link newest_verified(const InstanceName& group, const Link& known, std::span<const Link> chain,
                     const Verifier& verifier) {
    Link newest = known;
    for (const Link& link : chain)
        if (verify_link(group, newest, link, verifier).ok()) newest = link;
    return newest;
}

Result<Link> verify_chain(const InstanceName& group, const Record& first,
                          std::span<const Link> chain, const Certificate& certificate,
                          const Verifier& verifier) {
    const Link begins = link_of(first);
    TRY(check_valid(first));
    if (first.ballot.epoch != Epoch() || first.ballot.seq != 0) return bad("no first record");
    if (first.config_hash != hash_after({}, begins, verifier.hash))
        return bad("the hash of the first record is not that of its members");
    return verify_chain(group, begins, chain, certificate, verifier);
}

std::vector<Evidence> double_votes(const InstanceName& group, const Link& config,
                                   const Certificate& one, const Certificate& other,
                                   const Verifier& verifier) {
    std::vector<Evidence> found;
    if (one.fence != other.fence || one.leader == other.leader) return found;
    const Record record = config_of(config);
    const auto voted = [&](const Certificate& it) {
        return good_signers(record, it.signatures, verifier,
                            [&](const Signer& voter) { return vote_bytes(group, voter, it); });
    };
    const IndexSet again = voted(other);
    for (const ReplicaIndex index : voted(one)) {
        if (!again.contains(index)) continue;
        const Signer voter{index, find_entry(record, index)->incarnation};
        const Ballot epoch{one.fence.generation, one.fence.epoch, 0};
        Evidence evidence{EvidenceKind::TwoVotes, index, epoch, {}};
        for (const Certificate* vote : {&one, &other})
            evidence.proofs.push_back(
                {vote_bytes(group, voter, *vote), vote->signatures.at(index)});
        found.push_back(std::move(evidence));
    }
    return found;
}

}  // namespace foyer::leadership
