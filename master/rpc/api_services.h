// The public API as gRPC: one adapter for all its services. Rights come from the route table, as
// for HTTP.
#pragma once

#include <memory>
#include <vector>

#include "common/base/time.h"
#include "common/log/log.h"
#include "master/app/api.h"
#include "master/app/gate.h"

namespace grpc {
class Service;
}

namespace foyer::master {

// Borrows everything; the services live as long as the server that registered them.
std::vector<std::unique_ptr<grpc::Service>> make_api_services(Api& api, Gate& gate,
                                                              const Clock& clock, Log& log);

}  // namespace foyer::master
