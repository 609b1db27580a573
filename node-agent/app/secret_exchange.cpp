#include "node-agent/app/secret_exchange.h"

#include <array>

namespace foyer::agent {
namespace {

std::string draw_nonce(Rng& rng) {
    std::array<std::uint8_t, handover_nonce_bytes> bytes{};
    rng.fill(bytes);
    return {bytes.begin(), bytes.end()};
}

// As the member's record names this box. It is a voter there: only such ones ask and answer.
std::string own_key(const HandoverMember& member) {
    return leadership::find_entry(*member.record, member.self)->key.str();
}

}  // namespace

SecretExchange::SecretExchange(SecretSeal seal, const HandoverRules& rules, Rng& rng, Log& log)
    : seal_(std::move(seal)), rules_(rules), rng_(rng), log_(log) {}

SecretExchange::Place& SecretExchange::place_of(const Assignment& assignment) {
    Place& place = places_[assignment.partition];
    if (place.group != assignment.instance || place.ordered_at != assignment.ordered_at) place = {};
    place.group = assignment.instance;
    place.ordered_at = assignment.ordered_at;
    place.addresses.clear();
    for (const auto* list : {&assignment.members, &assignment.learners})
        for (const Member& member : *list) place.addresses[member.index] = member.address;
    return place;
}

void SecretExchange::hold(const Assignment& assignment) {
    Place& place = place_of(assignment);
    place.held = Secret(assignment.secrets);
    place.search.reset();
}

void SecretExchange::seek(const Assignment& assignment, const std::set<std::string>& names) {
    Place& place = place_of(assignment);
    place.held = {};
    if (!place.search || place.search->asked.names != names) {
        place.search.emplace();
        place.search->asked.names = names;
    }
}

void SecretExchange::leave(const PartitionId& partition) { places_.erase(partition); }

SecretExchange::Place* SecretExchange::seeker(const PartitionId& partition) {
    const auto place = places_.find(partition);
    return place == places_.end() || !place->second.search ? nullptr : &place->second;
}

SecretExchange::Questions SecretExchange::ask(const PartitionId& partition,
                                              const HandoverMember& member, MonoTime now) {
    Place* place = seeker(partition);
    if (place == nullptr) return {};
    Search& search = *place->search;
    const auto whom = whom_to_ask(member);
    if (whom.empty() || !is_time_to_ask(search.asked, now)) return {};
    // A key of its own for each round: who learns one later opens one answer at most.
    search.opener = seal_.make();
    search.refused.clear();
    SecretQuestion question{place->group, place->ordered_at, search.asked.names, draw_nonce(rng_),
                            search.opener.public_key};
    Questions questions;
    for (const ReplicaIndex index : whom) {
        const auto address = place->addresses.find(index);
        if (address != place->addresses.end()) questions.emplace_back(address->second, question);
    }
    if (search.asked.rounds == 0)
        log_.info("secrets_sought", {{"partition", partition}, {"members", questions.size()}});
    search.asked = asked(std::move(search.asked), std::move(question), rules_, now);
    return questions;
}

std::optional<SecretAnswer> SecretExchange::answer(const PartitionId& partition,
                                                   const SecretQuestion& question,
                                                   const std::string& asker_key,
                                                   const HandoverMember& member, MonoTime now) {
    const auto place = places_.find(partition);
    if (place == places_.end()) return std::nullopt;
    const PartitionSecrets* held = place->second.search ? nullptr : &place->second.held.reveal();
    const Reply reply = reply_to(question, asker_key, member, held);
    if (reply == Reply::Silence || !take_turn(book_, asker_key, question.group, rules_, now))
        return std::nullopt;
    SecretAnswer answer{question.group, question.ordered_at, question.nonce, {}, {}};
    if (reply == Reply::NoneHere) return answer;
    const Status sealed =
        seal_.seal(question.public_key, Secret(secrets_for(question, *held)),
                   handover_context(question, asker_key, own_key(member)), answer);
    if (!sealed.ok()) {
        log_.failure(LogLevel::Warn, "secrets_not_given", sealed.failure(),
                     {{"partition", partition}});
        return std::nullopt;
    }
    log_.info("secrets_given", {{"partition", partition}, {"to_box", asker_key}});
    return answer;
}

std::optional<SecretNews> SecretExchange::hear(const PartitionId& partition,
                                               const SecretAnswer& answer,
                                               const std::string& answerer_key,
                                               const HandoverMember& member, MonoTime now) {
    Place* place = seeker(partition);
    if (place == nullptr) return std::nullopt;
    SecretSearch& search = place->search->asked;
    const auto from = answerer(search, answer, answerer_key, member);
    if (!from || place->search->refused.contains(*from)) return std::nullopt;
    if (answer.sealed.empty()) {
        search.lost[*from] = now;
        return std::nullopt;
    }
    return take(partition, *place, *from, answer,
                handover_context(search.question, own_key(member), answerer_key));
}

std::optional<SecretNews> SecretExchange::take(const PartitionId& partition, Place& place,
                                               ReplicaIndex from, const SecretAnswer& answer,
                                               const std::string& context) {
    auto opened = place.search->opener.open(answer, context);
    if (!opened.ok() || !are_those(place.search->asked.names, opened.value().reveal())) {
        log_.failure(LogLevel::Warn, "secrets_refused",
                     opened.ok() ? error(ErrorCode::InvalidArgument, "not those asked for")
                                 : opened.failure(),
                     {{"partition", partition}, {"of", from.number}});
        place.search->refused.insert(from);
        return std::nullopt;
    }
    log_.info("secrets_taken", {{"partition", partition}, {"of", from.number}});
    place.held = opened.value();
    place.search.reset();
    return SecretNews{partition, place.ordered_at, SecretsState::Known, std::move(opened).value()};
}

std::optional<SecretNews> SecretExchange::look(const PartitionId& partition,
                                               const HandoverMember& member, MonoTime now) {
    Place* place = seeker(partition);
    if (place == nullptr) return std::nullopt;
    Search& search = *place->search;
    const SecretsState state = have_all_lost(search.asked, member, rules_, now)
                                   ? SecretsState::LostByAll
                                   : SecretsState::WithGroup;
    if (state == search.told) return std::nullopt;
    search.told = state;
    return SecretNews{partition, place->ordered_at, state, {}};
}

}  // namespace foyer::agent
