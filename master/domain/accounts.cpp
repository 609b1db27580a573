// Accounts: who there is, what each may do and have.
#include <algorithm>

#include "common/base/text.h"
#include "master/domain/draft.h"
#include "master/domain/limits.h"
#include "master/domain/rights.h"

namespace foyer::master {
namespace {

Status check_roles(const std::set<AccountRole>& roles) {
    if (!roles.empty()) return ok_status();
    return error(
        ErrorCode::InvalidArgument,
        "an account needs at least one role: operator, host, customer, publisher or auditor",
        {{"field", "roles"}});
}

Status check_quota(const Quota& quota) {
    const auto check = [](const char* field, std::optional<std::int64_t> limit) -> Status {
        if (!limit || (*limit >= 0 && *limit <= limits::quota_max)) return ok_status();
        return error(ErrorCode::InvalidArgument,
                     std::string("a quota is 0 or more; leave ") + field + " out for no limit",
                     {{"field", std::string("quota.") + field}});
    };
    TRY(check("instances", quota.instances));
    TRY(check("copies", quota.copies));
    TRY(check("disk_bytes", quota.disk ? std::optional(quota.disk->count()) : std::nullopt));
    return ok_status();
}

Status check_home(const CountryCode& country) {
    if (country.empty() || is_country(country)) return ok_status();
    return error(ErrorCode::InvalidArgument,
                 "country '" + country.str().substr(0, 20) +
                     "' is not an ISO 3166-1 code of two capitals, like FR; leave it out where it "
                     "is not known",
                 {{"field", "country"}});
}

// Their boxes are told whose they are, since hosts may refuse some (refusing.h).
void tell_boxes(const Account& owner, Draft& draft) {
    for (const auto& [name, row] : draft.state().instances()) {
        if (row.owner != owner.name || row.desired == DesiredState::Deleted) continue;
        Instance instance = row;
        instance.group_revision = draft.revision();
        draft.put(std::move(instance));
    }
}

bool is_last_operator(const State& state, const Account& account) {
    if (!account.roles.contains(AccountRole::Operator)) return false;
    return std::none_of(state.accounts().begin(), state.accounts().end(), [&](const auto& entry) {
        return entry.first != account.name && entry.second.roles.contains(AccountRole::Operator);
    });
}

Error last_operator(const Account& account) {
    return error(ErrorCode::FailedPrecondition,
                 "account '" + account.name.str() +
                     "' is the last operator: without it nobody could run this cloud; make "
                     "another one first (`foyer account create NAME --role operator`)",
                 {{"rule", "last_operator"}});
}

// What still refers to an account, and what to do about it.
Status check_unused(const State& state, const Account& account) {
    const std::string name = account.name.str();
    const auto refuse = [&](const std::string& rule, const std::string& why) {
        return error(ErrorCode::FailedPrecondition, "account '" + name + "' " + why,
                     {{"rule", rule}});
    };
    const Usage used = state.used_by(account.name);
    if (used.instances > 0) {
        return refuse("account_has_instances",
                      "owns " + std::to_string(used.instances) +
                          " instances (those being erased count); `foyer instance delete` each");
    }
    for (const auto& [site, row] : state.sites()) {
        if (row.host.str() == name)
            return refuse("account_has_sites", "is the host of site '" + site.str() +
                                                   "'; `foyer site delete " + site.str() +
                                                   "` first");
    }
    for (const auto& [key, release] : state.releases()) {
        if (release.publisher == account.name)
            return refuse("account_has_releases",
                          "published release '" + key.first.str() +
                              "', whose name is bound to it for ever; take its roles and revoke "
                              "its tokens instead");
    }
    for (const auto& [id, operation] : state.operations()) {
        if (operation.owner == account.name && operation.state == OperationState::Running)
            return refuse("account_has_operations", "started operation '" + id.str() +
                                                        "', which is under way; `foyer op " +
                                                        "wait " + id.str() + "` first");
    }
    for (const NodeId& node : state.draining()) {
        const auto& asked = state.nodes().at(node).drain;
        if (!asked) continue;  // by its host
        const auto drain = state.operations().find(asked->operation);
        if (drain != state.operations().end() && drain->second.owner == account.name)
            return refuse("account_has_operations",
                          "drained node '" + node.str() + "'; `foyer node delete " + node.str() +
                              "` or `foyer node cancel-drain " + node.str() + "` first");
    }
    return ok_status();
}

}  // namespace

Result<Decision> create_account(const State& state, const CreateAccount& command, WallTime now) {
    TRY(check_name("account", command.name.str()));
    TRY(check_roles(command.roles));
    TRY(check_quota(command.quota));
    TRY(check_home(command.country));
    if (state.accounts().contains(command.name)) {
        return error(ErrorCode::AlreadyExists,
                     "account '" + command.name.str() + "' already exists", {{"field", "name"}});
    }
    Draft draft(state, now);
    const Account account{command.name, command.roles, command.quota, now, {}, command.country};
    draft.put(account);
    draft.event("account_created", account, "account created");
    return std::move(draft).done(command.name.str());
}

Result<Decision> update_account(const State& state, const UpdateAccount& command, WallTime now) {
    Account account = TRY(find_row(state.accounts(), command.name, "account", "foyer account ls"));
    TRY(check_roles(command.roles));
    TRY(check_quota(command.quota));
    TRY(check_home(command.country));
    if (!command.roles.contains(AccountRole::Operator) && is_last_operator(state, account))
        return last_operator(account);
    Draft draft(state, now);
    const bool moved = account.country != command.country;
    if (account.roles == command.roles && account.quota == command.quota && !moved)
        return std::move(draft).done(command.name.str());
    std::string change = moved ? "country changed" : "quota changed";
    if (account.roles != command.roles)
        change = "roles changed from " + names_of(account.roles) + " to " + names_of(command.roles);
    account.roles = command.roles;
    account.quota = command.quota;
    account.country = command.country;
    draft.put(account);
    if (moved) tell_boxes(account, draft);
    draft.event("account_changed", account, change);
    return std::move(draft).done(command.name.str());
}

Result<Decision> delete_account(const State& state, const DeleteAccount& command, WallTime now) {
    const Account account =
        TRY(find_row(state.accounts(), command.name, "account", "foyer account ls"));
    if (is_last_operator(state, account)) return last_operator(account);
    if (account.name == command.by) {
        return error(ErrorCode::FailedPrecondition,
                     "nobody deletes the account he speaks for; ask another operator",
                     {{"rule", "own_account"}});
    }
    TRY(check_unused(state, account));
    Draft draft(state, now);
    int tokens = 0;
    for (const auto& [id, token] : state.tokens()) {
        if (token.account != account.name) continue;
        draft.drop(DropToken{id});
        ++tokens;
    }
    for (const auto& [key, member] : state.members())
        if (key.first == account.name) draft.drop(DropMember{key});
    for (const auto& [key, webhook] : state.webhooks())
        if (key.first == account.name) draft.drop(DropWebhook{key});
    for (const auto& [id, contact] : state.contacts())
        if (contact.account == account.name) draft.drop(DropContact{id});
    draft.drop(DropAccount{account.name});
    draft.event(EventKind(account_end_event), account,
                "deleted with its " + std::to_string(tokens) + " tokens");
    return std::move(draft).done(account.name.str());
}

}  // namespace foyer::master
