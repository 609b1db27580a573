// The decision being written: collects changes, stamps them with the revision they will make,
// numbers the events.
#pragma once

#include <string>
#include <utility>

#include "master/domain/command.h"
#include "master/domain/event_kinds.h"
#include "master/domain/state.h"

namespace foyer::master {

class Draft {
public:
    // Whatever touches all kinds of changes is in draft.cpp: compiled once, not with each decision.
    Draft(const State& state, WallTime now);
    Draft(Draft&&) noexcept;
    ~Draft();

    const State& state() const { return state_; }
    WallTime now() const { return now_; }
    Revision revision() const { return revision_; }

    template <class Row>
    void put(Row row) {
        row.revision = revision_;
        add(Put<Row>{std::move(row)});
    }

    template <class Drop>
    void drop(Drop drop) {
        add(std::move(drop));
    }

    // Something happened to this one: whoever owns it may hear of it, nobody else of the customers
    // and hosts. The row as it is, or will be, in this decision.
    void event(EventKind kind, const Instance& about, std::string message);
    void event(EventKind kind, const Node& about, std::string message);
    void event(EventKind kind, const Site& about, std::string message);
    void event(EventKind kind, const Account& about, std::string message);
    void event(EventKind kind, const Release& about, std::string message);
    void event(EventKind kind, const PriceList& about, std::string message);
    void event(EventKind kind, const Operation& about, std::string message);
    // And to the cloud as a whole.
    void event(EventKind kind, std::string message);

    bool empty() const { return changes_.empty(); }

    Decision done(std::string subject = {}, std::optional<OperationId> operation = std::nullopt) &&;

private:
    void add(Change change);
    void note_event(EventKind kind, EventAbout about, std::string subject, AccountId owner,
                    std::string message);

    const State& state_;
    WallTime now_;
    Revision revision_;
    std::int64_t next_event_;
    Changes changes_;
};

// More than 0 of everything and no more than any machine has, so that sums never overflow.
bool is_sane(const Resources& total);

// ISO 3166-1 alpha-2, upper case.
Status check_country(const CountryCode& country);

// A box that is awaited at this site, which need not be in the state yet: the first free name of
// it, the next overlay number. ResourceExhausted: there is none left.
Result<Node> awaited_node(const State& state, const SiteId& site);

// FailedPrecondition: it holds partitions.
Status check_empty(const State& state, const Node& node);
// A box is no more: its row, what was noted of it, its certificate. Its site remembers that it was
// there.
void forget_node(const Node& node, EventKind kind, std::string why, Draft& draft);

// One function a command, each in the file of its idea.
Result<Decision> create_account(const State& state, const CreateAccount& command, WallTime now);
Result<Decision> update_account(const State& state, const UpdateAccount& command, WallTime now);
Result<Decision> delete_account(const State& state, const DeleteAccount& command, WallTime now);
Result<Decision> create_token(const State& state, const CreateToken& command, WallTime now);
Result<Decision> revoke_token(const State& state, const RevokeToken& command, WallTime now);
Result<Decision> create_isp(const State& state, const CreateIsp& command, WallTime now);
Result<Decision> update_isp(const State& state, const UpdateIsp& command, WallTime now);
Result<Decision> accept_line(const State& state, const AcceptLine& command, WallTime now);
Result<Decision> delete_isp(const State& state, const DeleteIsp& command, WallTime now);
Result<Decision> create_host(const State& state, const CreateHost& command, WallTime now);
Result<Decision> delete_host(const State& state, const DeleteHost& command, WallTime now);
Result<Decision> create_site(const State& state, const CreateSite& command, WallTime now);
Result<Decision> delete_site(const State& state, const DeleteSite& command, WallTime now);
Result<Decision> create_node_token(const State& state, const CreateNodeToken& command,
                                   WallTime now);
Result<Decision> delete_node(const State& state, const DeleteNode& command, WallTime now);
Result<Decision> enrol_node(const State& state, const EnrolNode& command, WallTime now);
Result<Decision> leave_node(const State& state, const LeaveNode& command, WallTime now);
Result<Decision> renew_node(const State& state, const RenewNode& command, WallTime now);
Result<Decision> publish_release(const State& state, const PublishRelease& command, WallTime now);
Result<Decision> withdraw_release(const State& state, const WithdrawRelease& command, WallTime now);
Result<Decision> publish_price_list(const State& state, const PublishPriceList& command,
                                    WallTime now);
Result<Decision> delete_price_list(const State& state, const DeletePriceList& command,
                                   WallTime now);
Result<Decision> order_instance(const State& state, const OrderInstance& command, WallTime now);
Result<Decision> stop_instance(const State& state, const StopInstance& command, WallTime now);
Result<Decision> start_instance(const State& state, const StartInstance& command, WallTime now);
Result<Decision> delete_instance(const State& state, const DeleteInstance& command, WallTime now);
Result<Decision> promote_instance(const State& state, const PromoteInstance& command, WallTime now);
Result<Decision> reveal_instance(const State& state, const RevealInstance& command, WallTime now);
Result<Decision> exec_instance(const State& state, const ExecInstance& command, WallTime now);
Result<Decision> report_node(const State& state, const ReportNode& command, WallTime now);
Result<Decision> mark_silent(const State& state, const MarkSilent& command, WallTime now);
Result<Decision> note_sightings(const State& state, const NoteSightings& command, WallTime now);
Result<Decision> forget_old(const State& state, const ForgetOld& command, WallTime now);
Result<Decision> cordon_node(const State& state, const CordonNode& command, WallTime now);
Result<Decision> uncordon_node(const State& state, const UncordonNode& command, WallTime now);
Result<Decision> drain_node(const State& state, const DrainNode& command, WallTime now);
Result<Decision> cancel_drain(const State& state, const CancelDrain& command, WallTime now);
Result<Decision> start_rebalance(const State& state, const StartRebalance& command, WallTime now);
Result<Decision> stop_rebalance(const State& state, const StopRebalance& command, WallTime now);
Result<Decision> publish_agent_release(const State& state, const PublishAgentRelease& command,
                                       WallTime now);
Result<Decision> start_upgrade(const State& state, const StartUpgrade& command, WallTime now);
Result<Decision> steer_upgrade(const State& state, const SteerUpgrade& command, WallTime now);
Result<Decision> create_webhook(const State& state, const CreateWebhook& command, WallTime now);
Result<Decision> delete_webhook(const State& state, const DeleteWebhook& command, WallTime now);
Result<Decision> enable_webhook(const State& state, const EnableWebhook& command, WallTime now);
Result<Decision> note_webhooks(const State& state, const NoteWebhooks& command, WallTime now);
Result<Decision> create_member(const State& state, const CreateMember& command, WallTime now);
Result<Decision> update_member(const State& state, const UpdateMember& command, WallTime now);
Result<Decision> invite_member(const State& state, const InviteMember& command, WallTime now);
Result<Decision> delete_member(const State& state, const DeleteMember& command, WallTime now);
Result<Decision> open_session(const State& state, const OpenSession& command, WallTime now);
Result<Decision> close_session(const State& state, const CloseSession& command, WallTime now);
Result<Decision> accept_invitation(const State& state, const AcceptInvitation& command,
                                   WallTime now);
Result<Decision> change_password(const State& state, const ChangePassword& command, WallTime now);
Result<Decision> start_totp(const State& state, const StartTotp& command, WallTime now);
Result<Decision> confirm_totp(const State& state, const ConfirmTotp& command, WallTime now);
Result<Decision> remove_totp(const State& state, const RemoveTotp& command, WallTime now);
Result<Decision> link_identity(const State& state, const LinkIdentity& command, WallTime now);
Result<Decision> add_contact(const State& state, const AddContact& command, WallTime now);
Result<Decision> change_contact(const State& state, const ChangeContact& command, WallTime now);
Result<Decision> remove_contact(const State& state, const RemoveContact& command, WallTime now);
Result<Decision> renew_contact_code(const State& state, const RenewContactCode& command,
                                    WallTime now);
Result<Decision> count_contact_try(const State& state, const CountContactTry& command,
                                   WallTime now);
Result<Decision> confirm_contact(const State& state, const ConfirmContact& command, WallTime now);
Result<Decision> note_mails(const State& state, const NoteMails& command, WallTime now);
Result<Decision> note_refused_order(const State& state, const NoteRefusedOrder& command,
                                    WallTime now);
Result<Decision> look_at_certificates(const State& state, const LookAtCertificates& command,
                                      WallTime now);
Result<Decision> make_zone_mail_key(const State& state, const MakeZoneMailKey& command,
                                    WallTime now);
Result<Decision> create_domain(const State& state, const CreateDomain& command, WallTime now);
Result<Decision> delete_domain(const State& state, const DeleteDomain& command, WallTime now);
Result<Decision> note_domains(const State& state, const NoteDomains& command, WallTime now);
Result<Decision> send_application(const State& state, const SendApplication& command, WallTime now);
Result<Decision> withdraw_application(const State& state, const WithdrawApplication& command,
                                      WallTime now);
Result<Decision> approve_application(const State& state, const ApproveApplication& command,
                                     WallTime now);
Result<Decision> reject_application(const State& state, const RejectApplication& command,
                                    WallTime now);

// NotFound with what to type next.
Error no_such_row(std::string_view what, std::string_view name, std::string_view list_command);

// The row, or that.
template <class Map, class Key>
Result<typename Map::mapped_type> find_row(const Map& map, const Key& key, std::string_view what,
                                           std::string_view list_command) {
    const auto found = map.find(key);
    if (found == map.end()) return no_such_row(what, key.str(), list_command);
    return found->second;
}

// The instance, if it is the owner's; another's is answered as if it did not exist. No owner: any.
Result<Instance> find_instance_of(const State& state, const InstanceName& name,
                                  const AccountId& owner);

}  // namespace foyer::master
