// Signatures, the certificate of a leader, the chain of configurations and the evidence of two
// votes, in step(): section 9. Without the functions of Start nothing of it happens.
//
// A link is made by the leader that sees its configuration committed. The next configuration is
// written only when a quorum has that link on its disk (is_chain_held): so whoever is elected finds
// what it lacks at one of its own voters, with the renewals.
#include <algorithm>

#include "common/leadership/turn.h"

namespace foyer::leadership {
namespace {

constexpr std::size_t links_a_message = 2;  // they are datagrams

Verifier verifier(const State& state) { return {state.hash, state.check}; }

// The configuration of that hash, if this member has it.
std::optional<Link> find_config(const Durable& durable, const Hash& hash) {
    const auto found = std::ranges::find(durable.chain, hash, &Link::config_hash);
    if (found != durable.chain.end()) return *found;
    if (durable.record && durable.record->config_hash == hash) return link_of(*durable.record);
    return std::nullopt;
}

bool follows(const State& state, const Link& next) {
    return hash_after(chain_tip(state.durable), next, state.hash) == next.config_hash;
}

void append(Durable& durable, const Link& link) {
    durable.chain.push_back(link);
    if (durable.chain.size() > chain_max) durable.chain.erase(durable.chain.begin());
}

void compare(Turn& turn, const Certificate& told, const std::optional<Certificate>& known) {
    State& state = turn.state;
    const auto config = find_config(state.durable, told.config_hash);
    if (!known || !config) return;
    const auto found = double_votes(state.identity.group, *config, *known, told, verifier(state));
    for (const Evidence& evidence : found) {
        note(state.durable, evidence);
        persist(turn);
        report(turn, "a voter signed two votes of one epoch: it must be replaced");
    }
}

void note_certificate(Turn& turn, const Certificate& told) {
    State& state = turn.state;
    Durable& durable = state.durable;
    if (!signs(state) || told.fence.generation != durable.generation) return;
    compare(turn, told, durable.certificate);
    compare(turn, told, state.stood);
    if (durable.certificate && durable.certificate->fence >= told.fence) return;
    durable.certificate = told;
    persist(turn);
}

// Of this leadership; without votes where they are not kept, or not known yet.
Certificate own_certificate(const State& state, const Durable& durable) {
    const auto& known = durable.certificate;
    if (known && known->fence == own_fence(state)) return *known;
    return {own_fence(state), state.identity.self, state.leading.elected_with.ballot, {}, {}, {}};
}

void announce_to_members(Turn& turn, const Certificate& certificate) {
    State& state = turn.state;
    const Hash tip = chain_tip(state.disk);
    for (const ReplicaIndex index : others(*state.durable.record, state.identity.self)) {
        Peer& peer = state.peers[index];
        if (turn.now < peer.next_announce || (peer.announced && peer.chain_tip == tip)) continue;
        peer.announced = true;
        peer.next_announce = turn.now + state.timing.renewal;
        Announce told{certificate, *state.leading.committed,
                      links_after(state.disk, peer.chain_tip)};
        send(turn, index, std::move(told), 0, false);
    }
}

// No record names them, so nothing else tells them whom to follow.
void announce_to_learners(Turn& turn, const Certificate& certificate) {
    State& state = turn.state;
    for (const ReplicaIndex index : state.learners) {
        Peer& peer = state.peers[index];
        const bool named = find_entry(*state.durable.record, index) != nullptr;
        if (named || (peer.announced && turn.now < peer.next_announce)) continue;
        peer.announced = true;
        peer.next_announce = turn.now + state.timing.announce_again;
        send(turn, index, Announce{certificate, *state.leading.committed, {}}, 0, false);
    }
}

}  // namespace

bool signs(const State& state) {
    return state.hash != nullptr && state.sign != nullptr && state.check != nullptr;
}

Signature sign(const State& state, const Bytes& bytes) {
    return signs(state) ? state.sign(bytes) : Signature();
}

Signer own_signer(const State& state) { return {state.identity.self, state.durable.incarnation}; }

bool is_good_vote(const State& state, ReplicaIndex from, const VoteAnswer& body) {
    if (!signs(state)) return true;
    const MemberEntry* entry = find_entry(*state.durable.record, from);
    if (entry == nullptr || !state.stood || state.stood->fence.epoch != body.epoch) return false;
    const Signer voter{from, entry->incarnation};
    const Bytes bytes = vote_bytes(state.identity.group, voter, *state.stood);
    return state.check(entry->key, bytes, body.signature);
}

bool is_good_accept(const State& state, ReplicaIndex from, const WriteAnswer& body) {
    if (!signs(state)) return true;
    const Record& record = *state.durable.record;
    const MemberEntry* entry = find_entry(record, from);
    if (entry == nullptr || body.ballot != record.ballot) return false;
    const Bytes bytes = accept_bytes(state.identity.group, {from, entry->incarnation},
                                     record.ballot, record.config_hash);
    return state.check(entry->key, bytes, body.signature);
}

// Whoever holds a first record begins the chain with it.
void root_chain(State& state) {
    Durable& durable = state.durable;
    if (!signs(state) || !durable.record || durable.record->ballot.epoch != Epoch()) return;
    if (durable.chain.empty()) durable.chain.push_back(link_of(*durable.record));
}

void link_committed(Turn& turn) {
    State& state = turn.state;
    const Leading& leading = state.leading;
    if (!signs(state) || !leading.committed || leading.open_record) return;
    const Record& record = *leading.committed;
    if (chain_tip(state.durable) == record.config_hash) return;
    Link link = link_of(record);
    // Links before it are missing here: they come with the answers to renewals.
    if (!follows(state, link)) return;
    link.signatures = leading.accepts;
    if (ballot_of(state.disk) == record.ballot)
        link.signatures[state.identity.self] =
            sign(state, accept_bytes(state.identity.group, own_signer(state), record.ballot,
                                     record.config_hash));
    append(state.durable, link);
    persist(turn);
    publish(turn);
}

void take_links(Turn& turn, const std::vector<Link>& links) {
    State& state = turn.state;
    if (!signs(state)) return;
    Durable& durable = state.durable;
    bool taken = false;
    for (const Link& link : links) {
        if (link.ballot.generation != durable.generation) return;
        const bool newer = durable.chain.empty() || durable.chain.back().ballot < link.ballot;
        if (!newer) continue;
        // What lies between is dropped where it came from: the newest stay.
        if (!durable.chain.empty() && !follows(state, link)) durable.chain.clear();
        append(durable, link);
        taken = true;
    }
    if (taken) persist(turn);
}

std::vector<Link> links_after(const Durable& durable, const Hash& tip) {
    const auto found = std::ranges::find(durable.chain, tip, &Link::config_hash);
    if (found == durable.chain.end() && tip != Hash{}) return {};
    const auto begin = found == durable.chain.end() ? durable.chain.begin() : std::next(found);
    const auto left = static_cast<std::size_t>(durable.chain.end() - begin);
    const auto count = static_cast<std::ptrdiff_t>(std::min(left, links_a_message));
    return {begin, begin + count};
}

bool is_chain_held(const State& state) {
    if (!signs(state)) return true;
    const Record& record = *state.durable.record;
    const Hash tip = chain_tip(state.disk);
    if (tip != record.config_hash) return false;
    IndexSet held{state.identity.self};
    for (const auto& [index, peer] : state.peers)
        if (peer.chain_tip == tip) held.insert(index);
    return is_quorum(record, held);
}

void publish(Turn& turn) {
    State& state = turn.state;
    turn.effects.push_back(Publish{own_certificate(state, state.durable), *state.leading.committed,
                                   state.durable.chain});
    for (auto& [index, peer] : state.peers) peer.announced = false;
}

void send_announcements(Turn& turn) {
    const State& state = turn.state;
    if (!state.leading.published) return;
    const Certificate certificate = own_certificate(state, state.disk);
    if (signs(state) && certificate.signatures.empty()) return;  // not on the disk yet
    if (signs(state)) announce_to_members(turn, certificate);
    announce_to_learners(turn, certificate);
}

void on_announce(Turn& turn, const Message& message, const Announce& body) {
    if (leads(turn.state)) return note_certificate(turn, body.certificate);
    note_certificate(turn, body.certificate);
    take_links(turn, body.chain);
    learn(turn, body.record);
    // Only what is committed is announced.
    auto& committed = turn.state.known_committed;
    const bool newer = !committed || *committed < body.record.ballot;
    if (newer && body.record.leader == message.envelope.from) committed = body.record.ballot;
}

}  // namespace foyer::leadership
