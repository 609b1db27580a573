#include "master/store/batch.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <tuple>

#include "master/store/row_mapping.h"

namespace foyer::master {

namespace {

constexpr std::size_t rows_max = 5'000;  // in one statement: some megabytes

// Tables in the order in which rows refer to earlier ones.
enum class Rank {
    Account,
    Member,
    Token,
    Isp,
    Host,
    Site,
    Node,
    Sighting,
    Release,
    PriceList,
    Operation,
    Instance,
    Replica,
    Takeover,
    Event,
    Audit,
    Webhook,
    Contact,
    Domain,
    DomainCertificate,
    AgentRelease,
    Upgrade,
    NodeAgent,
    ZoneMailKey,
    Application,
    Request
};

using Key = std::tuple<Rank, std::string, std::string>;

std::string padded(std::int64_t number) {
    std::string digits = std::to_string(number);
    return std::string(20 - std::min<std::size_t>(20, digits.size()), '0') + digits;
}

Key key_of(const Account& row) { return {Rank::Account, row.name.str(), ""}; }
Key key_of(const ApiToken& row) { return {Rank::Token, row.id.str(), ""}; }
Key key_of(const Isp& row) { return {Rank::Isp, row.name.str(), ""}; }
Key key_of(const Host& row) { return {Rank::Host, row.name.str(), ""}; }
Key key_of(const Site& row) { return {Rank::Site, row.name.str(), ""}; }
Key key_of(const Node& row) { return {Rank::Node, row.name.str(), ""}; }
Key key_of(const Sighting& row) { return {Rank::Sighting, row.node.str(), ""}; }
Key key_of(const Release& row) { return {Rank::Release, row.name.str(), row.version.str()}; }
Key key_of(const PriceList& row) { return {Rank::PriceList, row.name.str(), ""}; }
Key key_of(const Operation& row) { return {Rank::Operation, row.id.str(), ""}; }
Key key_of(const Instance& row) { return {Rank::Instance, row.name.str(), ""}; }
Key key_of(const ReplicaKey& key) {
    return {Rank::Replica, key.instance.str(), padded(key.index.number)};
}
Key key_of(const Replica& row) { return key_of(row.key); }
Key key_of(const InstanceName& instance, Fence fence) {
    const auto number = [](std::uint64_t value) {
        return padded(static_cast<std::int64_t>(value));
    };
    return {Rank::Takeover, instance.str(),
            number(fence.generation.number()) + number(fence.epoch.number())};
}
Key key_of(const Takeover& row) { return key_of(row.instance, row.fence); }
Key key_of(const DropTakeover& change) { return key_of(change.instance, change.fence); }
Key key_of(const Event& row) { return {Rank::Event, padded(row.sequence), ""}; }
Key key_of(const AuditEntry& row) { return {Rank::Audit, padded(row.sequence), ""}; }
Key key_of(const RequestRecord& row) { return {Rank::Request, row.account.str(), row.id.str()}; }
Key key_of(const DropAccount& change) { return {Rank::Account, change.name.str(), ""}; }
Key key_of(const DropToken& change) { return {Rank::Token, change.id.str(), ""}; }
Key key_of(const DropIsp& change) { return {Rank::Isp, change.name.str(), ""}; }
Key key_of(const DropHost& change) { return {Rank::Host, change.name.str(), ""}; }
Key key_of(const DropSite& change) { return {Rank::Site, change.name.str(), ""}; }
Key key_of(const DropPriceList& change) { return {Rank::PriceList, change.name.str(), ""}; }
Key key_of(const WebhookKey& key) { return {Rank::Webhook, key.first.str(), key.second.str()}; }
Key key_of(const Webhook& row) { return key_of(key_of_webhook(row)); }
Key key_of(const MemberKey& key) { return {Rank::Member, key.first.str(), key.second.str()}; }
Key key_of(const Member& row) { return key_of(key_of_member(row)); }
Key key_of(const DropMember& change) { return key_of(change.key); }
Key key_of(const DropWebhook& change) { return key_of(change.key); }
Key key_of(const Contact& row) { return {Rank::Contact, row.id.str(), ""}; }
Key key_of(const DropContact& change) { return {Rank::Contact, change.id.str(), ""}; }
Key key_of(const ClaimKey& key) { return {Rank::Domain, key.first.str(), key.second.str()}; }
Key key_of(const Domain& row) { return key_of(key_of_claim(row)); }
Key key_of(const DropDomain& change) { return key_of(change.key); }
Key key_of(const ZoneMailKey& row) { return {Rank::ZoneMailKey, row.zone, ""}; }
Key key_of(const DomainCertificate& row) {
    return {Rank::DomainCertificate, row.domain.str(), row.edge.str()};
}
Key key_of(const DropDomainCertificate& change) {
    return {Rank::DomainCertificate, change.domain.str(), change.edge.str()};
}
Key key_of(const Application& row) { return {Rank::Application, row.id.str(), ""}; }
Key key_of(const DropApplication& change) { return {Rank::Application, change.id.str(), ""}; }
Key key_of(const AgentReleaseKey& key) { return {Rank::AgentRelease, key.first, key.second}; }
Key key_of(const AgentRelease& row) { return key_of(key_of_agent_release(row)); }
Key key_of(const DropAgentRelease& change) { return key_of(change.key); }
Key key_of(const Upgrade& row) { return {Rank::Upgrade, padded(row.number), ""}; }
Key key_of(const DropUpgrade& change) { return {Rank::Upgrade, padded(change.number), ""}; }
Key key_of(const NodeAgent& row) { return {Rank::NodeAgent, row.node.str(), ""}; }
Key key_of(const DropNodeAgent& change) { return {Rank::NodeAgent, change.node.str(), ""}; }
Key key_of(const DropNode& change) { return {Rank::Node, change.name.str(), ""}; }
Key key_of(const DropSighting& change) { return {Rank::Sighting, change.node.str(), ""}; }
Key key_of(const DropReplica& change) { return key_of(change.key); }
Key key_of(const DropInstance& change) { return {Rank::Instance, change.name.str(), ""}; }
Key key_of(const DropOperation& change) { return {Rank::Operation, change.id.str(), ""}; }
Key key_of(const DropRequest& change) {
    return {Rank::Request, change.account.str(), change.id.str()};
}

struct ChangeKey {
    template <class Row>
    Key operator()(const Put<Row>& change) const {
        return key_of(change.row);
    }
    template <class Drop>
    Key operator()(const Drop& change) const {
        return key_of(change);
    }
};

struct ChangeCall {
    template <class Row>
    Call operator()(const Put<Row>& change) const {
        return put_call(change.row);
    }
    template <class Drop>
    Call operator()(const Drop& change) const {
        return drop_call(change);
    }
};

bool is_put(const Change& change) {
    return change.visit([](const auto& one) { return requires { one.row; }; });
}

// What became of one row: pointers into the batch.
struct Fate {
    const Change* dropped = nullptr;
    const Change* put = nullptr;
};

// An account takes with it what was recorded and done for it, also in this batch.
void forget_puts_of(const AccountId& account, std::map<Key, Fate>& fates) {
    for (auto& [key, fate] : fates) {
        if (fate.put == nullptr) continue;
        const auto* request = fate.put->get_if<Put<RequestRecord>>();
        const auto* operation = fate.put->get_if<Put<Operation>>();
        if ((request != nullptr && request->row.account == account) ||
            (operation != nullptr && operation->row.owner == account))
            fate.put = nullptr;
    }
}

}  // namespace

std::vector<Call> calls_of(const std::vector<Entry>& batch) {
    std::map<Key, Fate> fates;
    std::vector<Call> numbers;
    for (const Entry& entry : batch) {
        for (const Change& change : entry.changes) {
            Fate& fate = fates[change.visit(ChangeKey{})];
            if (is_put(change)) {
                fate.put = &change;
                continue;
            }
            // A box that is gone leaves its overlay number behind, even one that was never written.
            if (const auto* gone = change.get_if<DropAccount>()) forget_puts_of(gone->name, fates);
            if (const auto* made = fate.put ? fate.put->get_if<Put<Node>>() : nullptr)
                numbers.push_back(number_given_call(made->row));
            fate = {&change, nullptr};
        }
    }
    std::vector<Call> calls;
    calls.reserve(fates.size() + numbers.size());
    for (const auto& [key, fate] : fates) {
        if (fate.dropped != nullptr) calls.push_back(fate.dropped->visit(ChangeCall{}));
    }
    std::ranges::move(numbers, std::back_inserter(calls));
    // The fates are in the order of the tables: all rows of a table are neighbours.
    std::vector<Call> puts;
    for (const auto& [key, fate] : fates) {
        if (fate.put == nullptr) continue;
        Call call = fate.put->visit(ChangeCall{});
        if (!puts.empty() && (puts.back().statement != call.statement || puts.size() == rows_max)) {
            calls.push_back(put_together(puts));
            puts.clear();
        }
        puts.push_back(std::move(call));
    }
    if (!puts.empty()) calls.push_back(put_together(puts));
    return calls;
}

}  // namespace foyer::master
