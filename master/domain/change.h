// A decision's changes: rows to put and rows to drop. The store writes them, the state applies
// them, nothing else changes either.
#pragma once

#include <vector>

#include "common/base/one_of.h"
#include "master/domain/applications.h"
#include "master/domain/contacts.h"
#include "master/domain/domains.h"
#include "master/domain/mail_keys.h"
#include "master/domain/members.h"
#include "master/domain/rows.h"
#include "master/domain/upgrade_rows.h"
#include "master/domain/webhooks.h"

namespace foyer::master {

template <class Row>
struct Put {
    Row row;
    friend bool operator==(const Put&, const Put&) = default;
};

// With what was recorded and done for it: a name that is given again begins with nothing.
struct DropAccount {
    AccountId name;
    friend bool operator==(const DropAccount&, const DropAccount&) = default;
};

struct DropToken {
    TokenId id;
    friend bool operator==(const DropToken&, const DropToken&) = default;
};

struct DropIsp {
    IspId name;
    friend bool operator==(const DropIsp&, const DropIsp&) = default;
};

struct DropHost {
    HostId name;
    friend bool operator==(const DropHost&, const DropHost&) = default;
};

struct DropSite {
    SiteId name;
    friend bool operator==(const DropSite&, const DropSite&) = default;
};

struct DropPriceList {
    PriceListName name;
    friend bool operator==(const DropPriceList&, const DropPriceList&) = default;
};

struct DropNode {
    NodeId name;
    friend bool operator==(const DropNode&, const DropNode&) = default;
};

// With its box.
struct DropSighting {
    NodeId node;
    friend bool operator==(const DropSighting&, const DropSighting&) = default;
};

struct DropReplica {
    ReplicaKey key;
    friend bool operator==(const DropReplica&, const DropReplica&) = default;
};

struct DropInstance {
    InstanceName name;
    friend bool operator==(const DropInstance&, const DropInstance&) = default;
};

// Older than the newest ones that are kept, or with its instance.
struct DropTakeover {
    InstanceName instance;
    Fence fence;
    friend bool operator==(const DropTakeover&, const DropTakeover&) = default;
};

// Operations that ended longer ago than the retention are forgotten.
struct DropOperation {
    OperationId id;
    friend bool operator==(const DropOperation&, const DropOperation&) = default;
};

// So are request records.
struct DropRequest {
    AccountId account;
    RequestId id;
    friend bool operator==(const DropRequest&, const DropRequest&) = default;
};

struct Change
    : OneOf<Put<Account>, Put<ApiToken>, Put<Isp>, Put<Host>, Put<Site>, Put<Node>, Put<Sighting>,
            Put<Release>, Put<PriceList>, Put<Instance>, Put<Replica>, Put<Takeover>,
            Put<Operation>, Put<Event>, Put<AuditEntry>, Put<RequestRecord>, DropAccount, DropToken,
            DropIsp, DropHost, DropSite, DropPriceList, DropNode, DropSighting, DropReplica,
            DropInstance, DropTakeover, DropOperation, DropRequest, Put<Webhook>, DropWebhook,
            Put<Contact>, DropContact, Put<Member>, DropMember, Put<AgentRelease>, DropAgentRelease,
            Put<Upgrade>, DropUpgrade, Put<NodeAgent>, DropNodeAgent, Put<Domain>, DropDomain,
            Put<DomainCertificate>, DropDomainCertificate, Put<Application>, DropApplication,
            Put<ZoneMailKey>> {
    using OneOf::OneOf;
    friend bool operator==(const Change& a, const Change& b);
};

using Changes = std::vector<Change>;

}  // namespace foyer::master
