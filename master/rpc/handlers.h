// The handlers of the public API: one function an rpc, plain functions on messages, one file a
// service. Both gRPC and HTTP call them through the dispatcher; rights by role were checked before,
// "own" is checked here, because only the rows know whose they are.
#pragma once

#include "foyer/api/v1/accounts.pb.h"
#include "foyer/api/v1/applications.pb.h"
#include "foyer/api/v1/console.pb.h"
#include "foyer/api/v1/contacts.pb.h"
#include "foyer/api/v1/domains.pb.h"
#include "foyer/api/v1/events.pb.h"
#include "foyer/api/v1/fleet.pb.h"
#include "foyer/api/v1/instances.pb.h"
#include "foyer/api/v1/members.pb.h"
#include "foyer/api/v1/prices.pb.h"
#include "foyer/api/v1/releases.pb.h"
#include "foyer/api/v1/upgrades.pb.h"
#include "foyer/api/v1/webhooks.pb.h"
#include "master/rpc/api_context.h"

namespace foyer::master {

template <class Command>
void remove_place(const ApiContext& context, ApiCall call, const api::DeletePlaceRequest& request,
                  api::DeletePlaceResponse& response) {
    PreparedWrite write;
    write.command = Command{decltype(Command::name)(request.name())};
    submit_write(context, std::move(call), request, write_fields(request), response,
                 std::move(write));
}

// isps.cpp
void create_isp(const ApiContext& context, ApiCall call, const api::CreateIspRequest& request,
                api::Isp& response);
void update_isp(const ApiContext& context, ApiCall call, const api::UpdateIspRequest& request,
                api::Isp& response);
void delete_isp(const ApiContext& context, ApiCall call, const api::DeletePlaceRequest& request,
                api::DeletePlaceResponse& response);
void get_isp(const ApiContext& context, ApiCall call, const api::GetIspRequest& request,
             api::Isp& response);
void list_isps(const ApiContext& context, ApiCall call, const api::ListIspsRequest& request,
               api::ListIspsResponse& response);

// fleet.cpp
void create_host(const ApiContext& context, ApiCall call, const api::CreateHostRequest& request,
                 api::Host& response);
void delete_host(const ApiContext& context, ApiCall call, const api::DeletePlaceRequest& request,
                 api::DeletePlaceResponse& response);
void get_host(const ApiContext& context, ApiCall call, const api::GetHostRequest& request,
              api::Host& response);
void list_hosts(const ApiContext& context, ApiCall call, const api::ListHostsRequest& request,
                api::ListHostsResponse& response);
void create_site(const ApiContext& context, ApiCall call, const api::CreateSiteRequest& request,
                 api::Site& response);
void delete_site(const ApiContext& context, ApiCall call, const api::DeletePlaceRequest& request,
                 api::DeletePlaceResponse& response);
void get_site(const ApiContext& context, ApiCall call, const api::GetSiteRequest& request,
              api::Site& response);
void list_sites(const ApiContext& context, ApiCall call, const api::ListSitesRequest& request,
                api::ListSitesResponse& response);

// Operators see every site, a host (an account of the same name) his own; another's is answered as
// if it did not exist.
bool may_see(const Caller& caller, const Site& site);
Result<const Site*> find_own_site(const State& state, const Caller& caller,
                                  const std::string& name);

// site_promise.cpp
void get_site_promise(const ApiContext& context, ApiCall call,
                      const api::GetSitePromiseRequest& request, api::SitePromise& response);

// site_letter.cpp
void get_site_letter(const ApiContext& context, ApiCall call,
                     const api::GetSiteLetterRequest& request, api::SiteLetter& response);

// nodes.cpp
void accept_node_line(const ApiContext& context, ApiCall call,
                      const api::NodeActionRequest& request, api::Node& response);
void create_node_token(const ApiContext& context, ApiCall call,
                       const api::CreateNodeTokenRequest& request, api::NodeToken& response);
void get_node(const ApiContext& context, ApiCall call, const api::GetNodeRequest& request,
              api::Node& response);
void list_nodes(const ApiContext& context, ApiCall call, const api::ListNodesRequest& request,
                api::ListNodesResponse& response);
void delete_node(const ApiContext& context, ApiCall call, const api::DeleteNodeRequest& request,
                 api::DeleteNodeResponse& response);
void cordon_node(const ApiContext& context, ApiCall call, const api::NodeActionRequest& request,
                 api::Node& response);
void uncordon_node(const ApiContext& context, ApiCall call, const api::NodeActionRequest& request,
                   api::Node& response);
void drain_node(const ApiContext& context, ApiCall call, const api::DrainNodeRequest& request,
                api::Operation& response);
void cancel_drain(const ApiContext& context, ApiCall call, const api::NodeActionRequest& request,
                  api::Node& response);

// rebalance.cpp
void plan_rebalance(const ApiContext& context, ApiCall call,
                    const api::PlanRebalanceRequest& request, api::RebalancePlan& response);
void start_rebalance(const ApiContext& context, ApiCall call,
                     const api::StartRebalanceRequest& request, api::Operation& response);
void stop_rebalance(const ApiContext& context, ApiCall call,
                    const api::StopRebalanceRequest& request, api::Operation& response);

// instances.cpp
void order_instance(const ApiContext& context, ApiCall call,
                    const api::OrderInstanceRequest& request, api::OrderInstanceResponse& response);
void quote_order(const ApiContext& context, ApiCall call, const api::QuoteOrderRequest& request,
                 api::Quote& response);
void stop_instance(const ApiContext& context, ApiCall call,
                   const api::InstanceActionRequest& request, api::Operation& response);
void start_instance(const ApiContext& context, ApiCall call,
                    const api::InstanceActionRequest& request, api::Operation& response);
void delete_instance(const ApiContext& context, ApiCall call,
                     const api::InstanceActionRequest& request, api::Operation& response);
void promote_instance(const ApiContext& context, ApiCall call,
                      const api::PromoteInstanceRequest& request, api::Operation& response);
void reveal_instance(const ApiContext& context, ApiCall call,
                     const api::InstanceActionRequest& request, api::InstanceConnection& response);

// instance_reads.cpp
void get_instance(const ApiContext& context, ApiCall call, const api::GetInstanceRequest& request,
                  api::Instance& response);
void list_instances(const ApiContext& context, ApiCall call,
                    const api::ListInstancesRequest& request, api::ListInstancesResponse& response);
void list_instance_events(const ApiContext& context, ApiCall call,
                          const api::ListInstanceEventsRequest& request,
                          api::ListInstanceEventsResponse& response);
void get_instance_timeline(const ApiContext& context, ApiCall call,
                           const api::GetInstanceRequest& request, api::InstanceTimeline& response);
void explain_instance(const ApiContext& context, ApiCall call,
                      const api::GetInstanceRequest& request, api::PlacementExplanation& response);
// The instance, if the caller may see it; another's is answered as if it did not exist.
Result<const Instance*> find_own(const State& state, const Caller& caller, const std::string& name);

// console.cpp
void read_instance_log(const ApiContext& context, ApiCall call,
                       const api::ReadInstanceLogRequest& request,
                       api::ReadInstanceLogResponse& response);
void exec_instance(const ApiContext& context, ApiCall call, const api::ExecInstanceRequest& request,
                   api::ExecInstanceResponse& response);

// domains.cpp
void create_domain(const ApiContext& context, ApiCall call, const api::CreateDomainRequest& request,
                   api::Domain& response);
void get_domain(const ApiContext& context, ApiCall call, const api::GetDomainRequest& request,
                api::Domain& response);
void list_domains(const ApiContext& context, ApiCall call, const api::ListDomainsRequest& request,
                  api::ListDomainsResponse& response);
void delete_domain(const ApiContext& context, ApiCall call, const api::DeleteDomainRequest& request,
                   api::DeleteDomainResponse& response);

// events.cpp
void list_events(const ApiContext& context, ApiCall call, const api::ListEventsRequest& request,
                 api::ListEventsResponse& response);

// prices.cpp
void publish_price_list(const ApiContext& context, ApiCall call,
                        const api::PublishPriceListRequest& request, api::PriceList& response);
void get_price_list(const ApiContext& context, ApiCall call,
                    const api::GetPriceListRequest& request, api::PriceList& response);
void list_price_lists(const ApiContext& context, ApiCall call,
                      const api::ListPriceListsRequest& request,
                      api::ListPriceListsResponse& response);
void delete_price_list(const ApiContext& context, ApiCall call,
                       const api::DeletePriceListRequest& request,
                       api::DeletePriceListResponse& response);

// operations.cpp
OperationId new_operation(const ApiContext& context);
void render_operation(const State& after, const Reply& reply, google::protobuf::Message& answer);
// What runs when the operation that a write began has ended or `wait` is over (0: at once): the
// answer is shown again as it is by then. `begun`: the operation in the answer, which lives until
// `done`.
Api::Done once_ended(const ApiContext& context, Duration wait,
                     std::function<const api::Operation&()> begun,
                     std::function<void(const State&)> shown_again, Api::Done done);
// The same of an answer that is the operation.
Api::Done once_ended(const ApiContext& context, Duration wait, api::Operation& response,
                     Api::Done done);
void get_operation(const ApiContext& context, ApiCall call, const api::GetOperationRequest& request,
                   api::Operation& response);
void list_operations(const ApiContext& context, ApiCall call,
                     const api::ListOperationsRequest& request,
                     api::ListOperationsResponse& response);

// releases.cpp
void publish_release(const ApiContext& context, ApiCall call,
                     const api::PublishReleaseRequest& request, api::SoftwareRelease& response);
void get_release(const ApiContext& context, ApiCall call, const api::GetReleaseRequest& request,
                 api::SoftwareRelease& response);
void withdraw_release(const ApiContext& context, ApiCall call,
                      const api::WithdrawReleaseRequest& request, api::SoftwareRelease& response);
void list_releases(const ApiContext& context, ApiCall call, const api::ListReleasesRequest& request,
                   api::ListReleasesResponse& response);

// upgrades.cpp
void publish_agent_release(const ApiContext& context, ApiCall call,
                           const api::PublishAgentReleaseRequest& request,
                           api::AgentRelease& response);
void get_agent_release(const ApiContext& context, ApiCall call,
                       const api::GetAgentReleaseRequest& request, api::AgentRelease& response);
void list_agent_releases(const ApiContext& context, ApiCall call,
                         const api::ListAgentReleasesRequest& request,
                         api::ListAgentReleasesResponse& response);
void get_upgrade(const ApiContext& context, ApiCall call, const api::GetUpgradeRequest& request,
                 api::Upgrade& response);
void start_upgrade(const ApiContext& context, ApiCall call, const api::StartUpgradeRequest& request,
                   api::Upgrade& response);
void pause_upgrade(const ApiContext& context, ApiCall call,
                   const api::UpgradeActionRequest& request, api::Upgrade& response);
void resume_upgrade(const ApiContext& context, ApiCall call,
                    const api::UpgradeActionRequest& request, api::Upgrade& response);
void turn_back_upgrade(const ApiContext& context, ApiCall call,
                       const api::UpgradeActionRequest& request, api::Upgrade& response);

// accounts.cpp
void create_account(const ApiContext& context, ApiCall call,
                    const api::CreateAccountRequest& request, api::Account& response);
void list_accounts(const ApiContext& context, ApiCall call, const api::ListAccountsRequest& request,
                   api::ListAccountsResponse& response);
void get_account(const ApiContext& context, ApiCall call, const api::GetAccountRequest& request,
                 api::Account& response);
void update_account(const ApiContext& context, ApiCall call,
                    const api::UpdateAccountRequest& request, api::Account& response);
void delete_account(const ApiContext& context, ApiCall call,
                    const api::DeleteAccountRequest& request, api::DeleteAccountResponse& response);
void list_audit(const ApiContext& context, ApiCall call, const api::ListAuditRequest& request,
                api::ListAuditResponse& response);
void who_am_i(const ApiContext& context, ApiCall call, const api::WhoAmIRequest& request,
              api::WhoAmIResponse& response);

// tokens.cpp
void create_token(const ApiContext& context, ApiCall call, const api::CreateTokenRequest& request,
                  api::ApiToken& response);
void get_token(const ApiContext& context, ApiCall call, const api::GetTokenRequest& request,
               api::ApiToken& response);
void list_tokens(const ApiContext& context, ApiCall call, const api::ListTokensRequest& request,
                 api::ListTokensResponse& response);
void delete_token(const ApiContext& context, ApiCall call, const api::DeleteTokenRequest& request,
                  api::DeleteTokenResponse& response);

// members.cpp
void create_member(const ApiContext& context, ApiCall call, const api::CreateMemberRequest& request,
                   api::Member& response);
void get_member(const ApiContext& context, ApiCall call, const api::GetMemberRequest& request,
                api::Member& response);
void list_members(const ApiContext& context, ApiCall call, const api::ListMembersRequest& request,
                  api::ListMembersResponse& response);
void update_member(const ApiContext& context, ApiCall call, const api::UpdateMemberRequest& request,
                   api::Member& response);
void delete_member(const ApiContext& context, ApiCall call, const api::MemberActionRequest& request,
                   api::DeleteMemberResponse& response);
void invite_member(const ApiContext& context, ApiCall call, const api::MemberActionRequest& request,
                   api::Member& response);

// logins.cpp
void log_in(const ApiContext& context, ApiCall call, const api::LoginRequest& request,
            api::LoginResponse& response);
void accept_invitation(const ApiContext& context, ApiCall call,
                       const api::AcceptInvitationRequest& request,
                       api::AcceptInvitationResponse& response);
void log_out(const ApiContext& context, ApiCall call, const api::LogoutRequest& request,
             api::LogoutResponse& response);
void change_password(const ApiContext& context, ApiCall call,
                     const api::ChangePasswordRequest& request,
                     api::ChangePasswordResponse& response);

// login_totp.cpp
void start_totp(const ApiContext& context, ApiCall call, const api::StartTotpRequest& request,
                api::StartTotpResponse& response);
void confirm_totp(const ApiContext& context, ApiCall call, const api::ConfirmTotpRequest& request,
                  api::TotpState& response);
void remove_totp(const ApiContext& context, ApiCall call, const api::RemoveTotpRequest& request,
                 api::TotpState& response);

// login_oidc.cpp
void start_oidc(const ApiContext& context, ApiCall call, const api::StartOidcRequest& request,
                api::StartOidcResponse& response);
void finish_oidc(const ApiContext& context, ApiCall call, const api::FinishOidcRequest& request,
                 api::LoginResponse& response);
void link_oidc(const ApiContext& context, ApiCall call, const api::FinishOidcRequest& request,
               api::LinkOidcResponse& response);

// webhooks.cpp
void create_webhook(const ApiContext& context, ApiCall call,
                    const api::CreateWebhookRequest& request, api::Webhook& response);
void get_webhook(const ApiContext& context, ApiCall call, const api::GetWebhookRequest& request,
                 api::Webhook& response);
void list_webhooks(const ApiContext& context, ApiCall call, const api::ListWebhooksRequest& request,
                   api::ListWebhooksResponse& response);
void delete_webhook(const ApiContext& context, ApiCall call,
                    const api::WebhookActionRequest& request, api::DeleteWebhookResponse& response);
void enable_webhook(const ApiContext& context, ApiCall call,
                    const api::WebhookActionRequest& request, api::Webhook& response);

// applications.cpp
void get_application(const ApiContext& context, ApiCall call,
                     const api::GetApplicationRequest& request, api::Application& response);
void list_applications(const ApiContext& context, ApiCall call,
                       const api::ListApplicationsRequest& request,
                       api::ListApplicationsResponse& response);
void approve_application(const ApiContext& context, ApiCall call,
                         const api::ApproveApplicationRequest& request, api::Application& response);
void reject_application(const ApiContext& context, ApiCall call,
                        const api::RejectApplicationRequest& request, api::Application& response);

// contacts.cpp
void add_contact(const ApiContext& context, ApiCall call, const api::AddContactRequest& request,
                 api::Contact& response);
void get_contact(const ApiContext& context, ApiCall call, const api::GetContactRequest& request,
                 api::Contact& response);
void list_contacts(const ApiContext& context, ApiCall call, const api::ListContactsRequest& request,
                   api::ListContactsResponse& response);
void change_contact(const ApiContext& context, ApiCall call,
                    const api::ChangeContactRequest& request, api::Contact& response);
void remove_contact(const ApiContext& context, ApiCall call,
                    const api::ContactActionRequest& request, api::RemoveContactResponse& response);
void resend_contact_code(const ApiContext& context, ApiCall call,
                         const api::ContactActionRequest& request, api::Contact& response);
void confirm_contact(const ApiContext& context, ApiCall call,
                     const api::ConfirmContactRequest& request, api::Contact& response);

// The row shown into a message, or NotFound.
template <class Map, class Show>
Status show_found(const Map& rows, const std::string& name, std::string_view what, Show show_row) {
    const auto found = rows.find(typename Map::key_type(name));
    if (found == rows.end())
        return error(ErrorCode::NotFound, std::string(what) + " '" + name + "' does not exist");
    show_row(found->second);
    return ok_status();
}

}  // namespace foyer::master
