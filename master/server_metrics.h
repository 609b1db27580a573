// The page Prometheus reads.
#pragma once

#include <optional>
#include <string>

#include "master/app/blob_store.h"
#include "master/app/event_counts.h"
#include "master/app/metrics.h"
#include "master/app/planner.h"
#include "master/app/presence.h"
#include "master/app/timed_store.h"
#include "master/app/wait_desk.h"
#include "master/http/http_server.h"
#include "master/notices/courier.h"
#include "master/notices/postman.h"
#include "master/rpc/grpc_servers.h"

namespace foyer::master {

struct MetricsSources {
    const Planner& planner;
    const Presence& presence;
    const WaitDesk& held;
    const WaitDesk& waits;
    const HttpServer& https;
    const GrpcServer& grpc;
    const GrpcServer& agents;
    const BlobStore& blobs;
    const HttpMetrics& http;
    const EventCounts& events;
    const CommitTimes& commits;
    const Clock& clock;
    std::optional<std::string> trouble;
    CourierCounters webhooks;
    PostmanCounters mails;
};

std::string metrics_page(const MetricsSources& sources);

}  // namespace foyer::master
