// The configuration as each part wants its share of it.
#pragma once

#include "master/app/agent_sync.h"
#include "master/app/housekeeping.h"
#include "master/app/planner.h"
#include "master/app/presence.h"
#include "master/app/rate_limit.h"
#include "master/config.h"
#include "master/http/http_server.h"
#include "master/login/oidc.h"
#include "master/notices/courier.h"
#include "master/notices/domain_checker.h"
#include "master/notices/postman.h"
#include "master/rpc/agent_service.h"
#include "master/rpc/api_context.h"
#include "master/rpc/application_service.h"
#include "master/rpc/grpc_servers.h"

namespace foyer::master {

ClusterSettings cluster_settings_of(const Config& config);
// The CA signs the first record of each group.
RecordSigner signer_of_records(const CertificateAuthority& authority);
PlannerLimits planner_limits_of(const Config& config);
PresenceLimits presence_limits_of(const Config& config);
SyncLimits sync_limits_of(const Config& config);
ErrandLimits errand_limits_of(const Config& config);
ApiLimits api_limits_of(const Config& config);
Rate rate_of(const Config& config);
HttpLimits http_limits_of(const Config& config);
GrpcLimits agent_limits_of(const Config& config);
GrpcLimits grpc_limits_of(const Config& config);  // of the public API
ToldLimits told_limits_of(const Config& config);
AgentServiceConfig agent_service_config_of(const Config& config);
ApplicationServiceConfig application_service_config_of(const Config& config);
// InvalidArgument: what is to be allowed is no network.
Result<CourierConfig> courier_config_of(const Config& config);
// FailedPrecondition: the secret's file cannot be read, or others can read it.
Result<OidcConfig> oidc_config_of(const Config& config);
// Nothing: no mail is sent. FailedPrecondition, NotFound: the file with the password.
Result<std::optional<PostmanConfig>> postman_config_of(const Config& config);
DomainCheckerConfig domain_checker_config_of(const Config& config);
HousekeepingConfig housekeeping_config_of(const Config& config);

}  // namespace foyer::master
