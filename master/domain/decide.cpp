#include "master/domain/decide.h"

#include "master/domain/draft.h"
#include "master/domain/repair.h"

namespace foyer::master {
namespace {

struct Dispatch {
    const State& state;
    WallTime now;
    Result<Decision> operator()(const CreateAccount& c) const {
        return create_account(state, c, now);
    }
    Result<Decision> operator()(const UpdateAccount& c) const {
        return update_account(state, c, now);
    }
    Result<Decision> operator()(const DeleteAccount& c) const {
        return delete_account(state, c, now);
    }
    Result<Decision> operator()(const CreateToken& c) const { return create_token(state, c, now); }
    Result<Decision> operator()(const RevokeToken& c) const { return revoke_token(state, c, now); }
    Result<Decision> operator()(const CreateIsp& c) const { return create_isp(state, c, now); }
    Result<Decision> operator()(const UpdateIsp& c) const { return update_isp(state, c, now); }
    Result<Decision> operator()(const AcceptLine& c) const { return accept_line(state, c, now); }
    Result<Decision> operator()(const DeleteIsp& c) const { return delete_isp(state, c, now); }
    Result<Decision> operator()(const CreateHost& c) const { return create_host(state, c, now); }
    Result<Decision> operator()(const DeleteHost& c) const { return delete_host(state, c, now); }
    Result<Decision> operator()(const CreateSite& c) const { return create_site(state, c, now); }
    Result<Decision> operator()(const DeleteSite& c) const { return delete_site(state, c, now); }
    Result<Decision> operator()(const CreateNodeToken& c) const {
        return create_node_token(state, c, now);
    }
    Result<Decision> operator()(const DeleteNode& c) const { return delete_node(state, c, now); }
    Result<Decision> operator()(const EnrolNode& c) const { return enrol_node(state, c, now); }
    Result<Decision> operator()(const LeaveNode& c) const { return leave_node(state, c, now); }
    Result<Decision> operator()(const RenewNode& c) const { return renew_node(state, c, now); }
    Result<Decision> operator()(const PublishRelease& c) const {
        return publish_release(state, c, now);
    }
    Result<Decision> operator()(const PublishPriceList& c) const {
        return publish_price_list(state, c, now);
    }
    Result<Decision> operator()(const DeletePriceList& c) const {
        return delete_price_list(state, c, now);
    }
    Result<Decision> operator()(const CreateWebhook& c) const {
        return create_webhook(state, c, now);
    }
    Result<Decision> operator()(const DeleteWebhook& c) const {
        return delete_webhook(state, c, now);
    }
    Result<Decision> operator()(const EnableWebhook& c) const {
        return enable_webhook(state, c, now);
    }
    Result<Decision> operator()(const NoteWebhooks& c) const {
        return note_webhooks(state, c, now);
    }
    Result<Decision> operator()(const CreateMember& c) const {
        return create_member(state, c, now);
    }
    Result<Decision> operator()(const UpdateMember& c) const {
        return update_member(state, c, now);
    }
    Result<Decision> operator()(const InviteMember& c) const {
        return invite_member(state, c, now);
    }
    Result<Decision> operator()(const DeleteMember& c) const {
        return delete_member(state, c, now);
    }
    Result<Decision> operator()(const OpenSession& c) const { return open_session(state, c, now); }
    Result<Decision> operator()(const CloseSession& c) const {
        return close_session(state, c, now);
    }
    Result<Decision> operator()(const AcceptInvitation& c) const {
        return accept_invitation(state, c, now);
    }
    Result<Decision> operator()(const ChangePassword& c) const {
        return change_password(state, c, now);
    }
    Result<Decision> operator()(const StartTotp& c) const { return start_totp(state, c, now); }
    Result<Decision> operator()(const ConfirmTotp& c) const { return confirm_totp(state, c, now); }
    Result<Decision> operator()(const RemoveTotp& c) const { return remove_totp(state, c, now); }
    Result<Decision> operator()(const LinkIdentity& c) const {
        return link_identity(state, c, now);
    }
    Result<Decision> operator()(const CreateDomain& c) const {
        return create_domain(state, c, now);
    }
    Result<Decision> operator()(const DeleteDomain& c) const {
        return delete_domain(state, c, now);
    }
    Result<Decision> operator()(const MakeZoneMailKey& c) const {
        return make_zone_mail_key(state, c, now);
    }
    Result<Decision> operator()(const NoteDomains& c) const { return note_domains(state, c, now); }
    Result<Decision> operator()(const OrderInstance& c) const {
        return order_instance(state, c, now);
    }
    Result<Decision> operator()(const StopInstance& c) const {
        return stop_instance(state, c, now);
    }
    Result<Decision> operator()(const StartInstance& c) const {
        return start_instance(state, c, now);
    }
    Result<Decision> operator()(const DeleteInstance& c) const {
        return delete_instance(state, c, now);
    }
    Result<Decision> operator()(const PromoteInstance& c) const {
        return promote_instance(state, c, now);
    }
    Result<Decision> operator()(const RevealInstance& c) const {
        return reveal_instance(state, c, now);
    }
    Result<Decision> operator()(const ExecInstance& c) const {
        return exec_instance(state, c, now);
    }
    Result<Decision> operator()(const ReportNode& c) const { return report_node(state, c, now); }
    Result<Decision> operator()(const MarkSilent& c) const { return mark_silent(state, c, now); }
    Result<Decision> operator()(const CordonNode& c) const { return cordon_node(state, c, now); }
    Result<Decision> operator()(const UncordonNode& c) const {
        return uncordon_node(state, c, now);
    }
    Result<Decision> operator()(const WithdrawRelease& c) const {
        return withdraw_release(state, c, now);
    }
    Result<Decision> operator()(const StartRebalance& c) const {
        return start_rebalance(state, c, now);
    }
    Result<Decision> operator()(const PublishAgentRelease& c) const {
        return publish_agent_release(state, c, now);
    }
    Result<Decision> operator()(const StartUpgrade& c) const {
        return start_upgrade(state, c, now);
    }
    Result<Decision> operator()(const SteerUpgrade& c) const {
        return steer_upgrade(state, c, now);
    }
    Result<Decision> operator()(const StopRebalance& c) const {
        return stop_rebalance(state, c, now);
    }
    Result<Decision> operator()(const DrainNode& c) const { return drain_node(state, c, now); }
    Result<Decision> operator()(const CancelDrain& c) const { return cancel_drain(state, c, now); }
    Result<Decision> operator()(const Tick& c) const { return tick(state, c, now); }
    Result<Decision> operator()(const NoteSightings& c) const {
        return note_sightings(state, c, now);
    }
    Result<Decision> operator()(const AddContact& c) const { return add_contact(state, c, now); }
    Result<Decision> operator()(const ChangeContact& c) const {
        return change_contact(state, c, now);
    }
    Result<Decision> operator()(const RemoveContact& c) const {
        return remove_contact(state, c, now);
    }
    Result<Decision> operator()(const RenewContactCode& c) const {
        return renew_contact_code(state, c, now);
    }
    Result<Decision> operator()(const CountContactTry& c) const {
        return count_contact_try(state, c, now);
    }
    Result<Decision> operator()(const ConfirmContact& c) const {
        return confirm_contact(state, c, now);
    }
    Result<Decision> operator()(const NoteMails& c) const { return note_mails(state, c, now); }
    Result<Decision> operator()(const NoteRefusedOrder& c) const {
        return note_refused_order(state, c, now);
    }
    Result<Decision> operator()(const LookAtCertificates& c) const {
        return look_at_certificates(state, c, now);
    }
    Result<Decision> operator()(const SendApplication& c) const {
        return send_application(state, c, now);
    }
    Result<Decision> operator()(const WithdrawApplication& c) const {
        return withdraw_application(state, c, now);
    }
    Result<Decision> operator()(const ApproveApplication& c) const {
        return approve_application(state, c, now);
    }
    Result<Decision> operator()(const RejectApplication& c) const {
        return reject_application(state, c, now);
    }
    Result<Decision> operator()(const ForgetOld& c) const { return forget_old(state, c, now); }
};

}  // namespace

Result<Decision> decide(const State& state, const Command& command, WallTime now) {
    return command.visit(Dispatch{state, now});
}

}  // namespace foyer::master
