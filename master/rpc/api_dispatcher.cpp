#include "master/rpc/api_dispatcher.h"

#include <array>

#include "common/base/joined.h"
#include "master/rpc/handlers.h"

namespace foyer::master {
namespace {

using Message = google::protobuf::Message;

// One entry an rpc, its types forgotten behind plain functions.
struct Door {
    std::string_view rpc;
    std::unique_ptr<Message> (*request)();
    std::unique_ptr<Message> (*response)();
    void (*call)(const ApiContext&, ApiCall, const Message&, Message&);
};

template <auto Handler>
struct Typed;

template <class Request, class Response,
          void (*Handler)(const ApiContext&, ApiCall, const Request&, Response&)>
struct Typed<Handler> {
    static std::unique_ptr<Message> request() { return std::make_unique<Request>(); }
    static std::unique_ptr<Message> response() { return std::make_unique<Response>(); }
    static void call(const ApiContext& context, ApiCall call, const Message& request,
                     Message& response) {
        Handler(context, std::move(call), static_cast<const Request&>(request),
                static_cast<Response&>(response));
    }
};

template <auto Handler>
constexpr Door door(std::string_view rpc) {
    return {rpc, &Typed<Handler>::request, &Typed<Handler>::response, &Typed<Handler>::call};
}

// Of the homes and their boxes.
constexpr auto doors_of_fleet = std::to_array<Door>({
    door<&create_isp>("foyer.api.v1.FleetService/CreateIsp"),
    door<&update_isp>("foyer.api.v1.FleetService/UpdateIsp"),
    door<&delete_isp>("foyer.api.v1.FleetService/DeleteIsp"),
    door<&get_isp>("foyer.api.v1.FleetService/GetIsp"),
    door<&list_isps>("foyer.api.v1.FleetService/ListIsps"),
    door<&create_host>("foyer.api.v1.FleetService/CreateHost"),
    door<&delete_host>("foyer.api.v1.FleetService/DeleteHost"),
    door<&get_host>("foyer.api.v1.FleetService/GetHost"),
    door<&list_hosts>("foyer.api.v1.FleetService/ListHosts"),
    door<&create_site>("foyer.api.v1.FleetService/CreateSite"),
    door<&delete_site>("foyer.api.v1.FleetService/DeleteSite"),
    door<&get_site>("foyer.api.v1.FleetService/GetSite"),
    door<&list_sites>("foyer.api.v1.FleetService/ListSites"),
    door<&get_site_promise>("foyer.api.v1.FleetService/GetSitePromise"),
    door<&get_site_letter>("foyer.api.v1.FleetService/GetSiteLetter"),
    door<&create_node_token>("foyer.api.v1.FleetService/CreateNodeToken"),
    door<&get_node>("foyer.api.v1.FleetService/GetNode"),
    door<&list_nodes>("foyer.api.v1.FleetService/ListNodes"),
    door<&delete_node>("foyer.api.v1.FleetService/DeleteNode"),
    door<&accept_node_line>("foyer.api.v1.FleetService/AcceptNodeLine"),
    door<&cordon_node>("foyer.api.v1.FleetService/CordonNode"),
    door<&uncordon_node>("foyer.api.v1.FleetService/UncordonNode"),
    door<&drain_node>("foyer.api.v1.FleetService/DrainNode"),
    door<&cancel_drain>("foyer.api.v1.FleetService/CancelDrain"),
    door<&plan_rebalance>("foyer.api.v1.FleetService/PlanRebalance"),
    door<&start_rebalance>("foyer.api.v1.FleetService/StartRebalance"),
    door<&stop_rebalance>("foyer.api.v1.FleetService/StopRebalance"),
    door<&publish_agent_release>("foyer.api.v1.UpgradeService/PublishAgentRelease"),
    door<&get_agent_release>("foyer.api.v1.UpgradeService/GetAgentRelease"),
    door<&list_agent_releases>("foyer.api.v1.UpgradeService/ListAgentReleases"),
    door<&get_upgrade>("foyer.api.v1.UpgradeService/GetUpgrade"),
    door<&start_upgrade>("foyer.api.v1.UpgradeService/StartUpgrade"),
    door<&pause_upgrade>("foyer.api.v1.UpgradeService/PauseUpgrade"),
    door<&resume_upgrade>("foyer.api.v1.UpgradeService/ResumeUpgrade"),
    door<&turn_back_upgrade>("foyer.api.v1.UpgradeService/TurnBackUpgrade"),
});

// Of what runs on them.
constexpr auto doors_of_services = std::to_array<Door>({
    door<&order_instance>("foyer.api.v1.InstanceService/OrderInstance"),
    door<&quote_order>("foyer.api.v1.InstanceService/QuoteOrder"),
    door<&get_instance>("foyer.api.v1.InstanceService/GetInstance"),
    door<&list_instances>("foyer.api.v1.InstanceService/ListInstances"),
    door<&stop_instance>("foyer.api.v1.InstanceService/StopInstance"),
    door<&start_instance>("foyer.api.v1.InstanceService/StartInstance"),
    door<&delete_instance>("foyer.api.v1.InstanceService/DeleteInstance"),
    door<&promote_instance>("foyer.api.v1.InstanceService/PromoteInstance"),
    door<&reveal_instance>("foyer.api.v1.InstanceService/RevealInstance"),
    door<&list_instance_events>("foyer.api.v1.InstanceService/ListInstanceEvents"),
    door<&get_instance_timeline>("foyer.api.v1.InstanceService/GetInstanceTimeline"),
    door<&explain_instance>("foyer.api.v1.InstanceService/ExplainInstance"),
    door<&read_instance_log>("foyer.api.v1.ConsoleService/ReadInstanceLog"),
    door<&exec_instance>("foyer.api.v1.ConsoleService/ExecInstance"),
    door<&list_events>("foyer.api.v1.EventService/ListEvents"),
    door<&create_webhook>("foyer.api.v1.WebhookService/CreateWebhook"),
    door<&get_webhook>("foyer.api.v1.WebhookService/GetWebhook"),
    door<&list_webhooks>("foyer.api.v1.WebhookService/ListWebhooks"),
    door<&delete_webhook>("foyer.api.v1.WebhookService/DeleteWebhook"),
    door<&enable_webhook>("foyer.api.v1.WebhookService/EnableWebhook"),
    door<&add_contact>("foyer.api.v1.ContactService/AddContact"),
    door<&get_contact>("foyer.api.v1.ContactService/GetContact"),
    door<&list_contacts>("foyer.api.v1.ContactService/ListContacts"),
    door<&change_contact>("foyer.api.v1.ContactService/ChangeContact"),
    door<&remove_contact>("foyer.api.v1.ContactService/RemoveContact"),
    door<&resend_contact_code>("foyer.api.v1.ContactService/ResendContactCode"),
    door<&confirm_contact>("foyer.api.v1.ContactService/ConfirmContact"),
    door<&create_domain>("foyer.api.v1.DomainService/CreateDomain"),
    door<&get_domain>("foyer.api.v1.DomainService/GetDomain"),
    door<&list_domains>("foyer.api.v1.DomainService/ListDomains"),
    door<&delete_domain>("foyer.api.v1.DomainService/DeleteDomain"),
    door<&get_operation>("foyer.api.v1.OperationService/GetOperation"),
    door<&list_operations>("foyer.api.v1.OperationService/ListOperations"),
    door<&publish_release>("foyer.api.v1.ReleaseService/PublishRelease"),
    door<&get_release>("foyer.api.v1.ReleaseService/GetRelease"),
    door<&withdraw_release>("foyer.api.v1.ReleaseService/WithdrawRelease"),
    door<&list_releases>("foyer.api.v1.ReleaseService/ListReleases"),
    door<&publish_price_list>("foyer.api.v1.PriceService/PublishPriceList"),
    door<&get_price_list>("foyer.api.v1.PriceService/GetPriceList"),
    door<&list_price_lists>("foyer.api.v1.PriceService/ListPriceLists"),
    door<&delete_price_list>("foyer.api.v1.PriceService/DeletePriceList"),
});

// Of accounts, and of people who act for them.
constexpr auto doors_of_people = std::to_array<Door>({
    door<&create_account>("foyer.api.v1.AccountService/CreateAccount"),
    door<&list_accounts>("foyer.api.v1.AccountService/ListAccounts"),
    door<&get_account>("foyer.api.v1.AccountService/GetAccount"),
    door<&update_account>("foyer.api.v1.AccountService/UpdateAccount"),
    door<&delete_account>("foyer.api.v1.AccountService/DeleteAccount"),
    door<&create_token>("foyer.api.v1.AccountService/CreateToken"),
    door<&get_token>("foyer.api.v1.AccountService/GetToken"),
    door<&list_tokens>("foyer.api.v1.AccountService/ListTokens"),
    door<&delete_token>("foyer.api.v1.AccountService/DeleteToken"),
    door<&get_application>("foyer.api.v1.ApplicationService/GetApplication"),
    door<&list_applications>("foyer.api.v1.ApplicationService/ListApplications"),
    door<&approve_application>("foyer.api.v1.ApplicationService/ApproveApplication"),
    door<&reject_application>("foyer.api.v1.ApplicationService/RejectApplication"),
    door<&create_member>("foyer.api.v1.MemberService/CreateMember"),
    door<&get_member>("foyer.api.v1.MemberService/GetMember"),
    door<&list_members>("foyer.api.v1.MemberService/ListMembers"),
    door<&update_member>("foyer.api.v1.MemberService/UpdateMember"),
    door<&delete_member>("foyer.api.v1.MemberService/DeleteMember"),
    door<&invite_member>("foyer.api.v1.MemberService/InviteMember"),
    door<&log_in>("foyer.api.v1.LoginService/Login"),
    door<&accept_invitation>("foyer.api.v1.LoginService/AcceptInvitation"),
    door<&log_out>("foyer.api.v1.LoginService/Logout"),
    door<&change_password>("foyer.api.v1.LoginService/ChangePassword"),
    door<&start_totp>("foyer.api.v1.LoginService/StartTotp"),
    door<&confirm_totp>("foyer.api.v1.LoginService/ConfirmTotp"),
    door<&remove_totp>("foyer.api.v1.LoginService/RemoveTotp"),
    door<&start_oidc>("foyer.api.v1.LoginService/StartOidc"),
    door<&finish_oidc>("foyer.api.v1.LoginService/FinishOidc"),
    door<&link_oidc>("foyer.api.v1.LoginService/LinkOidc"),
    door<&list_audit>("foyer.api.v1.AccountService/ListAudit"),
    door<&who_am_i>("foyer.api.v1.AccountService/WhoAmI"),
});

constexpr auto doors = joined(doors_of_fleet, doors_of_services, doors_of_people);

const Door* find(std::string_view rpc) {
    for (const Door& candidate : doors) {
        if (candidate.rpc == rpc) return &candidate;
    }
    return nullptr;
}

}  // namespace

std::unique_ptr<Message> ApiDispatcher::new_request(std::string_view rpc) const {
    const Door* found = find(rpc);
    CHECK(found != nullptr);
    return found->request();
}

std::unique_ptr<Message> ApiDispatcher::new_response(std::string_view rpc) const {
    const Door* found = find(rpc);
    CHECK(found != nullptr);
    return found->response();
}

void ApiDispatcher::call(std::string_view rpc, const Caller& caller, const CallTerms& terms,
                         const Message& request, Message& response, Done done) {
    const Door* found = find(rpc);
    CHECK(found != nullptr);
    found->call(context_, ApiCall{found->rpc, caller, terms, std::move(done)}, request, response);
}

}  // namespace foyer::master
