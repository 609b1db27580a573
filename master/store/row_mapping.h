// Each row of the domain beside its table: how it is written, how it is read. Private to the store.
#pragma once

#include "master/domain/audit.h"
#include "master/domain/change.h"
#include "master/domain/events.h"
#include "master/domain/host_promise.h"
#include "master/store/table.h"

namespace foyer::master {

Call put_call(const Account& row);
Call put_call(const ApiToken& row);
Call put_call(const Isp& row);
Call put_call(const Host& row);
Call put_call(const Site& row);
Call put_call(const Node& row);
Call put_call(const Sighting& row);
Call put_call(const Release& row);
Call put_call(const PriceList& row);
Call put_call(const Instance& row);
Call put_call(const Replica& row);
Call put_call(const Takeover& row);
Call put_call(const Operation& row);
Call put_call(const Event& row);
Call put_call(const AuditEntry& row);
Call put_call(const RequestRecord& row);
Call drop_call(const DropAccount& change);
Call drop_call(const DropToken& change);
Call drop_call(const DropIsp& change);
Call drop_call(const DropHost& change);
Call drop_call(const DropSite& change);
Call drop_call(const DropPriceList& change);
Call put_call(const Member& row);
Call drop_call(const DropMember& change);
Call put_call(const Webhook& row);
Call drop_call(const DropWebhook& change);
Call put_call(const Contact& row);
Call drop_call(const DropContact& change);
Call put_call(const Domain& row);
Call drop_call(const DropDomain& change);
Call put_call(const Application& row);
Call drop_call(const DropApplication& change);
Call put_call(const ZoneMailKey& row);
Call put_call(const AgentRelease& row);
Call drop_call(const DropAgentRelease& change);
Call put_call(const Upgrade& row);
Call drop_call(const DropUpgrade& change);
Call put_call(const NodeAgent& row);
Call drop_call(const DropNodeAgent& change);
Call put_call(const DomainCertificate& row);
Call drop_call(const DropDomainCertificate& change);
Call drop_call(const DropNode& change);
Call drop_call(const DropSighting& change);
Call drop_call(const DropReplica& change);
Call drop_call(const DropInstance& change);
Call drop_call(const DropTakeover& change);
Call drop_call(const DropOperation& change);
Call drop_call(const DropRequest& change);

// The overlay number of a box that came and went within one batch: given, never to be given again.
Call number_given_call(const Node& row);

// What to read, and how its rows become changes.
struct Loader {
    Call call;                        // when there is no table to copy
    const TableCopy* copy = nullptr;  // a whole table
    Status (*read)(Row row, Changes& into) = nullptr;
};
// Each file of rows adds its own, in this order.
void add_member_loaders(std::vector<Loader>& loaders);
void add_catalogue_loaders(std::vector<Loader>& loaders);
void add_instance_loaders(std::vector<Loader>& loaders);
void add_takeover_loaders(std::vector<Loader>& loaders);
void add_webhook_loaders(std::vector<Loader>& loaders);
void add_contact_loaders(std::vector<Loader>& loaders);
void add_upgrade_loaders(std::vector<Loader>& loaders);
void add_domain_loaders(std::vector<Loader>& loaders);
void add_application_loaders(std::vector<Loader>& loaders);
void add_journal_loaders(std::vector<Loader>& loaders, int events_max);
void add_audit_loader(std::vector<Loader>& loaders);
// In an order in which every row finds what it refers to.
std::vector<Loader> loaders(int events_max);

Status read_event(Row row, Event& event);
Call instance_events_call(const InstanceName& instance, std::int64_t before, int count);
Call events_call(const EventFilter& filter, std::int64_t after, int count);
Status read_audit(Row row, AuditEntry& entry);
Call audit_call(const AuditFilter& filter, std::int64_t after, int count);
Call node_life_call(const NodeId& node, const Span& within, int count);

}  // namespace foyer::master
