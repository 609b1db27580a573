#include "master/rpc/api_services.h"

#include <grpcpp/grpcpp.h>

#include "foyer/api/v1/console.grpc.pb.h"
#include "foyer/api/v1/domains.grpc.pb.h"
#include "foyer/api/v1/events.grpc.pb.h"
#include "foyer/api/v1/fleet.grpc.pb.h"
#include "foyer/api/v1/instances.grpc.pb.h"
#include "foyer/api/v1/prices.grpc.pb.h"
#include "foyer/api/v1/releases.grpc.pb.h"
#include "master/rpc/api_door.h"
#include "master/rpc/people_services.h"
#include "master/rpc/upgrade_service.h"

namespace foyer::master {
namespace {

class Fleet final : public api::FleetService::CallbackService {
public:
    explicit Fleet(Door door) : door_(door) {}
    Reactor* CreateIsp(Context* c, const api::CreateIspRequest* q, api::Isp* a) override {
        return serve(c, "CreateIsp", *q, *a);
    }
    Reactor* UpdateIsp(Context* c, const api::UpdateIspRequest* q, api::Isp* a) override {
        return serve(c, "UpdateIsp", *q, *a);
    }
    Reactor* GetSiteLetter(Context* c, const api::GetSiteLetterRequest* q,
                           api::SiteLetter* a) override {
        return serve(c, "GetSiteLetter", *q, *a);
    }
    Reactor* AcceptNodeLine(Context* c, const api::NodeActionRequest* q, api::Node* a) override {
        return serve(c, "AcceptNodeLine", *q, *a);
    }
    Reactor* DeleteIsp(Context* c, const api::DeletePlaceRequest* q,
                       api::DeletePlaceResponse* a) override {
        return serve(c, "DeleteIsp", *q, *a);
    }
    Reactor* GetIsp(Context* c, const api::GetIspRequest* q, api::Isp* a) override {
        return serve(c, "GetIsp", *q, *a);
    }
    Reactor* ListIsps(Context* c, const api::ListIspsRequest* q,
                      api::ListIspsResponse* a) override {
        return serve(c, "ListIsps", *q, *a);
    }
    Reactor* CreateHost(Context* c, const api::CreateHostRequest* q, api::Host* a) override {
        return serve(c, "CreateHost", *q, *a);
    }
    Reactor* DeleteHost(Context* c, const api::DeletePlaceRequest* q,
                        api::DeletePlaceResponse* a) override {
        return serve(c, "DeleteHost", *q, *a);
    }
    Reactor* GetHost(Context* c, const api::GetHostRequest* q, api::Host* a) override {
        return serve(c, "GetHost", *q, *a);
    }
    Reactor* ListHosts(Context* c, const api::ListHostsRequest* q,
                       api::ListHostsResponse* a) override {
        return serve(c, "ListHosts", *q, *a);
    }
    Reactor* CreateSite(Context* c, const api::CreateSiteRequest* q, api::Site* a) override {
        return serve(c, "CreateSite", *q, *a);
    }
    Reactor* DeleteSite(Context* c, const api::DeletePlaceRequest* q,
                        api::DeletePlaceResponse* a) override {
        return serve(c, "DeleteSite", *q, *a);
    }
    Reactor* GetSite(Context* c, const api::GetSiteRequest* q, api::Site* a) override {
        return serve(c, "GetSite", *q, *a);
    }
    Reactor* ListSites(Context* c, const api::ListSitesRequest* q,
                       api::ListSitesResponse* a) override {
        return serve(c, "ListSites", *q, *a);
    }
    Reactor* GetSitePromise(Context* c, const api::GetSitePromiseRequest* q,
                            api::SitePromise* a) override {
        return serve(c, "GetSitePromise", *q, *a);
    }
    Reactor* CreateNodeToken(Context* c, const api::CreateNodeTokenRequest* q,
                             api::NodeToken* a) override {
        return serve(c, "CreateNodeToken", *q, *a);
    }
    Reactor* GetNode(Context* c, const api::GetNodeRequest* q, api::Node* a) override {
        return serve(c, "GetNode", *q, *a);
    }
    Reactor* ListNodes(Context* c, const api::ListNodesRequest* q,
                       api::ListNodesResponse* a) override {
        return serve(c, "ListNodes", *q, *a);
    }
    Reactor* DeleteNode(Context* c, const api::DeleteNodeRequest* q,
                        api::DeleteNodeResponse* a) override {
        return serve(c, "DeleteNode", *q, *a);
    }
    Reactor* CordonNode(Context* c, const api::NodeActionRequest* q, api::Node* a) override {
        return serve(c, "CordonNode", *q, *a);
    }
    Reactor* UncordonNode(Context* c, const api::NodeActionRequest* q, api::Node* a) override {
        return serve(c, "UncordonNode", *q, *a);
    }
    Reactor* DrainNode(Context* c, const api::DrainNodeRequest* q, api::Operation* a) override {
        return serve(c, "DrainNode", *q, *a);
    }
    Reactor* CancelDrain(Context* c, const api::NodeActionRequest* q, api::Node* a) override {
        return serve(c, "CancelDrain", *q, *a);
    }
    Reactor* PlanRebalance(Context* c, const api::PlanRebalanceRequest* q,
                           api::RebalancePlan* a) override {
        return serve(c, "PlanRebalance", *q, *a);
    }
    Reactor* StartRebalance(Context* c, const api::StartRebalanceRequest* q,
                            api::Operation* a) override {
        return serve(c, "StartRebalance", *q, *a);
    }
    Reactor* StopRebalance(Context* c, const api::StopRebalanceRequest* q,
                           api::Operation* a) override {
        return serve(c, "StopRebalance", *q, *a);
    }

private:
    Reactor* serve(Context* context, std::string_view name, const Message& request,
                   Message& response) {
        return door_.serve(context,
                           find_rpc_route("foyer.api.v1.FleetService/" + std::string(name))->rpc,
                           request, response);
    }
    Door door_;
};

class Instances final : public api::InstanceService::CallbackService {
public:
    explicit Instances(Door door) : door_(door) {}
    Reactor* OrderInstance(Context* c, const api::OrderInstanceRequest* q,
                           api::OrderInstanceResponse* a) override {
        return serve(c, "OrderInstance", *q, *a);
    }
    Reactor* QuoteOrder(Context* c, const api::QuoteOrderRequest* q, api::Quote* a) override {
        return serve(c, "QuoteOrder", *q, *a);
    }
    Reactor* GetInstance(Context* c, const api::GetInstanceRequest* q, api::Instance* a) override {
        return serve(c, "GetInstance", *q, *a);
    }
    Reactor* ListInstances(Context* c, const api::ListInstancesRequest* q,
                           api::ListInstancesResponse* a) override {
        return serve(c, "ListInstances", *q, *a);
    }
    Reactor* StopInstance(Context* c, const api::InstanceActionRequest* q,
                          api::Operation* a) override {
        return serve(c, "StopInstance", *q, *a);
    }
    Reactor* StartInstance(Context* c, const api::InstanceActionRequest* q,
                           api::Operation* a) override {
        return serve(c, "StartInstance", *q, *a);
    }
    Reactor* DeleteInstance(Context* c, const api::InstanceActionRequest* q,
                            api::Operation* a) override {
        return serve(c, "DeleteInstance", *q, *a);
    }
    Reactor* PromoteInstance(Context* c, const api::PromoteInstanceRequest* q,
                             api::Operation* a) override {
        return serve(c, "PromoteInstance", *q, *a);
    }
    Reactor* RevealInstance(Context* c, const api::InstanceActionRequest* q,
                            api::InstanceConnection* a) override {
        return serve(c, "RevealInstance", *q, *a);
    }
    Reactor* GetInstanceTimeline(Context* c, const api::GetInstanceRequest* q,
                                 api::InstanceTimeline* a) override {
        return serve(c, "GetInstanceTimeline", *q, *a);
    }
    Reactor* ListInstanceEvents(Context* c, const api::ListInstanceEventsRequest* q,
                                api::ListInstanceEventsResponse* a) override {
        return serve(c, "ListInstanceEvents", *q, *a);
    }
    Reactor* ExplainInstance(Context* c, const api::GetInstanceRequest* q,
                             api::PlacementExplanation* a) override {
        return serve(c, "ExplainInstance", *q, *a);
    }

private:
    Reactor* serve(Context* context, std::string_view name, const Message& request,
                   Message& response) {
        return door_.serve(context,
                           find_rpc_route("foyer.api.v1.InstanceService/" + std::string(name))->rpc,
                           request, response);
    }
    Door door_;
};

class Events final : public api::EventService::CallbackService {
public:
    explicit Events(Door door) : door_(door) {}
    Reactor* ListEvents(Context* c, const api::ListEventsRequest* q,
                        api::ListEventsResponse* a) override {
        return door_.serve(c, "foyer.api.v1.EventService/ListEvents", *q, *a);
    }

private:
    Door door_;
};

class Console final : public api::ConsoleService::CallbackService {
public:
    explicit Console(Door door) : door_(door) {}
    Reactor* ReadInstanceLog(Context* c, const api::ReadInstanceLogRequest* q,
                             api::ReadInstanceLogResponse* a) override {
        return door_.serve(c, "foyer.api.v1.ConsoleService/ReadInstanceLog", *q, *a);
    }
    Reactor* ExecInstance(Context* c, const api::ExecInstanceRequest* q,
                          api::ExecInstanceResponse* a) override {
        return door_.serve(c, "foyer.api.v1.ConsoleService/ExecInstance", *q, *a);
    }

private:
    Door door_;
};

class Domains final : public api::DomainService::CallbackService {
public:
    explicit Domains(Door door) : door_(door) {}
    Reactor* CreateDomain(Context* c, const api::CreateDomainRequest* q, api::Domain* a) override {
        return door_.serve(c, "foyer.api.v1.DomainService/CreateDomain", *q, *a);
    }
    Reactor* GetDomain(Context* c, const api::GetDomainRequest* q, api::Domain* a) override {
        return door_.serve(c, "foyer.api.v1.DomainService/GetDomain", *q, *a);
    }
    Reactor* ListDomains(Context* c, const api::ListDomainsRequest* q,
                         api::ListDomainsResponse* a) override {
        return door_.serve(c, "foyer.api.v1.DomainService/ListDomains", *q, *a);
    }
    Reactor* DeleteDomain(Context* c, const api::DeleteDomainRequest* q,
                          api::DeleteDomainResponse* a) override {
        return door_.serve(c, "foyer.api.v1.DomainService/DeleteDomain", *q, *a);
    }

private:
    Door door_;
};

class Operations final : public api::OperationService::CallbackService {
public:
    explicit Operations(Door door) : door_(door) {}
    Reactor* GetOperation(Context* c, const api::GetOperationRequest* q,
                          api::Operation* a) override {
        return door_.serve(c, "foyer.api.v1.OperationService/GetOperation", *q, *a);
    }
    Reactor* ListOperations(Context* c, const api::ListOperationsRequest* q,
                            api::ListOperationsResponse* a) override {
        return door_.serve(c, "foyer.api.v1.OperationService/ListOperations", *q, *a);
    }

private:
    Door door_;
};

class Releases final : public api::ReleaseService::CallbackService {
public:
    explicit Releases(Door door) : door_(door) {}
    Reactor* PublishRelease(Context* c, const api::PublishReleaseRequest* q,
                            api::SoftwareRelease* a) override {
        return door_.serve(c, "foyer.api.v1.ReleaseService/PublishRelease", *q, *a);
    }
    Reactor* GetRelease(Context* c, const api::GetReleaseRequest* q,
                        api::SoftwareRelease* a) override {
        return door_.serve(c, "foyer.api.v1.ReleaseService/GetRelease", *q, *a);
    }
    Reactor* WithdrawRelease(Context* c, const api::WithdrawReleaseRequest* q,
                             api::SoftwareRelease* a) override {
        return door_.serve(c, "foyer.api.v1.ReleaseService/WithdrawRelease", *q, *a);
    }
    Reactor* ListReleases(Context* c, const api::ListReleasesRequest* q,
                          api::ListReleasesResponse* a) override {
        return door_.serve(c, "foyer.api.v1.ReleaseService/ListReleases", *q, *a);
    }

private:
    Door door_;
};

class Prices final : public api::PriceService::CallbackService {
public:
    explicit Prices(Door door) : door_(door) {}
    Reactor* PublishPriceList(Context* c, const api::PublishPriceListRequest* q,
                              api::PriceList* a) override {
        return door_.serve(c, "foyer.api.v1.PriceService/PublishPriceList", *q, *a);
    }
    Reactor* GetPriceList(Context* c, const api::GetPriceListRequest* q,
                          api::PriceList* a) override {
        return door_.serve(c, "foyer.api.v1.PriceService/GetPriceList", *q, *a);
    }
    Reactor* ListPriceLists(Context* c, const api::ListPriceListsRequest* q,
                            api::ListPriceListsResponse* a) override {
        return door_.serve(c, "foyer.api.v1.PriceService/ListPriceLists", *q, *a);
    }
    Reactor* DeletePriceList(Context* c, const api::DeletePriceListRequest* q,
                             api::DeletePriceListResponse* a) override {
        return door_.serve(c, "foyer.api.v1.PriceService/DeletePriceList", *q, *a);
    }

private:
    Door door_;
};

}  // namespace

std::vector<std::unique_ptr<grpc::Service>> make_api_services(Api& api, Gate& gate,
                                                              const Clock& clock, Log& log) {
    const Door door(api, gate, clock, log);
    std::vector<std::unique_ptr<grpc::Service>> services;
    services.push_back(std::make_unique<Fleet>(door));
    services.push_back(std::make_unique<Instances>(door));
    services.push_back(std::make_unique<Console>(door));
    services.push_back(std::make_unique<Events>(door));
    services.push_back(std::make_unique<Domains>(door));
    services.push_back(std::make_unique<Operations>(door));
    services.push_back(std::make_unique<Releases>(door));
    services.push_back(std::make_unique<Prices>(door));
    add_people_services(door, services);
    add_upgrade_service(door, services);
    return services;
}

}  // namespace foyer::master
