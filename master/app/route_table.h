// The public API as one table: every door, how it is reached by HTTP, and who may open it. gRPC and
// HTTP both read permissions here and nowhere else; a test walks the table.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "common/base/joined.h"
#include "master/domain/rows.h"

namespace foyer::master {

enum class HttpMethod { Get, Head, Post, Put, Delete };

// Set of roles as bits.
struct Roles {
    unsigned bits = 0;
    constexpr bool has(AccountRole role) const {
        return (bits & (1U << static_cast<unsigned>(role))) != 0;
    }
    friend constexpr Roles operator|(Roles a, Roles b) { return {a.bits | b.bits}; }
    friend constexpr bool operator==(Roles, Roles) = default;
};
constexpr Roles only(AccountRole role) { return {1U << static_cast<unsigned>(role)}; }

// Whose things a caller sees through a door.
enum class Scope {
    Unset,   // forgotten: the table's test fails
    Public,  // no account needed, nothing secret answered
    All,     // everything of that kind
    Own,     // operators everything (of the audit log auditors, too), others their own; another's
             // is answered as NotFound
};

// What carries the request and the answer.
enum class RouteKind { Rpc, Blob, Health, Document };

struct Route {
    HttpMethod method = HttpMethod::Get;
    std::string_view
        path;  // "/v1/instances/{name}:stop": {x} is one segment, and the field x of the request
    std::string_view rpc;  // "foyer.api.v1.InstanceService/StopInstance"; empty unless kind is Rpc
    Roles roles;           // operators may always
    Scope scope = Scope::Unset;
    RouteKind kind = RouteKind::Rpc;
    bool write = false;
    bool streams = false;    // also answers as a stream of server-sent events
    bool own_login = false;  // changes nothing but how the caller himself gets in
};

namespace routes {

constexpr Roles operators = only(AccountRole::Operator);
constexpr Roles hosts = operators | only(AccountRole::Host);
constexpr Roles customers = operators | only(AccountRole::Customer);
constexpr Roles publishers = operators | only(AccountRole::Publisher);
constexpr Roles release_readers = customers | publishers;
constexpr Roles everybody = hosts | customers | publishers | only(AccountRole::Auditor);

constexpr Route read(std::string_view path, std::string_view rpc, Roles roles, Scope scope) {
    return {HttpMethod::Get, path, rpc, roles, scope, RouteKind::Rpc, false};
}
constexpr Route stream(std::string_view path, std::string_view rpc, Roles roles, Scope scope) {
    return {HttpMethod::Get, path, rpc, roles, scope, RouteKind::Rpc, false, true};
}
constexpr Route write(HttpMethod method, std::string_view path, std::string_view rpc, Roles roles,
                      Scope scope) {
    return {method, path, rpc, roles, scope, RouteKind::Rpc, true};
}

// A login, or what follows it; before it nobody is known.
constexpr Route login(std::string_view path, std::string_view rpc, Scope scope) {
    return {HttpMethod::Post,
            path,
            rpc,
            scope == Scope::Public ? Roles{} : everybody,
            scope,
            RouteKind::Rpc,
            true,
            false,
            true};
}

// The boxes and where they stand.
constexpr auto fleet = std::to_array<Route>({
    write(HttpMethod::Post, "/v1/isps", "foyer.api.v1.FleetService/CreateIsp", operators,
          Scope::All),
    write(HttpMethod::Put, "/v1/isps/{name}", "foyer.api.v1.FleetService/UpdateIsp", operators,
          Scope::All),
    write(HttpMethod::Delete, "/v1/isps/{name}", "foyer.api.v1.FleetService/DeleteIsp", operators,
          Scope::All),
    read("/v1/isps/{name}", "foyer.api.v1.FleetService/GetIsp", hosts, Scope::All),
    read("/v1/isps", "foyer.api.v1.FleetService/ListIsps", hosts, Scope::All),
    write(HttpMethod::Post, "/v1/hosts", "foyer.api.v1.FleetService/CreateHost", operators,
          Scope::All),
    write(HttpMethod::Delete, "/v1/hosts/{name}", "foyer.api.v1.FleetService/DeleteHost", operators,
          Scope::All),
    read("/v1/hosts/{name}", "foyer.api.v1.FleetService/GetHost", operators, Scope::All),
    read("/v1/hosts", "foyer.api.v1.FleetService/ListHosts", operators, Scope::All),
    write(HttpMethod::Post, "/v1/sites", "foyer.api.v1.FleetService/CreateSite", operators,
          Scope::All),
    write(HttpMethod::Delete, "/v1/sites/{name}", "foyer.api.v1.FleetService/DeleteSite", operators,
          Scope::All),
    read("/v1/sites/{name}", "foyer.api.v1.FleetService/GetSite", hosts, Scope::Own),
    read("/v1/sites", "foyer.api.v1.FleetService/ListSites", hosts, Scope::Own),
    read("/v1/sites/{name}/promise", "foyer.api.v1.FleetService/GetSitePromise", hosts, Scope::Own),
    read("/v1/sites/{name}/letter", "foyer.api.v1.FleetService/GetSiteLetter", hosts, Scope::Own),
    write(HttpMethod::Post, "/v1/node-tokens", "foyer.api.v1.FleetService/CreateNodeToken",
          operators, Scope::All),
    read("/v1/applications/{id}", "foyer.api.v1.ApplicationService/GetApplication", operators,
         Scope::All),
    read("/v1/applications", "foyer.api.v1.ApplicationService/ListApplications", operators,
         Scope::All),
    write(HttpMethod::Post, "/v1/applications/{id}:approve",
          "foyer.api.v1.ApplicationService/ApproveApplication", operators, Scope::All),
    write(HttpMethod::Post, "/v1/applications/{id}:reject",
          "foyer.api.v1.ApplicationService/RejectApplication", operators, Scope::All),
    read("/v1/nodes/{name}", "foyer.api.v1.FleetService/GetNode", hosts, Scope::Own),
    read("/v1/nodes", "foyer.api.v1.FleetService/ListNodes", hosts, Scope::Own),
    write(HttpMethod::Delete, "/v1/nodes/{name}", "foyer.api.v1.FleetService/DeleteNode", operators,
          Scope::All),
    write(HttpMethod::Post, "/v1/nodes/{name}:accept-line",
          "foyer.api.v1.FleetService/AcceptNodeLine", operators, Scope::All),
    write(HttpMethod::Post, "/v1/nodes/{name}:cordon", "foyer.api.v1.FleetService/CordonNode",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/nodes/{name}:uncordon", "foyer.api.v1.FleetService/UncordonNode",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/nodes/{name}:drain", "foyer.api.v1.FleetService/DrainNode",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/nodes/{name}:cancel-drain",
          "foyer.api.v1.FleetService/CancelDrain", operators, Scope::All),
    read("/v1/rebalance", "foyer.api.v1.FleetService/PlanRebalance", operators, Scope::All),
    write(HttpMethod::Post, "/v1/rebalance:start", "foyer.api.v1.FleetService/StartRebalance",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/rebalance:stop", "foyer.api.v1.FleetService/StopRebalance",
          operators, Scope::All),
});

// Newer agents for the boxes.
constexpr auto upgrades = std::to_array<Route>({
    write(HttpMethod::Post, "/v1/agent-releases", "foyer.api.v1.UpgradeService/PublishAgentRelease",
          operators, Scope::All),
    read("/v1/agent-releases/{version}/architectures/{architecture}",
         "foyer.api.v1.UpgradeService/GetAgentRelease", operators, Scope::All),
    read("/v1/agent-releases", "foyer.api.v1.UpgradeService/ListAgentReleases", operators,
         Scope::All),
    read("/v1/upgrade", "foyer.api.v1.UpgradeService/GetUpgrade", operators, Scope::All),
    write(HttpMethod::Post, "/v1/upgrade:start", "foyer.api.v1.UpgradeService/StartUpgrade",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/upgrade:pause", "foyer.api.v1.UpgradeService/PauseUpgrade",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/upgrade:resume", "foyer.api.v1.UpgradeService/ResumeUpgrade",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/upgrade:back", "foyer.api.v1.UpgradeService/TurnBackUpgrade",
          operators, Scope::All),
});

// What goes on inside the copies.
constexpr auto consoles = std::to_array<Route>({
    read("/v1/instances/{name}/log", "foyer.api.v1.ConsoleService/ReadInstanceLog", customers,
         Scope::Own),
    write(HttpMethod::Post, "/v1/instances/{name}:exec", "foyer.api.v1.ConsoleService/ExecInstance",
          customers, Scope::Own),
});

// What runs on them, and for whom.
constexpr auto services = std::to_array<Route>({
    write(HttpMethod::Post, "/v1/instances", "foyer.api.v1.InstanceService/OrderInstance",
          customers, Scope::Own),
    read("/v1/quote", "foyer.api.v1.InstanceService/QuoteOrder", customers, Scope::All),
    read("/v1/instances/{name}", "foyer.api.v1.InstanceService/GetInstance", customers, Scope::Own),
    read("/v1/instances", "foyer.api.v1.InstanceService/ListInstances", customers, Scope::Own),
    write(HttpMethod::Post, "/v1/instances/{name}:stop",
          "foyer.api.v1.InstanceService/StopInstance", customers, Scope::Own),
    write(HttpMethod::Post, "/v1/instances/{name}:start",
          "foyer.api.v1.InstanceService/StartInstance", customers, Scope::Own),
    write(HttpMethod::Delete, "/v1/instances/{name}", "foyer.api.v1.InstanceService/DeleteInstance",
          customers, Scope::Own),
    write(HttpMethod::Post, "/v1/instances/{name}:promote",
          "foyer.api.v1.InstanceService/PromoteInstance", customers, Scope::Own),
    write(HttpMethod::Post, "/v1/instances/{name}:reveal",
          "foyer.api.v1.InstanceService/RevealInstance", customers, Scope::Own),
    read("/v1/instances/{name}/events", "foyer.api.v1.InstanceService/ListInstanceEvents",
         customers, Scope::Own),
    read("/v1/instances/{name}/timeline", "foyer.api.v1.InstanceService/GetInstanceTimeline",
         customers, Scope::Own),
    read("/v1/instances/{name}/placement", "foyer.api.v1.InstanceService/ExplainInstance",
         customers, Scope::Own),
    stream("/v1/events", "foyer.api.v1.EventService/ListEvents", everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/webhooks", "foyer.api.v1.WebhookService/CreateWebhook", everybody,
          Scope::Own),
    read("/v1/webhooks/{name}", "foyer.api.v1.WebhookService/GetWebhook", everybody, Scope::Own),
    read("/v1/webhooks", "foyer.api.v1.WebhookService/ListWebhooks", everybody, Scope::Own),
    write(HttpMethod::Delete, "/v1/webhooks/{name}", "foyer.api.v1.WebhookService/DeleteWebhook",
          everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/webhooks/{name}:enable",
          "foyer.api.v1.WebhookService/EnableWebhook", everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/contacts", "foyer.api.v1.ContactService/AddContact", everybody,
          Scope::Own),
    read("/v1/contacts/{id}", "foyer.api.v1.ContactService/GetContact", everybody, Scope::Own),
    read("/v1/contacts", "foyer.api.v1.ContactService/ListContacts", everybody, Scope::Own),
    write(HttpMethod::Put, "/v1/contacts/{id}", "foyer.api.v1.ContactService/ChangeContact",
          everybody, Scope::Own),
    write(HttpMethod::Delete, "/v1/contacts/{id}", "foyer.api.v1.ContactService/RemoveContact",
          everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/contacts/{id}:resend",
          "foyer.api.v1.ContactService/ResendContactCode", everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/contacts/{id}:confirm",
          "foyer.api.v1.ContactService/ConfirmContact", everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/domains", "foyer.api.v1.DomainService/CreateDomain", customers,
          Scope::Own),
    read("/v1/domains/{name}", "foyer.api.v1.DomainService/GetDomain", customers, Scope::Own),
    read("/v1/domains", "foyer.api.v1.DomainService/ListDomains", customers, Scope::Own),
    write(HttpMethod::Delete, "/v1/domains/{name}", "foyer.api.v1.DomainService/DeleteDomain",
          customers, Scope::Own),
    read("/v1/operations/{id}", "foyer.api.v1.OperationService/GetOperation", customers,
         Scope::Own),
    read("/v1/operations", "foyer.api.v1.OperationService/ListOperations", customers, Scope::Own),
});

// What can be ordered, and what it costs.
constexpr auto offers = std::to_array<Route>({
    write(HttpMethod::Post, "/v1/software-releases", "foyer.api.v1.ReleaseService/PublishRelease",
          publishers, Scope::All),
    read("/v1/software-releases/{name}/versions/{version}",
         "foyer.api.v1.ReleaseService/GetRelease", release_readers, Scope::All),
    write(HttpMethod::Post, "/v1/software-releases/{name}/versions/{version}:withdraw",
          "foyer.api.v1.ReleaseService/WithdrawRelease", publishers, Scope::All),
    read("/v1/software-releases", "foyer.api.v1.ReleaseService/ListReleases", release_readers,
         Scope::All),

    write(HttpMethod::Post, "/v1/price-lists", "foyer.api.v1.PriceService/PublishPriceList",
          operators, Scope::All),
    read("/v1/price-lists/{name}", "foyer.api.v1.PriceService/GetPriceList", release_readers,
         Scope::All),
    read("/v1/price-lists", "foyer.api.v1.PriceService/ListPriceLists", release_readers,
         Scope::All),
    write(HttpMethod::Delete, "/v1/price-lists/{name}", "foyer.api.v1.PriceService/DeletePriceList",
          operators, Scope::All),
});

// Who may do what, the bytes of images, and what the API says of itself.
constexpr auto people_and_documents = std::to_array<Route>({
    write(HttpMethod::Post, "/v1/accounts", "foyer.api.v1.AccountService/CreateAccount", operators,
          Scope::All),
    read("/v1/accounts", "foyer.api.v1.AccountService/ListAccounts", operators, Scope::All),
    read("/v1/accounts/{name}", "foyer.api.v1.AccountService/GetAccount", everybody, Scope::Own),
    write(HttpMethod::Put, "/v1/accounts/{name}", "foyer.api.v1.AccountService/UpdateAccount",
          operators, Scope::All),
    write(HttpMethod::Delete, "/v1/accounts/{name}", "foyer.api.v1.AccountService/DeleteAccount",
          operators, Scope::All),
    write(HttpMethod::Post, "/v1/tokens", "foyer.api.v1.AccountService/CreateToken", everybody,
          Scope::Own),
    read("/v1/tokens/{id}", "foyer.api.v1.AccountService/GetToken", everybody, Scope::Own),
    read("/v1/tokens", "foyer.api.v1.AccountService/ListTokens", everybody, Scope::Own),
    write(HttpMethod::Delete, "/v1/tokens/{id}", "foyer.api.v1.AccountService/DeleteToken",
          everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/accounts/{account}/members",
          "foyer.api.v1.MemberService/CreateMember", everybody, Scope::Own),
    read("/v1/accounts/{account}/members/{name}", "foyer.api.v1.MemberService/GetMember", everybody,
         Scope::Own),
    read("/v1/accounts/{account}/members", "foyer.api.v1.MemberService/ListMembers", everybody,
         Scope::Own),
    write(HttpMethod::Put, "/v1/accounts/{account}/members/{name}",
          "foyer.api.v1.MemberService/UpdateMember", everybody, Scope::Own),
    write(HttpMethod::Delete, "/v1/accounts/{account}/members/{name}",
          "foyer.api.v1.MemberService/DeleteMember", everybody, Scope::Own),
    write(HttpMethod::Post, "/v1/accounts/{account}/members/{name}:invite",
          "foyer.api.v1.MemberService/InviteMember", everybody, Scope::Own),
    login("/v1/login", "foyer.api.v1.LoginService/Login", Scope::Public),
    login("/v1/login:accept", "foyer.api.v1.LoginService/AcceptInvitation", Scope::Public),
    login("/v1/login:oidc-start", "foyer.api.v1.LoginService/StartOidc", Scope::Public),
    login("/v1/login:oidc-finish", "foyer.api.v1.LoginService/FinishOidc", Scope::Public),
    login("/v1/login:oidc-link", "foyer.api.v1.LoginService/LinkOidc", Scope::Own),
    login("/v1/login:password", "foyer.api.v1.LoginService/ChangePassword", Scope::Own),
    login("/v1/login:totp", "foyer.api.v1.LoginService/StartTotp", Scope::Own),
    login("/v1/login:totp-confirm", "foyer.api.v1.LoginService/ConfirmTotp", Scope::Own),
    login("/v1/login:totp-remove", "foyer.api.v1.LoginService/RemoveTotp", Scope::Own),
    login("/v1/logout", "foyer.api.v1.LoginService/Logout", Scope::Own),
    read("/v1/audit", "foyer.api.v1.AccountService/ListAudit", everybody, Scope::Own),
    read("/v1/whoami", "foyer.api.v1.AccountService/WhoAmI", everybody, Scope::Own),

    Route{HttpMethod::Put, "/v1/blobs/{digest}", "", publishers, Scope::All, RouteKind::Blob, true},
    Route{HttpMethod::Get, "/v1/blobs/{digest}", "", publishers, Scope::All, RouteKind::Blob,
          false},
    Route{HttpMethod::Head, "/v1/blobs/{digest}", "", publishers, Scope::All, RouteKind::Blob,
          false},
    Route{HttpMethod::Get, "/healthz", "", {}, Scope::Public, RouteKind::Health, false},
    // What the API says about itself, made of this table.
    Route{HttpMethod::Get, "/v1/openapi.json", "", {}, Scope::Public, RouteKind::Document, false},
    Route{HttpMethod::Get, "/v1/docs", "", {}, Scope::Public, RouteKind::Document, false},
});

constexpr auto table = joined(fleet, upgrades, services, offers, consoles, people_and_documents);

}  // namespace routes

// The route of an rpc, or nullptr.
constexpr const Route* find_rpc_route(std::string_view rpc) {
    for (const Route& route : routes::table) {
        if (!route.rpc.empty() && route.rpc == rpc) return &route;
    }
    return nullptr;
}

}  // namespace foyer::master
