#include "master/domain/domain_view.h"

#include <algorithm>

#include "common/base/text.h"
#include "master/domain/state.h"

namespace foyer::master {
namespace {

constexpr Duration look_min{5'000};
constexpr Duration look_max{600'000};
constexpr std::size_t quoted_max = 3;

bool has_zone(const State& state) {
    const std::string& zone = state.settings().zone;
    return zone.substr(zone.rfind('.') + 1) != "localhost";
}

std::string quoted(const std::vector<std::string>& all) {
    std::string text;
    for (std::size_t i = 0; i < std::min(all.size(), quoted_max); ++i)
        text += (i > 0 ? ", '" : "'") + all[i].substr(0, 80) + "'";
    return all.size() > quoted_max ? text + ", …" : text;
}

std::string seen_texts(const Domain& row, const DnsAnswer& answer) {
    const std::string at = challenge_name(row.name);
    if (answer.texts.empty()) return "there is no TXT record '" + at + "' yet";
    return "the TXT record '" + at + "' says " + quoted(answer.texts) + ", not '" + row.token + "'";
}

std::string seen_addresses(const Domain& row, const std::vector<std::string>& strangers,
                           const DnsAnswer& answer) {
    if (answer.addresses.empty())
        return "'" + row.name.str() + "' has no address yet: neither a CNAME nor A or AAAA";
    return "'" + row.name.str() + "' leads to " + quoted(strangers) +
           (strangers.size() == 1 ? ", which is no edge of this cloud"
                                  : ", which are no edges of this cloud");
}

// Blanks mean nothing in such a record, and DNS panels add some.
bool has_key(const std::string& text, const std::string& public_key) {
    std::string plain = text;
    std::erase_if(plain, [](char letter) { return letter == ' ' || letter == '\t'; });
    const std::vector<std::string> tags = split(plain, ';');
    return std::ranges::find(tags, "p=" + public_key) != tags.end();
}

// Empty: the key is there, or none is awaited.
std::string seen_key(const Domain& row, const DnsAnswer& answer) {
    if (!row.mail_key) return {};
    const auto& key = *row.mail_key;
    const bool there = std::ranges::any_of(
        answer.key_texts, [&](const auto& text) { return has_key(text, key.public_key); });
    if (there) return {};
    const std::string at = mail_key_name(row.name.str(), key);
    return answer.key_texts.empty() ? "there is no TXT record '" + at + "' yet"
                                    : "the TXT record '" + at + "' has another key";
}

std::vector<std::string> edge_addresses(const State& state, bool six) {
    std::vector<std::string> found;
    for (const NodeId& edge : state.edges()) {
        const std::string& address = state.nodes().at(edge).public_address;
        const bool is_six = address.find(':') != std::string::npos;
        const bool is_four =
            !address.empty() && address.find_first_not_of("0123456789.") == std::string::npos;
        if (six ? is_six : is_four) found.push_back(address);
    }
    return found;
}

void add_certificates(const State& state, const Domain& row, WallTime now, DomainView& view) {
    const auto& all = state.domain_certificates();
    for (auto at = all.lower_bound({row.name, NodeId()});
         at != all.end() && at->first.first == row.name; ++at) {
        view.certificates.push_back(at->second);
        const auto& not_after = at->second.not_after;
        if (!not_after || *not_after <= now) continue;
        view.serving_until =
            view.serving_until ? std::min(*view.serving_until, *not_after) : *not_after;
    }
}

int asking_edges(const State& state) {
    int count = 0;
    for (const NodeId& edge : state.edges())
        count += state.nodes().at(edge).acme_thumbprint.empty() ? 0 : 1;
    return count;
}

std::string failures_text(const DomainView& view) {
    std::string text;
    for (const DomainCertificate& one : view.certificates) {
        if (one.failures == 0) continue;
        text += (text.empty() ? "edge '" : "; edge '") + one.edge.str() + "' got none at its " +
                (one.failures == 1 ? std::string("last order")
                                   : "last " + std::to_string(one.failures) + " orders") +
                ": " + one.failure;
        if (one.retry_at) text += "; it tries again at " + to_rfc3339(*one.retry_at);
    }
    return text;
}

std::string serving_text(const DomainView& view) {
    return view.serving_until ? "serving until " + to_rfc3339(*view.serving_until) : "not serving";
}

std::string show_again(const Domain& row) { return "foyer domain show " + row.name.str(); }

std::string hours_left(const Domain& row, WallTime now) {
    const Duration left = row.created_at + domain_claim_life - now;
    return std::to_string(std::max<std::int64_t>(0, left.count() / 3'600'000)) + " hours";
}

void say_lapsed(const Domain& row, WallTime now, DomainView& view) {
    view.phase = DomainPhase::Lapsed;
    view.status = "lapsed: '" + row.name.str() + "' was proven by somebody else";
    view.next = "if the name is yours, ask the operator; foyer domain rm " + row.name.str() +
                " takes the claim away, which is forgotten by itself within " +
                hours_left(row, now);
}

std::string may_send(const State& state, const Domain& row) {
    return "'" + row.instance.str() + "' may send mail as @" + row.name.str() + ", to " +
           std::to_string(state.settings().mail.per_day) + " recipients a day";
}

void say_waiting(const Domain& row, WallTime now, DomainView& view) {
    view.phase = DomainPhase::WaitingForDns;
    view.status =
        "waiting for DNS: " + (row.seen.empty() ? std::string("it was not asked yet") : row.seen);
    view.next = "make the records above where the name's DNS is kept, then " + show_again(row) +
                "; unless they are there within " + hours_left(row, now) + " the name is forgotten";
}

}  // namespace

std::string challenge_name(const DomainName& name) { return "_foyer-challenge." + name.str(); }

std::vector<DnsRecord> records_of(const State& state, const Domain& row) {
    if (is_lapsed(state, row)) return {};
    std::vector<DnsRecord> records = {{challenge_name(row.name), "TXT", row.token}};
    if (row.mail_key)
        records.push_back(
            {mail_key_name(row.name.str(), *row.mail_key), "TXT", mail_key_record(*row.mail_key)});
    if (!is_for_web(row.use)) return records;
    if (has_zone(state))
        records.push_back({row.name.str(), "CNAME", hostname_of(state, row.instance)});
    for (const std::string& four : edge_addresses(state, false))
        records.push_back({row.name.str(), "A", four});
    for (const std::string& six : edge_addresses(state, true))
        records.push_back({row.name.str(), "AAAA", six});
    return records;
}

std::vector<DnsRecord> mail_hints_of(const State& state, const Domain& row) {
    if (!row.mail_key || is_lapsed(state, row)) return {};
    std::string spf = "v=spf1";
    if (!state.settings().mail.spf.empty()) {
        spf += " " + state.settings().mail.spf;
    } else {
        for (const std::string& four : edge_addresses(state, false)) spf += " ip4:" + four;
        for (const std::string& six : edge_addresses(state, true)) spf += " ip6:" + six;
    }
    return {{row.name.str(), "TXT", spf + " ~all"},
            {"_dmarc." + row.name.str(), "TXT", "v=DMARC1; p=none"}};
}

DomainSeen judge(const Domain& row, const DnsAnswer& answer, const std::set<std::string>& edges) {
    DomainSeen seen{row.name, row.owner, row.created_at, false, {}};
    if (!answer.failure.empty()) {
        seen.seen = "DNS could not be asked: " + answer.failure;
        return seen;
    }
    std::vector<std::string> strangers;
    for (const std::string& address : answer.addresses)
        if (!edges.contains(address)) strangers.push_back(address);
    if (std::ranges::find(answer.texts, row.token) == answer.texts.end())
        seen.seen = seen_texts(row, answer);
    if (const std::string key = seen_key(row, answer); !key.empty())
        seen.seen += (seen.seen.empty() ? "" : "; ") + key;
    if (is_for_web(row.use) && (answer.addresses.empty() || !strangers.empty()))
        seen.seen += (seen.seen.empty() ? "" : "; ") + seen_addresses(row, strangers, answer);
    seen.proven = seen.seen.empty();
    return seen;
}

Duration look_again_after(const Domain& row, WallTime now) {
    return std::clamp((now - row.created_at) / 20, look_min, look_max);
}

DomainView view_of(const State& state, const Domain& row, WallTime now) {
    DomainView view;
    if (is_lapsed(state, row)) {
        say_lapsed(row, now, view);
        return view;
    }
    if (!row.proven_at) {
        say_waiting(row, now, view);
        return view;
    }
    if (!is_for_web(row.use)) {
        view.phase = DomainPhase::Serving;
        view.status = may_send(state, row);
        return view;
    }
    add_certificates(state, row, now, view);
    const int asking = asking_edges(state);
    const auto valid = std::ranges::count_if(
        view.certificates, [&](const auto& one) { return one.not_after && *one.not_after > now; });
    const std::string failures = failures_text(view);
    if (!failures.empty()) {
        view.phase = DomainPhase::Failing;
        view.status = serving_text(view) + "; " + failures;
        view.next = "check that '" + row.name.str() +
                    "' still leads to the edges alone and that no CAA record forbids it; " +
                    show_again(row) + " tells more after the next try";
    } else if (asking == 0) {
        view.phase = DomainPhase::Asking;
        view.status = serving_text(view) + "; no edge asks for certificates";
        view.next = "the operator has to turn ACME on at an edge (common/docs/domains.md)";
    } else if (valid < asking) {
        view.phase = DomainPhase::Asking;
        view.status = "asking for a certificate: " + std::to_string(valid) + " of " +
                      std::to_string(asking) + " edges have one";
        view.next = show_again(row);
    } else {
        view.phase = DomainPhase::Serving;
        view.status = serving_text(view) + "; the edges renew it by themselves";
    }
    if (is_for_mail(row.use)) view.status += "; " + may_send(state, row);
    return view;
}

}  // namespace foyer::master
