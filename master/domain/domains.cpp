#include "master/domain/domains.h"

#include <algorithm>
#include <set>

#include "common/base/check.h"
#include "common/base/utf8.h"
#include "master/domain/domain_names.h"
#include "master/domain/domain_reports.h"
#include "master/domain/draft.h"

namespace foyer::master {
namespace {

constexpr std::string_view list_command = "foyer domain ls";

std::vector<const Domain*> domains_of(const State& state, const InstanceName& instance) {
    std::vector<const Domain*> rows;
    const auto& all = state.domains_of_instances();
    for (auto at = all.lower_bound({instance, ClaimKey()});
         at != all.end() && at->first == instance; ++at)
        rows.push_back(&state.domains().at(at->second));
    return rows;
}

Result<Instance> find_living(const State& state, const CreateDomain& command) {
    Instance found = TRY(find_instance_of(state, command.instance, command.owner));
    if (found.desired != DesiredState::Deleted) return found;
    return error(ErrorCode::FailedPrecondition,
                 "instance '" + command.instance.str() + "' is being deleted",
                 {{"rule", "deleting"}});
}

// Customers are not told by whom.
Status check_free(const State& state, const CreateDomain& command, const AccountId& owner) {
    const Domain* proven = proven_domain(state, command.name);
    const Domain* own = state.domains().get({command.name, owner});
    if (proven != nullptr && proven->owner != owner && !command.owner.empty())
        return error(ErrorCode::AlreadyExists,
                     "'" + command.name.str() +
                         "' was proven by another account. If the name is yours, ask the operator",
                     {{"field", "name"}, {"rule", "domain_taken"}});
    const Domain* there = proven != nullptr ? proven : own;
    if (there == nullptr) return ok_status();
    return error(ErrorCode::AlreadyExists,
                 "'" + command.name.str() + "' leads to instance '" + there->instance.str() +
                     "' already; foyer domain show " + command.name.str() +
                     " says how far it is, foyer domain rm " + command.name.str() + " frees it",
                 {{"field", "name"}});
}

Error full(const char* rule, std::string why) {
    return error(ErrorCode::ResourceExhausted, std::move(why), {{"rule", rule}});
}

// Of one instance, one account, one name, and of all.
Status check_room(const State& state, const CreateDomain& command, const Instance& instance) {
    const int own_max = state.settings().domains_per_instance;
    if (static_cast<int>(domains_of(state, instance.name).size()) >= own_max)
        return full("domains_per_instance", "an instance has at most " + std::to_string(own_max) +
                                                " names of its customer's; foyer domain rm frees "
                                                "one");
    const auto waits = [&](const auto& item) {
        return item.second.owner == instance.owner && !item.second.proven_at;
    };
    if (std::ranges::count_if(state.domains(), waits) >= domain_claims_of_account_max)
        return full("domain_claims_of_account",
                    "an account asks for at most " + std::to_string(domain_claims_of_account_max) +
                        " names that are not proven yet; prove some, or remove some with foyer "
                        "domain rm");
    if (static_cast<int>(claims_of(state, command.name).size()) >= domain_claims_of_name_max)
        return full("domain_claims_of_name",
                    "'" + command.name.str() + "' is asked for by " +
                        std::to_string(domain_claims_of_name_max) +
                        " accounts already, and none has proven it; what is not proven is "
                        "forgotten after 3 days. If the name is yours, ask the operator");
    if (state.domains().size() >= domains_max)
        return full("domains_max", "this cloud serves at most " + std::to_string(domains_max) +
                                       " names of customers; ask the operator");
    return ok_status();
}

Error say_whose(const DomainName& name, const std::vector<const Domain*>& claims) {
    std::string all;
    for (const Domain* row : claims) all += (all.empty() ? "" : ", ") + row->owner.str();
    return error(ErrorCode::InvalidArgument,
                 "'" + name.str() + "' is asked for by several accounts, and none has proven it: " +
                     all + "; say whose is meant with `account`, as foyer domain show " +
                     name.str() + " --account " + claims.front()->owner.str(),
                 {{"field", "account"}, {"rule", "domain_ambiguous"}});
}

// The edges hear of it.
void reroute(const InstanceName& name, Draft& draft) {
    const auto found = draft.state().instances().find(name);
    if (found == draft.state().instances().end()) return;
    Instance instance = found->second;
    instance.route_revision = draft.revision();
    draft.put(std::move(instance));
}

const Instance& instance_of(const Domain& row, const Draft& draft) {
    return draft.state().instances().at(row.instance);
}

std::string what_begins(DomainUse use) {
    switch (use) {
        case DomainUse::Web: return "the edges ask for its certificates";
        case DomainUse::Mail: return "mail can be sent as it";
        case DomainUse::WebAndMail:
            return "the edges ask for its certificates, and mail can be sent as it";
    }
    CHECK(false);
}

void prove(Domain row, Draft& draft) {
    for (const Domain* other : claims_of(draft.state(), row.name)) {
        if (other->owner == row.owner) continue;
        draft.event("domain_lapsed", instance_of(*other, draft),
                    "'" + row.name.str() +
                        "' was proven by somebody else, so your claim of it lapses. If the name "
                        "is yours, ask the operator");
    }
    row.proven_at = draft.now();
    row.seen.clear();
    draft.event("domain_proven", instance_of(row, draft),
                "'" + row.name.str() + "' is proven; " + what_begins(row.use));
    reroute(row.instance, draft);
    draft.put(std::move(row));
}

// Why it lapsed was told when it did.
void forget(const Domain& row, const DomainSeen& seen, Draft& draft) {
    if (!is_lapsed(draft.state(), row))
        draft.event("domain_forgotten", instance_of(row, draft),
                    "'" + row.name.str() + "' was not proven within 3 days and is forgotten: " +
                        plain_text(seen.seen, domain_seen_bytes_max) + "; foyer domain add " +
                        row.name.str() + " --instance " + row.instance.str() + " asks again");
    drop_domain(row, draft);
}

// `proven`: names that this decision proves.
void note_one(const DomainSeen& seen, std::set<DomainName>& proven, Draft& draft) {
    const Domain* found = draft.state().domains().get({seen.name, seen.owner});
    if (found == nullptr || found->created_at != seen.created_at || found->proven_at) return;
    const bool lapsed = is_lapsed(draft.state(), *found) || proven.contains(seen.name);
    if (seen.proven && !lapsed) {
        proven.insert(seen.name);
        return prove(*found, draft);
    }
    if (is_over(*found, draft.now())) return forget(*found, seen, draft);
    std::string said = plain_text(seen.seen, domain_seen_bytes_max);
    if (lapsed || said == found->seen) return;
    Domain row = *found;
    row.seen = std::move(said);
    draft.put(std::move(row));
}

}  // namespace

ClaimKey key_of_claim(const Domain& row) { return {row.name, row.owner}; }

std::vector<const Domain*> claims_of(const State& state, const DomainName& name) {
    std::vector<const Domain*> rows;
    const auto& all = state.domains();
    for (auto at = all.lower_bound({name, AccountId()}); at != all.end() && at->first.first == name;
         ++at)
        rows.push_back(&at->second);
    return rows;
}

const Domain* proven_domain(const State& state, const DomainName& name) {
    for (const Domain* row : claims_of(state, name))
        if (row->proven_at) return row;
    return nullptr;
}

bool is_lapsed(const State& state, const Domain& row) {
    return !row.proven_at && proven_domain(state, row.name) != nullptr;
}

bool is_over(const Domain& row, WallTime now) { return now - row.created_at >= domain_claim_life; }

// Another's is answered as if it did not exist.
Result<const Domain*> find_domain(const State& state, const DomainOf& asked) {
    const bool any = asked.within.empty();
    const AccountId& whose = any ? asked.account : asked.within;
    const bool seen = any || asked.account.empty() || asked.account == asked.within;
    const std::vector<const Domain*> claims = claims_of(state, asked.name);
    if (!whose.empty()) {
        const Domain* row = seen ? state.domains().get({asked.name, whose}) : nullptr;
        if (row == nullptr) return no_such_row("domain", asked.name.str(), list_command);
        return row;
    }
    if (const Domain* proven = proven_domain(state, asked.name)) return proven;
    if (claims.empty()) return no_such_row("domain", asked.name.str(), list_command);
    if (claims.size() > 1) return say_whose(asked.name, claims);
    return claims.front();
}

std::vector<std::string> proven_domains_of(const State& state, const InstanceName& instance) {
    std::vector<std::string> names;
    for (const Domain* row : domains_of(state, instance))
        if (row->proven_at && is_for_web(row->use)) names.push_back(row->name.str());
    return names;
}

std::vector<const Domain*> mail_domains_of(const State& state, const InstanceName& instance) {
    std::vector<const Domain*> rows = domains_of(state, instance);
    std::erase_if(rows, [](const Domain* row) { return !row->proven_at || !row->mail_key; });
    return rows;
}

Result<Decision> create_domain(const State& state, const CreateDomain& command, WallTime now) {
    TRY(check_domain_name(command.name.str(), state.settings().zone));
    const Instance instance = TRY(find_living(state, command));
    TRY(check_free(state, command, instance.owner));
    TRY(check_room(state, command, instance));
    Draft draft(state, now);
    Domain row;
    row.name = command.name;
    row.instance = instance.name;
    row.owner = instance.owner;
    row.token = command.token;
    CHECK(is_for_mail(command.use) == command.mail_key.has_value());
    row.use = command.use;
    row.mail_key = command.mail_key;
    row.created_at = now;
    draft.put(std::move(row));
    return std::move(draft).done(command.name.str());
}

Result<Decision> delete_domain(const State& state, const DeleteDomain& command, WallTime now) {
    const Domain row = *TRY(find_domain(state, command.domain));
    Draft draft(state, now);
    drop_domain(row, draft);
    if (row.proven_at) {
        reroute(row.instance, draft);
        draft.event("domain_deleted", state.instances().at(row.instance),
                    "'" + row.name.str() + "' is served no more" +
                        (is_for_mail(row.use) ? ", and no mail is sent as it" : ""));
    }
    return std::move(draft).done(row.name.str());
}

Result<Decision> note_domains(const State& state, const NoteDomains& command, WallTime now) {
    Draft draft(state, now);
    std::set<DomainName> proven;
    for (const DomainSeen& seen : command.seen) note_one(seen, proven, draft);
    return std::move(draft).done();
}

void forget_domains_of(const InstanceName& instance, Draft& draft) {
    for (const Domain* row : domains_of(draft.state(), instance)) drop_domain(*row, draft);
}

}  // namespace foyer::master
