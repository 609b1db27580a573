#include "node-agent/domain/secret_handover.h"

#include <algorithm>

namespace foyer::agent {
namespace {

namespace lead = leadership;

// The contract's secret that only `init` is given (common/docs/replica-contract.md).
constexpr const char* init_secret = "admin_password";

// Of all voters of the record, those on their way out included: each must be able to acknowledge.
std::optional<ReplicaIndex> data_member(const lead::Record& record, const std::string& key) {
    for (const auto* list : {&record.members, &record.old_members})
        for (const lead::MemberEntry& entry : *list)
            if (entry.kind == ReplicaKind::Data && entry.key.str() == key) return entry.index;
    return std::nullopt;
}

}  // namespace

std::set<std::string> needed_secrets(std::set<std::string> names, bool initialized) {
    if (initialized) names.erase(init_secret);
    return names;
}

SecretsState where_secrets_are(const Assignment& assignment, const std::set<std::string>& needed) {
    if (needed.empty()) return SecretsState::Known;
    const bool shared = assignment.group && assignment.kind == ReplicaKind::Data &&
                        !needed.contains(init_secret) && needed.size() <= handover_secrets_max;
    return shared ? SecretsState::WithGroup : SecretsState::WithMaster;
}

// Names of instances and keys hold no line end, and a nonce is of fixed length, so the text has one
// reading.
std::string handover_context(const SecretQuestion& question, const std::string& asker_key,
                             const std::string& answerer_key) {
    return question.group.str() + "\n" + std::to_string(question.ordered_at.unix_ms) + "\n" +
           asker_key + "\n" + answerer_key + "\n" + question.nonce;
}

Reply reply_to(const SecretQuestion& question, const std::string& asker_key,
               const HandoverMember& member, const PartitionSecrets* held) {
    if (member.record == nullptr || member.retired) return Reply::Silence;
    const lead::Record& record = *member.record;
    const bool same_order =
        member.ordered_at.unix_ms != 0 && question.ordered_at == member.ordered_at;
    if (!same_order || record.desired == DesiredState::Deleted) return Reply::Silence;
    if (!lead::is_data(record, member.self)) return Reply::Silence;
    const auto asker = data_member(record, asker_key);
    if (!asker || *asker == member.self) return Reply::Silence;
    if (held == nullptr) return Reply::NoneHere;
    return are_those(question.names, secrets_for(question, *held)) ? Reply::Secrets
                                                                   : Reply::Silence;
}

PartitionSecrets secrets_for(const SecretQuestion& question, const PartitionSecrets& held) {
    PartitionSecrets given;
    for (const auto& [name, content] : held.by_name) {
        const bool fits = content.size() <= handover_secret_bytes_max;
        if (name != init_secret && fits && question.names.contains(name))
            given.by_name[name] = content;
    }
    return given;
}

bool take_turn(AnswerBook& book, const std::string& asker_key, const InstanceName& group,
               const HandoverRules& rules, MonoTime now) {
    constexpr Duration second{1'000};
    std::erase_if(book.last, [&](const auto& item) { return now - item.second >= second; });
    if (static_cast<int>(book.last.size()) >= rules.answers_a_second) return false;
    const auto [turn, fresh] = book.last.try_emplace({asker_key, group}, now);
    if (!fresh && now - turn->second < rules.same_asker) return false;
    turn->second = now;
    return true;
}

std::vector<ReplicaIndex> whom_to_ask(const HandoverMember& member) {
    std::vector<ReplicaIndex> whom;
    if (member.record == nullptr || !lead::is_data(*member.record, member.self)) return whom;
    for (const ReplicaIndex index : lead::voters(*member.record))
        if (index != member.self && lead::is_data(*member.record, index)) whom.push_back(index);
    return whom;
}

bool is_time_to_ask(const SecretSearch& search, MonoTime now) {
    return !search.names.contains(init_secret) && now >= search.next_round;
}

SecretSearch asked(SecretSearch search, SecretQuestion question, const HandoverRules& rules,
                   MonoTime now) {
    Duration pause = rules.ask_first;
    for (int i = 0; i < search.rounds && pause < rules.ask_longest; ++i) pause = pause * 2;
    search.rounds = std::min(search.rounds + 1, 30);
    search.next_round = now + std::min(pause, rules.ask_longest);
    search.question = std::move(question);
    return search;
}

std::optional<ReplicaIndex> answerer(const SecretSearch& search, const SecretAnswer& answer,
                                     const std::string& answerer_key,
                                     const HandoverMember& member) {
    const SecretQuestion& mine = search.question;
    if (mine.nonce.empty() || answer.nonce != mine.nonce || answer.group != mine.group ||
        answer.ordered_at != mine.ordered_at || member.record == nullptr ||
        !lead::is_data(*member.record, member.self))
        return std::nullopt;
    const auto from = data_member(*member.record, answerer_key);
    return from == member.self ? std::nullopt : from;
}

bool are_those(const std::set<std::string>& names, const PartitionSecrets& secrets) {
    return std::ranges::equal(names, secrets.by_name, {}, {},
                              [](const auto& item) { return item.first; });
}

bool have_all_lost(const SecretSearch& search, const HandoverMember& member,
                   const HandoverRules& rules, MonoTime now) {
    const auto others = whom_to_ask(member);
    return !others.empty() && std::ranges::all_of(others, [&](ReplicaIndex index) {
        const auto said = search.lost.find(index);
        return said != search.lost.end() && now - said->second < rules.lost_said_for;
    });
}

}  // namespace foyer::agent
