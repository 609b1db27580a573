#include "master/cli/diagnosis.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>

#include "common/base/http_date.h"
#include "common/base/text.h"
#include "common/model/clock_offset.h"
#include "master/cli/exit_code.h"
#include "master/cli/human.h"

namespace foyer::cli {
namespace {

constexpr Duration clock_noise{2000};  // an answer's date has whole seconds
constexpr std::int64_t day_ms = 86'400'000;
constexpr Duration certificate_soon{7 * day_ms};
constexpr Duration token_soon{7 * day_ms};
constexpr std::size_t named_max = 5;
constexpr std::string_view api_version = "v1";

// "a, b, c and 4 more".
std::string named(const std::vector<std::string>& all) {
    std::vector<std::string> shown(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), named_max)));
    std::string text = join(shown, ", ");
    if (all.size() > named_max) text += fmt::format(" and {} more", all.size() - named_max);
    return text;
}

std::string count_of(std::size_t count, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string problem_of(const Json& instance) {
    const std::string state = text_field(instance, "state");
    std::size_t away = 0;
    std::size_t copies = 0;
    for (const Json& replica : list_field(instance, "replicas")) {
        ++copies;
        if (text_field(replica, "state") != "running") ++away;
    }
    std::string why = state == "running" ? "" : state;
    if (away > 0)
        why += fmt::format("{}{} of {} copies away", why.empty() ? "" : ", ", away, copies);
    const std::string repair = text_field(instance, "repair");
    if (!repair.empty()) why += (why.empty() ? "" : ": ") + repair;
    return why;
}

}  // namespace

Finding well(std::string check, std::string said) {
    return {std::move(check), Health::Well, std::move(said)};
}

Finding warning(std::string check, std::string said, std::string next) {
    return {std::move(check), Health::Warning, std::move(said), std::move(next)};
}

Finding wrong(std::string check, ErrorCode code, std::string said, std::string next) {
    return {std::move(check), Health::Wrong, std::move(said), std::move(next), code};
}

Finding skipped(std::string check, std::string why) {
    return {std::move(check), Health::Skipped, std::move(why)};
}

Finding wrong(std::string check, const Error& failure, std::string next) {
    std::string said = failure.message;
    for (const ErrorDetail& fact : failure.details) {
        if (fact.key == next_key) {
            const bool ourselves = fact.value.starts_with("foyer doctor");
            if (next.empty() && !ourselves) next = fact.value;
        } else {
            said += fmt::format(" ({}: {})", fact.key, fact.value);
        }
    }
    if (next.empty()) next = "repeat foyer doctor in a moment; if it stays so, ask the operator";
    return wrong(std::move(check), failure.code, std::move(said), std::move(next));
}

std::string_view word_of(Health health) {
    switch (health) {
        case Health::Well: return "ok";
        case Health::Warning: return "warning";
        case Health::Wrong: return "wrong";
        case Health::Skipped: return "skipped";
    }
    return {};
}

std::string day_of(WallTime time) { return to_rfc3339(time).substr(0, 10); }

bool covers(const tls::CertificateFacts& certificate, const std::string& host) {
    const auto matches = [&](const std::string& name) {
        if (name == host) return true;
        const std::size_t dot = host.find('.');
        return name.starts_with("*.") && dot != std::string::npos && dot > 0 &&
               name.substr(1) == host.substr(dot);
    };
    return std::ranges::any_of(certificate.dns_names, matches) ||
           std::ranges::find(certificate.ip_addresses, host) != certificate.ip_addresses.end();
}

Finding judge_certificate(const tls::CertificateFacts& facts, const std::string& host,
                          WallTime now) {
    std::vector<std::string> names = facts.dns_names;
    names.insert(names.end(), facts.ip_addresses.begin(), facts.ip_addresses.end());
    if (!covers(facts, host)) {
        return wrong("tls", ErrorCode::PermissionDenied,
                     fmt::format("the certificate is for {}, not for '{}'",
                                 names.empty() ? "no name" : named(names), host),
                     "foyer login with --api https:// and one of these names");
    }
    const Duration left = facts.not_after - now;
    const std::string said = fmt::format("the certificate is for {}, good until {}", named(names),
                                         day_of(facts.not_after));
    if (left < certificate_soon)
        return warning("tls", fmt::format("{}: only {} more", said, human_age(left)),
                       "tell the operator: the master's certificate has to be renewed");
    return well("tls", said);
}

Finding judge_clock(const std::string& date, WallTime asked, WallTime answered) {
    const auto theirs = parse_http_date(date);
    if (!theirs) return skipped("clock", "the server does not say what time it is");
    Duration offset{0};  // this clock minus the master's; what may be noise is none
    if (asked - *theirs > clock_noise) offset = asked - *theirs;
    if (*theirs - answered > clock_noise) offset = answered - *theirs;
    if (is_clock_wrong(offset)) {
        return wrong("clock", ErrorCode::FailedPrecondition,
                     "this machine's clock is " + clock_offset_text(offset),
                     "set the clock: timedatectl set-ntp true");
    }
    if (offset != Duration(0)) {
        return warning("clock", "this machine's clock is " + clock_offset_text(offset),
                       "timedatectl set-ntp true");
    }
    return well("clock", "agrees with the master's");
}

Finding judge_token(const Json& caller, WallTime now) {
    std::vector<std::string> roles;
    for (const Json& role : list_field(caller, "roles"))
        if (role.is_string()) roles.push_back(role.get<std::string>());
    std::string said =
        fmt::format("of account '{}' ({})", text_field(caller, "account"), join(roles, ", "));
    const std::string end = text_field(caller, "token_expires_at");
    const auto at = parse_rfc3339(end);
    if (!at) return well("token", said);
    said += ", good until " + end;
    if (*at - now < token_soon)
        return warning("token", fmt::format("{}: only {} more", said, human_age(*at - now)),
                       "foyer token create --account " + text_field(caller, "account"));
    return well("token", said);
}

Finding judge_version(const Json& document) {
    const std::string version = text_field(field(document, "info"), "version");
    if (version == api_version)
        return well("version",
                    fmt::format("API {} on both sides; foyer {}", version, FOYER_VERSION));
    return wrong("version", ErrorCode::FailedPrecondition,
                 fmt::format("the master offers API '{}', this foyer ({}) speaks {}", version,
                             FOYER_VERSION, api_version),
                 "install the foyer that belongs to this master");
}

Finding judge_silence(const Json& nodes) {
    std::vector<std::string> silent;
    std::size_t enrolled = 0;
    for (const Json& node : nodes) {
        const std::string state = text_field(node, "state");
        if (state != "expected") ++enrolled;
        if (state == "silent" || state == "lost") silent.push_back(text_field(node, "name"));
    }
    if (silent.empty())
        return well("boxes", fmt::format("{} heard of", count_of(enrolled, "box", "boxes")));
    return wrong("boxes", ErrorCode::Internal,
                 fmt::format("{} of {} not heard of: {}", silent.size(),
                             count_of(enrolled, "box", "boxes"), named(silent)),
                 "foyer node show " + silent.front());
}

Finding judge_trust(const Json& nodes) {
    std::vector<std::string> doubtful;
    std::string next;
    for (const Json& node : nodes) {
        const std::string name = text_field(node, "name");
        const std::string health = text_field(node, "health");
        std::string why;
        if (health == "worn" || health == "failing") why = health;
        if (text_field(field(node, "line"), "check") == "differs")
            why += (why.empty() ? "" : ", ") + std::string("its address is not its ISP's");
        if (why.empty()) continue;
        doubtful.push_back(fmt::format("{} ({})", name, why));
        if (next.empty()) next = "foyer node show " + name;
    }
    if (doubtful.empty()) return well("trust", "no box says or seems other than it should");
    return warning("trust", "nothing new comes to " + named(doubtful), next);
}

Finding judge_refusals(const Json& nodes) {
    std::size_t homes = 0;
    std::size_t refusing = 0;
    std::map<std::string, std::size_t> boxes;  // by what they refuse
    for (const Json& node : nodes) {
        if (flag_field(node, "edge")) continue;
        ++homes;
        const Json& refuses = field(node, "refuses");
        if (!refuses.is_object()) continue;
        ++refusing;
        for (const Json& country : list_field(refuses, "countries"))
            if (country.is_string()) ++boxes["tenants of " + country.get<std::string>()];
        for (const Json& kind : list_field(refuses, "kinds"))
            if (kind.is_string()) ++boxes["releases of the kind " + kind.get<std::string>()];
    }
    if (refusing == 0) return well("refusals", "no host refuses anything");
    const auto most =
        std::ranges::max_element(boxes, {}, [](const auto& one) { return one.second; });
    const std::string said = most == boxes.end()
                                 ? ""
                                 : fmt::format("{} of {} take no {}", most->second,
                                               count_of(homes, "box", "boxes"), most->first);
    if (most == boxes.end() || most->second * 2 < homes)
        return well("refusals", fmt::format("{} of {} refuse something", refusing,
                                            count_of(homes, "box", "boxes")));
    return warning("refusals", said + ": such orders may find no room",
                   "foyer node ls --output csv");
}

Finding judge_drains(const Json& nodes, const std::vector<Json>& operations) {
    std::vector<std::string> standing;
    std::vector<std::string> moving;
    std::string next;
    std::size_t at = 0;
    for (const Json& node : nodes) {
        const std::size_t copies = list_field(node, "partitions").size();
        if (text_field(node, "wish") != "draining" || copies == 0) continue;
        const Json none;
        const Json& operation = at < operations.size() ? operations[at] : none;
        ++at;
        const std::string name = text_field(node, "name");
        std::string why;
        if (text_field(operation, "state") != "running")
            why = text_field(field(operation, "error"), "message");
        if (why.empty() && text_field(operation, "state") != "running")
            why = "no operation drives it";
        for (const Json& step : list_field(operation, "steps")) {
            const std::string detail = text_field(step, "detail");
            if (why.empty() && detail.starts_with("no place yet")) why = detail;
        }
        const std::string said =
            fmt::format("{} ({} left{}{})", name, count_of(copies, "copy", "copies"),
                        why.empty() ? "" : ": ", why);
        (why.empty() ? moving : standing).push_back(said);
        if (!why.empty() && next.empty()) next = "foyer node show " + name;
    }
    if (!standing.empty())
        return wrong("drains", ErrorCode::Internal, "cannot go on: " + named(standing), next);
    return well("drains", moving.empty() ? "none" : "under way: " + named(moving));
}

Finding judge_mail(const Json& contacts) {
    const std::string sender = text_field(contacts, "sender");
    if (sender.empty())
        return warning("mail", "this master has no mail server: nobody is written to",
                       "name one under [mail] in master.toml, or ask the operator to");
    std::vector<std::string> off;
    std::size_t on = 0;
    for (const Json& contact : list_field(contacts, "contacts")) {
        const std::string state = text_field(contact, "state");
        if (state == "off") off.push_back(text_field(contact, "address"));
        if (state == "on") ++on;
    }
    if (!off.empty())
        return warning("mail", "mail is refused, and switched off, to " + named(off),
                       "foyer contact ls");
    if (on == 0)
        return warning("mail", "nobody is written to when something happens",
                       "foyer contact add ADDRESS");
    return well("mail", fmt::format("{} written to, from {}",
                                    count_of(on, "contact is", "contacts are"), sender));
}

Finding judge_instances(const Json& instances) {
    std::vector<std::string> unwell;
    std::vector<std::string> coming;
    std::string next;
    for (const Json& instance : instances) {
        const std::string state = text_field(instance, "state");
        const std::string name = text_field(instance, "name");
        if (state == "stopped" || state == "deleting") continue;
        if (state == "preparing") {
            coming.push_back(name);
            continue;
        }
        const std::string why = problem_of(instance);
        if (why.empty()) continue;
        unwell.push_back(fmt::format("{} ({})", name, why));
        if (next.empty()) next = "foyer instance show " + name;
    }
    if (!unwell.empty())
        return wrong(
            "instances", ErrorCode::Internal,
            fmt::format("{} of {} not well: {}", unwell.size(), instances.size(), named(unwell)),
            next);
    if (!coming.empty())
        return warning("instances", "being prepared: " + named(coming),
                       "foyer instance wait " + coming.front());
    return well("instances",
                count_of(instances.size(), "instance", "instances") + ", nothing wrong");
}

}  // namespace foyer::cli
