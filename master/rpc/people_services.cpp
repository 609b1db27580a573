#include "master/rpc/people_services.h"

#include "foyer/api/v1/accounts.grpc.pb.h"
#include "foyer/api/v1/applications.grpc.pb.h"
#include "foyer/api/v1/contacts.grpc.pb.h"
#include "foyer/api/v1/members.grpc.pb.h"
#include "foyer/api/v1/webhooks.grpc.pb.h"

namespace foyer::master {
namespace {

class Applications final : public api::ApplicationService::CallbackService {
public:
    explicit Applications(Door door) : door_(door) {}
    Reactor* GetApplication(Context* c, const api::GetApplicationRequest* q,
                            api::Application* a) override {
        return door_.serve(c, "foyer.api.v1.ApplicationService/GetApplication", *q, *a);
    }
    Reactor* ListApplications(Context* c, const api::ListApplicationsRequest* q,
                              api::ListApplicationsResponse* a) override {
        return door_.serve(c, "foyer.api.v1.ApplicationService/ListApplications", *q, *a);
    }
    Reactor* ApproveApplication(Context* c, const api::ApproveApplicationRequest* q,
                                api::Application* a) override {
        return door_.serve(c, "foyer.api.v1.ApplicationService/ApproveApplication", *q, *a);
    }
    Reactor* RejectApplication(Context* c, const api::RejectApplicationRequest* q,
                               api::Application* a) override {
        return door_.serve(c, "foyer.api.v1.ApplicationService/RejectApplication", *q, *a);
    }

private:
    Door door_;
};

class Members final : public api::MemberService::CallbackService {
public:
    explicit Members(Door door) : door_(door) {}
    Reactor* CreateMember(Context* c, const api::CreateMemberRequest* q, api::Member* a) override {
        return door_.serve(c, "foyer.api.v1.MemberService/CreateMember", *q, *a);
    }
    Reactor* GetMember(Context* c, const api::GetMemberRequest* q, api::Member* a) override {
        return door_.serve(c, "foyer.api.v1.MemberService/GetMember", *q, *a);
    }
    Reactor* ListMembers(Context* c, const api::ListMembersRequest* q,
                         api::ListMembersResponse* a) override {
        return door_.serve(c, "foyer.api.v1.MemberService/ListMembers", *q, *a);
    }
    Reactor* UpdateMember(Context* c, const api::UpdateMemberRequest* q, api::Member* a) override {
        return door_.serve(c, "foyer.api.v1.MemberService/UpdateMember", *q, *a);
    }
    Reactor* DeleteMember(Context* c, const api::MemberActionRequest* q,
                          api::DeleteMemberResponse* a) override {
        return door_.serve(c, "foyer.api.v1.MemberService/DeleteMember", *q, *a);
    }
    Reactor* InviteMember(Context* c, const api::MemberActionRequest* q, api::Member* a) override {
        return door_.serve(c, "foyer.api.v1.MemberService/InviteMember", *q, *a);
    }

private:
    Door door_;
};

class Logins final : public api::LoginService::CallbackService {
public:
    explicit Logins(Door door) : door_(door) {}
    Reactor* Login(Context* c, const api::LoginRequest* q, api::LoginResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/Login", *q, *a);
    }
    Reactor* AcceptInvitation(Context* c, const api::AcceptInvitationRequest* q,
                              api::AcceptInvitationResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/AcceptInvitation", *q, *a);
    }
    Reactor* Logout(Context* c, const api::LogoutRequest* q, api::LogoutResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/Logout", *q, *a);
    }
    Reactor* ChangePassword(Context* c, const api::ChangePasswordRequest* q,
                            api::ChangePasswordResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/ChangePassword", *q, *a);
    }
    Reactor* StartTotp(Context* c, const api::StartTotpRequest* q,
                       api::StartTotpResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/StartTotp", *q, *a);
    }
    Reactor* ConfirmTotp(Context* c, const api::ConfirmTotpRequest* q, api::TotpState* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/ConfirmTotp", *q, *a);
    }
    Reactor* RemoveTotp(Context* c, const api::RemoveTotpRequest* q, api::TotpState* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/RemoveTotp", *q, *a);
    }
    Reactor* StartOidc(Context* c, const api::StartOidcRequest* q,
                       api::StartOidcResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/StartOidc", *q, *a);
    }
    Reactor* FinishOidc(Context* c, const api::FinishOidcRequest* q,
                        api::LoginResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/FinishOidc", *q, *a);
    }
    Reactor* LinkOidc(Context* c, const api::FinishOidcRequest* q,
                      api::LinkOidcResponse* a) override {
        return door_.serve(c, "foyer.api.v1.LoginService/LinkOidc", *q, *a);
    }

private:
    Door door_;
};

class Webhooks final : public api::WebhookService::CallbackService {
public:
    explicit Webhooks(Door door) : door_(door) {}
    Reactor* CreateWebhook(Context* c, const api::CreateWebhookRequest* q,
                           api::Webhook* a) override {
        return door_.serve(c, "foyer.api.v1.WebhookService/CreateWebhook", *q, *a);
    }
    Reactor* GetWebhook(Context* c, const api::GetWebhookRequest* q, api::Webhook* a) override {
        return door_.serve(c, "foyer.api.v1.WebhookService/GetWebhook", *q, *a);
    }
    Reactor* ListWebhooks(Context* c, const api::ListWebhooksRequest* q,
                          api::ListWebhooksResponse* a) override {
        return door_.serve(c, "foyer.api.v1.WebhookService/ListWebhooks", *q, *a);
    }
    Reactor* DeleteWebhook(Context* c, const api::WebhookActionRequest* q,
                           api::DeleteWebhookResponse* a) override {
        return door_.serve(c, "foyer.api.v1.WebhookService/DeleteWebhook", *q, *a);
    }
    Reactor* EnableWebhook(Context* c, const api::WebhookActionRequest* q,
                           api::Webhook* a) override {
        return door_.serve(c, "foyer.api.v1.WebhookService/EnableWebhook", *q, *a);
    }

private:
    Door door_;
};

class Contacts final : public api::ContactService::CallbackService {
public:
    explicit Contacts(Door door) : door_(door) {}
    Reactor* AddContact(Context* c, const api::AddContactRequest* q, api::Contact* a) override {
        return door_.serve(c, "foyer.api.v1.ContactService/AddContact", *q, *a);
    }
    Reactor* GetContact(Context* c, const api::GetContactRequest* q, api::Contact* a) override {
        return door_.serve(c, "foyer.api.v1.ContactService/GetContact", *q, *a);
    }
    Reactor* ListContacts(Context* c, const api::ListContactsRequest* q,
                          api::ListContactsResponse* a) override {
        return door_.serve(c, "foyer.api.v1.ContactService/ListContacts", *q, *a);
    }
    Reactor* ChangeContact(Context* c, const api::ChangeContactRequest* q,
                           api::Contact* a) override {
        return door_.serve(c, "foyer.api.v1.ContactService/ChangeContact", *q, *a);
    }
    Reactor* RemoveContact(Context* c, const api::ContactActionRequest* q,
                           api::RemoveContactResponse* a) override {
        return door_.serve(c, "foyer.api.v1.ContactService/RemoveContact", *q, *a);
    }
    Reactor* ResendContactCode(Context* c, const api::ContactActionRequest* q,
                               api::Contact* a) override {
        return door_.serve(c, "foyer.api.v1.ContactService/ResendContactCode", *q, *a);
    }
    Reactor* ConfirmContact(Context* c, const api::ConfirmContactRequest* q,
                            api::Contact* a) override {
        return door_.serve(c, "foyer.api.v1.ContactService/ConfirmContact", *q, *a);
    }

private:
    Door door_;
};

class Accounts final : public api::AccountService::CallbackService {
public:
    explicit Accounts(Door door) : door_(door) {}
    Reactor* CreateAccount(Context* c, const api::CreateAccountRequest* q,
                           api::Account* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/CreateAccount", *q, *a);
    }
    Reactor* ListAccounts(Context* c, const api::ListAccountsRequest* q,
                          api::ListAccountsResponse* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/ListAccounts", *q, *a);
    }
    Reactor* GetAccount(Context* c, const api::GetAccountRequest* q, api::Account* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/GetAccount", *q, *a);
    }
    Reactor* UpdateAccount(Context* c, const api::UpdateAccountRequest* q,
                           api::Account* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/UpdateAccount", *q, *a);
    }
    Reactor* DeleteAccount(Context* c, const api::DeleteAccountRequest* q,
                           api::DeleteAccountResponse* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/DeleteAccount", *q, *a);
    }
    Reactor* CreateToken(Context* c, const api::CreateTokenRequest* q, api::ApiToken* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/CreateToken", *q, *a);
    }
    Reactor* GetToken(Context* c, const api::GetTokenRequest* q, api::ApiToken* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/GetToken", *q, *a);
    }
    Reactor* ListTokens(Context* c, const api::ListTokensRequest* q,
                        api::ListTokensResponse* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/ListTokens", *q, *a);
    }
    Reactor* DeleteToken(Context* c, const api::DeleteTokenRequest* q,
                         api::DeleteTokenResponse* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/DeleteToken", *q, *a);
    }
    Reactor* ListAudit(Context* c, const api::ListAuditRequest* q,
                       api::ListAuditResponse* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/ListAudit", *q, *a);
    }
    Reactor* WhoAmI(Context* c, const api::WhoAmIRequest* q, api::WhoAmIResponse* a) override {
        return door_.serve(c, "foyer.api.v1.AccountService/WhoAmI", *q, *a);
    }

private:
    Door door_;
};

}  // namespace

void add_people_services(const Door& door, std::vector<std::unique_ptr<grpc::Service>>& services) {
    services.push_back(std::make_unique<Webhooks>(door));
    services.push_back(std::make_unique<Applications>(door));
    services.push_back(std::make_unique<Members>(door));
    services.push_back(std::make_unique<Logins>(door));
    services.push_back(std::make_unique<Contacts>(door));
    services.push_back(std::make_unique<Accounts>(door));
}

}  // namespace foyer::master
