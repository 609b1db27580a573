// The gRPC service of upgrades, beside those of api_services.h.
#pragma once

#include <memory>
#include <vector>

#include "master/rpc/api_door.h"

namespace foyer::master {

void add_upgrade_service(const Door& door, std::vector<std::unique_ptr<grpc::Service>>& services);

}  // namespace foyer::master
