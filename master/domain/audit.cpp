#include "master/domain/audit.h"

#include "master/domain/command.h"
#include "master/domain/state.h"

namespace foyer::master {
namespace {

// A command that is not here does not compile: it says whose its subject is.
struct Owner {
    const State& state;

    // A host's account has the host's name.
    static AccountId of_host(const HostId& host) { return AccountId(host.str()); }
    AccountId of_site(const SiteId& name) const {
        const Site* row = state.sites().get(name);
        return row == nullptr ? AccountId() : of_host(row->host);
    }
    AccountId of_node(const NodeId& name) const {
        const Node* row = state.nodes().get(name);
        return row == nullptr ? AccountId() : of_site(row->site);
    }
    AccountId of_instance(const InstanceName& name) const {
        const Instance* row = state.instances().get(name);
        return row == nullptr ? AccountId() : row->owner;
    }
    AccountId of_token(const TokenId& id) const {
        const ApiToken* row = state.tokens().get(id);
        return row == nullptr ? AccountId() : row->account;
    }
    AccountId of_contact(const ContactOf& asked) const {
        const Contact* row = find_contact(state, asked);
        return row == nullptr ? AccountId() : row->account;
    }

    AccountId operator()(const CreateAccount& c) const { return c.name; }
    AccountId operator()(const UpdateAccount& c) const { return c.name; }
    AccountId operator()(const DeleteAccount& c) const { return c.name; }
    AccountId operator()(const CreateToken& c) const { return c.account; }
    AccountId operator()(const RevokeToken& c) const { return of_token(c.id); }

    AccountId operator()(const CreateMember& c) const { return c.key.first; }
    AccountId operator()(const UpdateMember& c) const { return c.key.first; }
    AccountId operator()(const InviteMember& c) const { return c.key.first; }
    AccountId operator()(const DeleteMember& c) const { return c.key.first; }
    AccountId operator()(const OpenSession& c) const { return c.key.first; }
    AccountId operator()(const AcceptInvitation& c) const { return c.key.first; }
    AccountId operator()(const CloseSession& c) const { return of_token(c.id); }
    AccountId operator()(const ChangePassword& c) const { return of_token(c.session); }
    AccountId operator()(const StartTotp& c) const { return of_token(c.session); }
    AccountId operator()(const ConfirmTotp& c) const { return of_token(c.session); }
    AccountId operator()(const RemoveTotp& c) const { return of_token(c.session); }
    AccountId operator()(const LinkIdentity& c) const { return of_token(c.session); }

    AccountId operator()(const CreateHost& c) const { return of_host(c.name); }
    AccountId operator()(const DeleteHost& c) const { return of_host(c.name); }
    AccountId operator()(const CreateSite& c) const { return of_host(c.host); }
    AccountId operator()(const DeleteSite& c) const { return of_site(c.name); }
    AccountId operator()(const CreateNodeToken& c) const { return of_site(c.site); }
    AccountId operator()(const DeleteNode& c) const { return of_node(c.name); }
    AccountId operator()(const AcceptLine& c) const { return of_node(c.name); }
    AccountId operator()(const CordonNode& c) const { return of_node(c.name); }
    AccountId operator()(const UncordonNode& c) const { return of_node(c.name); }
    AccountId operator()(const DrainNode& c) const { return of_node(c.name); }
    AccountId operator()(const CancelDrain& c) const { return of_node(c.name); }

    AccountId operator()(const OrderInstance& c) const { return c.owner; }
    AccountId operator()(const StopInstance& c) const { return of_instance(c.name); }
    AccountId operator()(const StartInstance& c) const { return of_instance(c.name); }
    AccountId operator()(const DeleteInstance& c) const { return of_instance(c.name); }
    AccountId operator()(const PromoteInstance& c) const { return of_instance(c.name); }
    AccountId operator()(const RevealInstance& c) const { return of_instance(c.name); }
    AccountId operator()(const ExecInstance& c) const { return of_instance(c.name); }
    AccountId operator()(const CreateDomain& c) const { return of_instance(c.instance); }
    AccountId operator()(const DeleteDomain& c) const {
        const auto row = find_domain(state, c.domain);
        return row.ok() ? row.value()->owner : AccountId();
    }

    AccountId operator()(const CreateWebhook& c) const { return c.webhook.account; }
    AccountId operator()(const DeleteWebhook& c) const { return c.key.first; }
    AccountId operator()(const EnableWebhook& c) const { return c.key.first; }
    AccountId operator()(const AddContact& c) const { return c.account; }
    AccountId operator()(const ChangeContact& c) const { return of_contact(c.contact); }
    AccountId operator()(const RemoveContact& c) const { return of_contact(c.contact); }
    AccountId operator()(const RenewContactCode& c) const { return of_contact(c.contact); }
    AccountId operator()(const CountContactTry& c) const { return of_contact(c.contact); }
    AccountId operator()(const ConfirmContact& c) const { return of_contact(c.contact); }

    AccountId operator()(const PublishRelease& c) const { return c.release.publisher; }
    AccountId operator()(const WithdrawRelease& c) const {
        const Release* row = state.releases().get(std::pair(c.name, c.version));
        return row == nullptr ? AccountId() : row->publisher;
    }

    // The operator's.
    AccountId operator()(const CreateIsp&) const { return {}; }
    AccountId operator()(const UpdateIsp&) const { return {}; }
    AccountId operator()(const DeleteIsp&) const { return {}; }
    AccountId operator()(const PublishPriceList&) const { return {}; }
    AccountId operator()(const DeletePriceList&) const { return {}; }
    AccountId operator()(const StartRebalance&) const { return {}; }
    AccountId operator()(const StopRebalance&) const { return {}; }
    AccountId operator()(const PublishAgentRelease&) const { return {}; }
    AccountId operator()(const StartUpgrade&) const { return {}; }
    AccountId operator()(const SteerUpgrade&) const { return {}; }
    AccountId operator()(const ApproveApplication&) const { return {}; }
    AccountId operator()(const RejectApplication&) const { return {}; }

    // Never asked through the public API.
    AccountId operator()(const EnrolNode&) const { return {}; }
    AccountId operator()(const SendApplication&) const { return {}; }
    AccountId operator()(const WithdrawApplication&) const { return {}; }
    AccountId operator()(const LeaveNode&) const { return {}; }
    AccountId operator()(const RenewNode&) const { return {}; }
    AccountId operator()(const ReportNode&) const { return {}; }
    AccountId operator()(const MarkSilent&) const { return {}; }
    AccountId operator()(const Tick&) const { return {}; }
    AccountId operator()(const NoteSightings&) const { return {}; }
    AccountId operator()(const ForgetOld&) const { return {}; }
    AccountId operator()(const NoteWebhooks&) const { return {}; }
    AccountId operator()(const NoteMails&) const { return {}; }
    AccountId operator()(const MakeZoneMailKey&) const { return {}; }
    AccountId operator()(const NoteDomains&) const { return {}; }
    AccountId operator()(const NoteRefusedOrder&) const { return {}; }
    AccountId operator()(const LookAtCertificates&) const { return {}; }
};

}  // namespace

AccountId owner_of(const State& before, const Command& command) {
    return command.visit(Owner{before});
}

bool fits(const AuditFilter& filter, const AuditEntry& entry) {
    return (!filter.owner || (!entry.owner.empty() && entry.owner == filter.owner->str())) &&
           (filter.account.empty() || entry.account == filter.account.str()) &&
           (filter.member.empty() || entry.member == filter.member.str()) &&
           (filter.subject.empty() || entry.subject == filter.subject);
}

bool leaves_out(const AuditFilter& filter) {
    return filter.owner || !filter.account.empty() || !filter.member.empty() ||
           !filter.subject.empty();
}

}  // namespace foyer::master
