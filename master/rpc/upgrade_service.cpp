#include "master/rpc/upgrade_service.h"

#include <grpcpp/grpcpp.h>

#include "foyer/api/v1/upgrades.grpc.pb.h"

namespace foyer::master {
namespace {

class Upgrades final : public api::UpgradeService::CallbackService {
public:
    explicit Upgrades(Door door) : door_(door) {}
    Reactor* PublishAgentRelease(Context* c, const api::PublishAgentReleaseRequest* q,
                                 api::AgentRelease* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/PublishAgentRelease", *q, *a);
    }
    Reactor* GetAgentRelease(Context* c, const api::GetAgentReleaseRequest* q,
                             api::AgentRelease* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/GetAgentRelease", *q, *a);
    }
    Reactor* ListAgentReleases(Context* c, const api::ListAgentReleasesRequest* q,
                               api::ListAgentReleasesResponse* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/ListAgentReleases", *q, *a);
    }
    Reactor* GetUpgrade(Context* c, const api::GetUpgradeRequest* q, api::Upgrade* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/GetUpgrade", *q, *a);
    }
    Reactor* StartUpgrade(Context* c, const api::StartUpgradeRequest* q, api::Upgrade* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/StartUpgrade", *q, *a);
    }
    Reactor* PauseUpgrade(Context* c, const api::UpgradeActionRequest* q,
                          api::Upgrade* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/PauseUpgrade", *q, *a);
    }
    Reactor* ResumeUpgrade(Context* c, const api::UpgradeActionRequest* q,
                           api::Upgrade* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/ResumeUpgrade", *q, *a);
    }
    Reactor* TurnBackUpgrade(Context* c, const api::UpgradeActionRequest* q,
                             api::Upgrade* a) override {
        return door_.serve(c, "foyer.api.v1.UpgradeService/TurnBackUpgrade", *q, *a);
    }

private:
    Door door_;
};

}  // namespace

void add_upgrade_service(const Door& door, std::vector<std::unique_ptr<grpc::Service>>& services) {
    services.push_back(std::make_unique<Upgrades>(door));
}

}  // namespace foyer::master
