#include "master/cli/next_step.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "common/base/text.h"
#include "master/cli/completion.h"
#include "master/cli/human.h"
#include "master/cli/json_fields.h"

namespace foyer::cli {
namespace {

// What the API calls a collection, and the command that shows one of it.
constexpr auto nouns = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"accounts", "account"},
    {"agent-releases", "agent-release"},
    {"applications", "application"},
    {"contacts", "contact"},
    {"domains", "domain"},
    {"hosts", "host"},
    {"instances", "instance"},
    {"isps", "isp"},
    {"nodes", "node"},
    {"operations", "op"},
    {"price-lists", "price-list"},
    {"sites", "site"},
    {"software-releases", "release"},
    {"tokens", "token"},
    {"webhooks", "webhook"},
});

// A word for a command line: no name of ours has another shape.
std::optional<std::string> word(std::string text) {
    return is_plain_word(text) ? std::optional(std::move(text)) : std::nullopt;
}

// The thing a path is of: "/v1/nodes/lille-1:drain", "/v1/accounts/acme/members/anna".
struct Thing {
    std::string noun;                 // empty: the path is of none that has a command
    std::optional<std::string> name;  // absent: of the collection
    std::string more;                 // that says which: " --account acme"
};

Thing thing_of(std::string_view path) {
    std::vector<std::string> parts = split(path.substr(0, path.find('?')), '/');  // "", "v1", …
    parts.resize(std::max<std::size_t>(parts.size(), 6));
    for (std::string& part : parts) part = part.substr(0, part.find(':'));
    const auto noun = std::ranges::find(nouns, parts[2], &decltype(nouns)::value_type::first);
    if (parts[1] != "v1" || noun == nouns.end()) return {};
    if (parts[4] == "members")
        return {"member", word(parts[5]), " --account " + word(parts[3]).value_or("NAME")};
    std::optional<std::string> name = word(parts[3]);
    if (name && parts[4] == "versions") *name += "@" + word(parts[5]).value_or("VERSION");
    return {std::string(noun->second), std::move(name), {}};
}

std::optional<std::string> show_of(const Thing& thing) {
    if (thing.noun.empty() || !thing.name) return std::nullopt;
    return "foyer " + thing.noun + " show " + *thing.name + thing.more;
}

// What has the name already. It need not be the caller's where all accounts share the names.
std::string taken_next(const Asked& asked) {
    Thing thing = thing_of(asked.path);
    if (thing.noun.empty()) return {};
    if (!thing.name) thing.name = word(text_field(Json::parse(asked.body, nullptr, false), "name"));
    if (thing.noun != "instance")
        if (const auto show = show_of(thing)) return *show;
    return "foyer " + thing.noun + " ls" + thing.more;
}

std::string fact_of(const Error& refusal, std::string_view key) {
    const auto found = std::ranges::find(refusal.details, key, &ErrorDetail::key);
    return found == refusal.details.end() ? std::string() : found->value;
}

std::optional<std::string> value_of(std::string_view key, const Error& refusal,
                                    const Asked& asked) {
    if (key == "show") return show_of(thing_of(asked.path));
    if (key == "name") return thing_of(asked.path).name;
    if (key != "wait") return word(fact_of(refusal, key));
    const auto ms = parse_int(fact_of(refusal, "retry_after_ms"));
    return ms ? std::optional(human_duration(Duration(std::max<std::int64_t>(*ms, 100))))
              : std::nullopt;
}

// Empty: something is missing.
std::string filled_in(std::string_view advice, const Error& refusal, const Asked& asked) {
    std::string text;
    while (true) {
        const std::size_t begin = advice.find('{');
        const std::size_t end = advice.find('}', begin);
        text += advice.substr(0, begin);
        if (end == std::string_view::npos) return text;
        const auto value = value_of(advice.substr(begin + 1, end - begin - 1), refusal, asked);
        if (!value) return {};
        text += *value;
        advice.remove_prefix(end + 1);
    }
}

std::string next_of_code(const Error& refusal, const Asked& asked) {
    switch (refusal.code) {
        case ErrorCode::PermissionDenied: return "foyer whoami (it tells what this token may do)";
        case ErrorCode::Unauthenticated: return "foyer login --api URL --ca FILE --token-file FILE";
        case ErrorCode::AlreadyExists: return taken_next(asked);
        case ErrorCode::Aborted: return filled_in("{show}, then decide anew", refusal, asked);
        case ErrorCode::FailedPrecondition: return filled_in("{show}", refusal, asked);
        case ErrorCode::ResourceExhausted:
            return filled_in("wait {wait}, then repeat the command", refusal, asked);
        case ErrorCode::InvalidArgument:
        case ErrorCode::NotFound:
        case ErrorCode::Unavailable:
        case ErrorCode::DeadlineExceeded:
        case ErrorCode::Unknown:
        case ErrorCode::Internal: return {};
    }
    return {};
}

}  // namespace

std::string next_after(const Error& refusal, const Asked& asked) {
    const std::string rule = fact_of(refusal, "rule");
    const auto silent = silent_rules();
    if (std::ranges::find(silent, rule, &SilentRule::rule) != silent.end()) return {};
    const auto advised = advised_rules();
    const auto found = std::ranges::find(advised, rule, &RuleAdvice::rule);
    if (found == advised.end()) return next_of_code(refusal, asked);
    const std::string next = filled_in(found->next, refusal, asked);
    return next.empty() ? filled_in(found->otherwise, refusal, asked) : next;
}

}  // namespace foyer::cli
