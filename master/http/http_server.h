// The public API over HTTPS, event-driven: a silent connection costs memory, not a thread. HTTP/1.1
// with keep-alive, TLS 1.2 or newer.
//
// No handler blocks: the planner answers through continuations, waits are held at the desk. Only a
// blob's fsync runs on a thread of its own.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/base/random.h"
#include "common/base/result.h"
#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/api.h"
#include "master/app/blob_store.h"
#include "master/app/certificate_authority.h"
#include "master/app/connection_places.h"
#include "master/app/gate.h"
#include "master/app/metrics.h"
#include "master/app/planner.h"
#include "master/http/field_rules.h"
#include "master/http/json_parse.h"

namespace foyer::master {

struct HttpLimits {
    int threads = 2;
    std::size_t connections_max = 12'000;
    std::size_t connections_per_source_max = 256;  // of one IPv4 address or IPv6 /64; 0: no limit
    std::size_t header_bytes_max = 16 << 10;
    std::size_t body_bytes_max = 1 << 20;
    int uploads_max = 16;
    std::size_t event_streams_max = 1'000;
    std::size_t event_streams_per_account_max = 100;
    Duration event_beat{15'000};  // a stream without news says so
    Duration handshake_timeout{10'000};
    Duration header_timeout{10'000};    // of the first request, from its connection on
    Duration idle_timeout{60'000};      // from one answer to the end of the next header
    Duration body_timeout{30'000};      // of a JSON body as a whole; of each piece of a blob
    Duration transfer_timeout{30'000};  // of writing an answer; of each piece of a blob
    JsonLimits json;
};

struct HttpServerConfig {
    std::string host;
    int port = 0;
    ServerIdentity identity;
    HttpLimits limits;
    ToldLimits told;  // in /v1/openapi.json
};

// Borrowed; all outlive the server.
struct HttpParts {
    Api& api;
    Planner& planner;
    Gate& gate;
    BlobStore& blobs;
    HttpMetrics& metrics;
    const Clock& clock;
    Rng& rng;
    Log& log;
    std::function<std::optional<std::string>()> trouble;  // why /healthz is not ok
};

class HttpServer {
public:
    // Unavailable: the address cannot be listened on. InvalidArgument: key and certificate do not
    // fit.
    static Result<std::unique_ptr<HttpServer>> start(const HttpServerConfig& config,
                                                     HttpParts parts);
    ~HttpServer();

    // No new connections, idle ones are closed, requests under way have `grace` to be answered.
    void stop(Duration grace);
    std::size_t connections() const;
    ConnectionCounts connections_refused() const;
    ConnectionCounts connections_displaced() const;
    std::size_t event_streams() const;

private:
    struct Shared;
    explicit HttpServer(std::unique_ptr<Shared> shared);
    std::unique_ptr<Shared> shared_;
};

}  // namespace foyer::master
