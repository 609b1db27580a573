// An order: checked, placed, written down. Everything after that is the boxes' work.
#include <algorithm>

#include "common/base/text.h"
#include "master/domain/group.h"
#include "master/domain/placement.h"
#include "master/domain/prices.h"
#include "master/domain/quota.h"
#include "master/domain/refusing.h"
#include "master/domain/releases.h"

namespace foyer::master {
namespace {

Result<Release> release_of(const State& state, const OrderInstance& command) {
    const Release* newest = TRY(find_release(state, command.release, command.version));
    if (newest->withdrawn) {
        return error(ErrorCode::FailedPrecondition,
                     "release '" + command.release.str() + "' version '" + newest->version.str() +
                         "' is withdrawn: " + newest->withdrawn->reason +
                         "; order without a version for the newest that is not",
                     {{"rule", "withdrawn"}});
    }
    if (newest->version != command.checked_version) {
        return error(ErrorCode::Aborted,
                     "a newer version of release '" + command.release.str() +
                         "' was published meanwhile; order again",
                     {{"rule", "release_changed"}});
    }
    return *newest;
}

Result<ReleaseSize> find_size(const Release& release, const SizeName& name) {
    if (name.empty()) return release.sizes.front();
    const auto found = std::ranges::find_if(
        release.sizes, [&](const ReleaseSize& size) { return size.name == name; });
    if (found != release.sizes.end()) return *found;
    std::string known;
    for (const ReleaseSize& size : release.sizes)
        known += (known.empty() ? "" : ", ") + size.name.str();
    return error(
        ErrorCode::InvalidArgument,
        "release '" + release.name.str() + "' has no size '" + name.str() + "'; it has " + known,
        {{"field", "size"}, {"allowed", known}});
}

bool will_elect(const State& state, const ReplicationPolicy& policy) {
    // Two cannot elect one of them when the other is gone.
    return state.settings().groups_elect && policy.replicas >= 3;
}

Result<ShortOfCopies> check_short(const State& state, const OrderInstance& command,
                                  const ReplicationPolicy& policy) {
    const auto refuse = [](const std::string& why) {
        return error(ErrorCode::InvalidArgument, why, {{"field", "policy.short_of_copies"}});
    };
    const bool goes_on = command.short_of_copies == ShortOfCopies::GoOn;
    if (policy.mode == ReplicationMode::Asynchronous) {
        if (command.short_of_copies == ShortOfCopies::StopWrites)
            return refuse(
                "an asynchronous write never waits for a second copy, so that there is nothing to "
                "stop; leave short_of_copies out, or order mode synchronous");
        return ShortOfCopies::GoOn;
    }
    if (goes_on && !will_elect(state, policy))
        return refuse(
            "only a group that elects its leader can go on with fewer copies: 3 copies or more, "
            "at a master with [groups] elect = true; leave short_of_copies out");
    return command.short_of_copies.value_or(ShortOfCopies::StopWrites);
}

Result<ReplicationPolicy> check_policy(const State& state, const OrderInstance& command,
                                       const Release& release) {
    ReplicationPolicy policy{command.replicas.value_or(release.copies_default),
                             command.countries,
                             std::max(1, command.min_countries),
                             command.mode,
                             command.allow_same_isp,
                             ShortOfCopies::StopWrites};
    const auto refuse = [](const std::string& field, const std::string& why) {
        return error(ErrorCode::InvalidArgument, why, {{"field", "policy." + field}});
    };
    if (policy.replicas < release.copies_min || policy.replicas > release.copies_max) {
        return refuse("replicas", "release '" + release.name.str() + "' keeps " +
                                      std::to_string(release.copies_min) + " to " +
                                      std::to_string(release.copies_max) + " copies; " +
                                      std::to_string(policy.replicas) + " were ordered");
    }
    if (policy.mode == ReplicationMode::Synchronous && policy.replicas < 3 &&
        release.copies_max >= 3) {
        return refuse("replicas",
                      "a synchronous order needs 3 copies or more: with fewer, losing one home "
                      "stops every write; order 3, or mode asynchronous");
    }
    if (command.min_countries < 0)
        return refuse("min_countries", "a number of countries is not negative; leave it out for 1");
    for (const CountryCode& country : policy.countries) TRY(check_country(country));
    if (policy.min_countries > policy.replicas) {
        return refuse("min_countries", std::to_string(policy.replicas) + " copies cannot be in " +
                                           std::to_string(policy.min_countries) + " countries");
    }
    if (!policy.countries.empty() &&
        policy.min_countries > static_cast<int>(policy.countries.size())) {
        return refuse("min_countries", "copies may be in " +
                                           std::to_string(policy.countries.size()) +
                                           " countries only, but must be in " +
                                           std::to_string(policy.min_countries));
    }
    policy.short_of_copies = TRY(check_short(state, command, policy));
    if (command.patience == Patience::Patient && !will_elect(state, policy)) {
        return refuse("patience",
                      "only a group that elects its leader waits: 3 copies or more, at a master "
                      "with [groups] elect = true; leave patience out");
    }
    policy.patience = command.patience;
    return policy;
}

// Release, size and policy as they will be, defaults filled in.
struct Terms {
    Release release;
    ReleaseSize size;
    ReplicationPolicy policy;
};

Result<Terms> terms_of(const State& state, const OrderInstance& command) {
    Terms terms;
    terms.release = TRY(release_of(state, command));
    terms.size = TRY(find_size(terms.release, command.size));
    terms.policy = TRY(check_policy(state, command, terms.release));
    return terms;
}

Result<std::optional<Quote>> quote_of(const State& state, const Terms& terms, WallTime now) {
    const PriceList* list = price_list_at(state, now);
    if (list == nullptr) return std::optional<Quote>();
    const ReplicationPolicy& policy = terms.policy;
    return std::optional(
        TRY(quote(*list, {terms.size.name, policy.replicas, policy.mode, policy.min_countries})));
}

Status check_expected(const std::optional<Quote>& quote, const std::optional<Cents>& expected) {
    if (!expected) return ok_status();
    const Cents now = quote ? quote->monthly : Cents(0);
    if (now == *expected) return ok_status();
    const std::string currency = quote ? quote->currency : "";
    return error(ErrorCode::FailedPrecondition,
                 "it costs " + money_text(now, currency) + " a month" +
                     (quote ? " by the price list '" + quote->list.str() + "'" : "") + ", not " +
                     money_text(*expected, currency) +
                     "; order again with the new price if you agree",
                 {{"rule", "price_changed"},
                  {"monthly_cents", std::to_string(now.count())},
                  {"currency", currency}});
}

Instance new_instance(const OrderInstance& command, const Release& release, const ReleaseSize& size,
                      ReplicationPolicy policy, const Draft& draft) {
    Instance instance;
    instance.name = command.name;
    instance.owner = command.owner;
    instance.release = release.name;
    instance.version = release.version;
    instance.size = size.name;
    instance.parameters_json = command.parameters_json;
    instance.policy = std::move(policy);
    instance.fence = {Generation(1), Epoch(1)};
    instance.leader = ReplicaIndex{0};
    instance.admin_password = command.admin_password;
    instance.replication_password = command.replication_password;
    instance.volume_key = command.volume_key;
    instance.replicas_made = instance.policy.replicas;
    if (will_elect(draft.state(), instance.policy)) {
        instance.electing = Electing{};
        instance.leader.reset();
    }
    instance.created_at = draft.now();
    instance.group_revision = draft.revision();
    instance.route_revision = draft.revision();
    return instance;
}

}  // namespace

Result<std::optional<Quote>> quote_order(const State& state, const OrderInstance& order,
                                         WallTime now) {
    return quote_of(state, TRY(terms_of(state, order)), now);
}

Result<Decision> order_instance(const State& state, const OrderInstance& command, WallTime now) {
    TRY(check_name("instance", command.name.str()));
    const Account owner =
        TRY(find_row(state.accounts(), command.owner, "account", "foyer account ls"));
    if (state.instances().contains(command.name)) {
        return error(ErrorCode::AlreadyExists,
                     "the name '" + command.name.str() + "' is taken; choose another one",
                     {{"field", "name"}});
    }
    const Terms terms = TRY(terms_of(state, command));
    const auto& [release, size, policy] = terms;
    const std::optional<Quote> price = TRY(quote_of(state, terms, now));
    TRY(check_expected(price, command.expected));
    const Usage asked = usage_of(size, policy);
    TRY(check_quota(state, owner, asked));
    const Placement placement =
        TRY(place(state,
                  {size.resources, policy.replicas, policy.min_countries, policy.countries,
                   policy.allow_same_isp, tenant_facts(owner, release)},
                  command.reader));

    Draft draft(state, now);
    Group group(state, new_instance(command, release, size, policy, draft));
    group.instance.quote = price;
    for (std::size_t i = 0; i < placement.nodes.size(); ++i) {
        Node node = state.nodes().at(placement.nodes[i]);
        Replica replica;
        replica.key = {command.name, ReplicaIndex{static_cast<int>(i)}};
        replica.node = node.name;
        replica.partition_number = first_host_number + node.partitions_made++;
        replica.reserved = size.resources;
        replica.founder = i == 0;
        draft.put(node);
        group.replicas.push_back(replica);
    }
    begin_operation(group, draft, OperationKind::Order, command.operation);
    std::string homes;
    for (const NodeId& node : placement.nodes) homes += (homes.empty() ? "" : ", ") + node.str();
    draft.event(
        EventKind(ordered_event), group.instance,
        "release " + release.name.str() + " " + release.version.str() + ", copies on " + homes);
    tell_near_quota(draft, owner, asked);
    // New rows: all of them are put, in an order that satisfies the foreign keys.
    draft.put(group.instance);
    for (const Replica& replica : group.replicas) draft.put(replica);
    return std::move(draft).done(command.name.str(), command.operation);
}

}  // namespace foyer::master
