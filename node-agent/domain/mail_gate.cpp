#include "node-agent/domain/mail_gate.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "common/base/base64.h"
#include "common/base/text.h"

namespace foyer::agent {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
constexpr std::size_t shown_max = 100;

std::string lower(std::string text) {
    for (char& letter : text)
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return text;
}

// Of "bob@acme.example"; empty: it has none.
std::string domain_of(const std::string& address) {
    const std::size_t at = address.rfind('@');
    return at == std::string::npos ? std::string() : lower(address.substr(at + 1));
}

// For an answer of one line of SMTP.
std::string shown(const std::string& text) {
    std::string safe = text.substr(0, shown_max);
    for (char& letter : safe)
        if (static_cast<unsigned char>(letter) < 0x20 || static_cast<unsigned char>(letter) > 0x7e)
            letter = '?';
    return safe;
}

// Never cut at a space that ends it: an empty word is a word.
std::vector<std::string> words_of(const std::string& line) {
    std::vector<std::string> words(1);
    for (const char letter : line) {
        if (letter == ' ')
            words.emplace_back();
        else
            words.back() += letter;
    }
    return words;
}

std::string may_send_as(const MailPlan::Sender& sender) {
    std::vector<std::string> domains;
    for (const auto& [domain, key] : sender.key_of) domains.push_back("@" + domain);
    if (domains.empty()) return "nothing yet: its keys are not here";
    constexpr std::size_t named_max = 4;
    const std::size_t count = domains.size();
    domains.resize(std::min(count, named_max));
    return join(domains, ", ") + (count > named_max ? ", ..." : "");
}

std::string refuse_domain(const MailPlan::Sender& sender, const std::string& what,
                          const std::string& address) {
    return "550 5.7.1 " + what + " <" + shown(address) + ">: instance '" + sender.instance.str() +
           "' may send as " + may_send_as(sender) +
           "; a domain of yours is added with foyer domain add DOMAIN --instance " +
           sender.instance.str() + " --use mail";
}

std::string refuse_quota(const MailPlan::Sender& sender, std::int64_t used, int wanted) {
    std::string text = "452 4.7.1 instance '" + sender.instance.str() + "' may write to " +
                       std::to_string(sender.per_day_max) +
                       " recipients a day and has written to " + std::to_string(used);
    if (wanted > 1) text += "; this message has " + std::to_string(wanted);
    return text + "; it begins anew at 00:00 UTC";
}

struct Verdict {
    std::string refusal;  // empty: accepted
    const DkimKey* key = nullptr;
};

Verdict verdict_on(const MailPlan& plan, const MailPlan::Sender& sender, const MailQuestion& asked,
                   const MailRules& rules, std::int64_t used) {
    if (asked.sender.empty())
        return {
            "550 5.7.1 mail without a sender is not relayed: give the address that answers and "
            "failures shall go to"};
    const auto envelope = sender.key_of.find(domain_of(asked.sender));
    if (envelope == sender.key_of.end()) return {refuse_domain(sender, "sender", asked.sender)};
    const int wanted = asked.message ? std::max(1, asked.message->recipients) : 1;
    if (used + wanted > sender.per_day_max) return {refuse_quota(sender, used, wanted)};
    if (rules.queue_full)
        return {"452 4.3.1 too much mail waits for its delivery here; try again later"};
    if (!asked.message) return {{}, &plan.keys.at(envelope->second)};
    if (asked.message->from.size() != 1)
        return {"550 5.6.0 the message has to have one From line, with one address"};
    // What a reader sees is what is signed.
    const std::string& from = asked.message->from.front();
    const auto seen = sender.key_of.find(domain_of(from));
    if (seen == sender.key_of.end()) return {refuse_domain(sender, "From", from)};
    return {{}, &plan.keys.at(seen->second)};
}

void add_keys(const EdgeRoute& route, const DkimKey& zone_key, MailPlan& plan,
              MailPlan::Sender& sender) {
    if (!zone_key.private_key.empty()) sender.key_of[route.hostname] = zone_key.domain;
    for (const DkimKey& key : route.mail->keys) {
        // The master lets no such name in; one would be another instance's.
        const bool of_zone = key.domain == plan.zone || key.domain.ends_with("." + plan.zone);
        if (key.private_key.empty() || of_zone) continue;
        sender.key_of[key.domain] = key.domain;
        plan.keys[key.domain] = key;
    }
}

}  // namespace

MailPlan mail_plan(const NodeSettings& settings, const std::map<std::string, EdgeRoute>& routes,
                   const ReadAddress& read) {
    MailPlan plan;
    if (!settings.edge || !settings.mail_relay || settings.mail_relay->address.empty()) return plan;
    const DkimKey& zone_key = settings.mail_relay->zone_key;
    plan.relay = settings.mail_relay->address;
    plan.zone = settings.zone;
    if (!zone_key.private_key.empty()) plan.keys[zone_key.domain] = zone_key;
    std::set<std::string> contested;
    for (const auto& [hostname, route] : routes) {
        if (!route.mail) continue;
        MailPlan::Sender sender{route.instance, hostname, route.mail->per_day_max, {}};
        add_keys(route, zone_key, plan, sender);
        for (const std::string& source : route.mail->sources) {
            const auto address = read(source);
            if (address && !plan.senders.try_emplace(*address, sender).second)
                contested.insert(*address);
        }
    }
    for (const std::string& source : contested) plan.senders.erase(source);
    return plan;
}

std::optional<MailQuestion> parse_mail_question(const std::string& line) {
    const std::vector<std::string> words = words_of(line);
    const bool whole = words.front() == "data" && words.size() == 5;
    if (!whole && !(words.front() == "mail" && words.size() == 3)) return std::nullopt;
    const auto sender = from_base64(words[2]);
    if (!sender) return std::nullopt;
    MailQuestion asked{words[1], *sender, std::nullopt};
    if (!whole) return asked;
    const auto recipients = parse_int(words[3]);
    const auto from = from_base64(words[4]);
    if (!recipients || *recipients < 1 || *recipients > 100'000 || !from) return std::nullopt;
    asked.message = {static_cast<int>(*recipients), split(*from, ':')};
    return asked;
}

void turn_day(MailBook& book, WallTime now) {
    const std::int64_t today = now.unix_ms / day_ms;
    if (today > book.day) book = MailBook{today, {}, 0};
}

std::string judge_mail(const MailPlan& plan, const MailQuestion& asked, const MailRules& rules,
                       MailBook& book, WallTime now) {
    turn_day(book, now);
    const auto sender = plan.senders.find(asked.source);
    if (sender == plan.senders.end()) {
        book.strangers += 1;
        return "550 5.7.1 this relay takes mail from copies of this cloud alone";
    }
    MailCount& count = book.counts[sender->second.instance];
    const Verdict verdict = verdict_on(plan, sender->second, asked, rules, count.accepted);
    if (!verdict.refusal.empty()) {
        count.refused += 1;
        return verdict.refusal;
    }
    if (asked.message) count.accepted += asked.message->recipients;
    return "ok " + sender->second.instance.str() + " " + verdict.key->domain + " " +
           verdict.key->selector;
}

}  // namespace foyer::agent
