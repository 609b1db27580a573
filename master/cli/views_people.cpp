// Accounts, their tokens, and who calls.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "master/cli/human.h"
#include "master/cli/table.h"
#include "master/cli/views.h"

namespace foyer::cli {
namespace {

// "2 of 10", "2" where there is no limit.
std::string used_of(const Json& account, const char* key, std::string (*word)(std::int64_t)) {
    const std::string used = word(number_field(field(account, "used"), key));
    const Json& quota = field(account, "quota");
    if (field(quota, key).is_null()) return used;
    return fmt::format("{} of {}", used, word(number_field(quota, key)));
}

std::string plain(std::int64_t number) { return fmt::format("{}", number); }

// "customer, read only"; "all" of its account's roles.
std::string scope_text(const Json& token) {
    const std::string scopes = joined(list_field(token, "scopes"));
    return (scopes.empty() ? "all" : scopes) +
           (flag_field(token, "read_only") ? ", read only" : "");
}

// "password, code"; "invited" until one is chosen.
std::string login_text(const Json& member) {
    std::string how = flag_field(member, "has_password") ? "password" : "";
    const auto add = [&](const char* word) {
        how += (how.empty() ? "" : ", ") + std::string(word);
    };
    if (flag_field(member, "totp")) add("code");
    if (flag_field(member, "oidc")) add("provider");
    if (!text_field(member, "invited_until").empty()) add("invited");
    return how;
}

std::string end_text(const Json& token, const char* key, WallTime now) {
    const std::string text = text_field(token, key);
    const auto end = parse_rfc3339(text);
    return end && *end < now ? "expired" : text;
}

}  // namespace

std::string view_accounts(const Json& list, const ViewContext& context) {
    Table table{{{"ACCOUNT"},
                 {"ROLES"},
                 {"INSTANCES", Align::Right},
                 {"COPIES", Align::Right},
                 {"AGE", Align::Right}},
                {}};
    for (const Json& account : list_field(list, "accounts")) {
        table.rows.push_back({text_field(account, "name"), joined(list_field(account, "roles")),
                              used_of(account, "instances", plain),
                              used_of(account, "copies", plain),
                              age_of(account, "created_at", context.now)});
    }
    return render(table, context.page);
}

std::string view_account(const Json& account, const ViewContext&) {
    const std::string country = text_field(account, "country");
    return render_facts({{"account", text_field(account, "name")},
                         {"roles", joined(list_field(account, "roles"))},
                         {"instances", used_of(account, "instances", plain)},
                         {"copies", used_of(account, "copies", plain)},
                         {"disk", used_of(account, "disk_bytes", human_bytes)},
                         {"country", country.empty() ? "not known" : country},
                         {"added", text_field(account, "created_at")}});
}

std::string view_whoami(const Json& caller, const ViewContext& context) {
    return render_facts({{"account", text_field(caller, "account")},
                         {"roles", joined(list_field(caller, "roles"))},
                         {"member", text_field(caller, "member")},
                         {"manages", flag_field(caller, "manages") ? "yes" : "no"},
                         {"token", text_field(caller, "token_id")},
                         {"scope", scope_text(caller)},
                         {"until", end_text(caller, "token_expires_at", context.now)}});
}

std::string view_members(const Json& list, const ViewContext& context) {
    Table table{{{"MEMBER"}, {"SCOPE"}, {"MANAGES"}, {"LOGIN"}, {"LAST LOGIN"}}, {}};
    for (const Json& member : list_field(list, "members"))
        table.rows.push_back({text_field(member, "name"), scope_text(member),
                              flag_field(member, "manages") ? "yes" : "", login_text(member),
                              text_field(member, "last_login_at")});
    return render(table, context.page);
}

std::string view_member(const Json& member, const ViewContext&) {
    return render_facts({{"member", text_field(member, "name")},
                         {"account", text_field(member, "account")},
                         {"scope", scope_text(member)},
                         {"manages", flag_field(member, "manages") ? "yes" : "no"},
                         {"login", login_text(member)},
                         {"invited until", text_field(member, "invited_until")},
                         {"last login", text_field(member, "last_login_at")},
                         {"added", text_field(member, "created_at")},
                         {"by token", text_field(member, "made_by")}});
}

std::string view_tokens(const Json& list, const ViewContext& context) {
    Table table{{{"TOKEN"}, {"ACCOUNT"}, {"SCOPE"}, {"UNTIL"}, {"NOTE"}, {"AGE", Align::Right}},
                {}};
    for (const Json& token : list_field(list, "tokens")) {
        table.rows.push_back({text_field(token, "id"), text_field(token, "account"),
                              scope_text(token), end_text(token, "expires_at", context.now),
                              text_field(token, "note"), age_of(token, "created_at", context.now)});
    }
    return render(table, context.page);
}

std::string view_token(const Json& token, const ViewContext& context) {
    const std::string maker = text_field(token, "made_by");
    return render_facts({{"token", text_field(token, "id")},
                         {"account", text_field(token, "account")},
                         {"scope", scope_text(token)},
                         {"until", end_text(token, "expires_at", context.now)},
                         {"note", text_field(token, "note")},
                         {"made", text_field(token, "created_at")},
                         {"made with", maker.empty() ? "the master's start" : maker}});
}

}  // namespace foyer::cli
