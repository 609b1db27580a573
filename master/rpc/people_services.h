// The services of the public API over gRPC that are about people: who may come in, and who is told.
#pragma once

#include <grpcpp/grpcpp.h>
#include <memory>
#include <vector>

#include "master/rpc/api_door.h"

namespace foyer::master {

void add_people_services(const Door& door, std::vector<std::unique_ptr<grpc::Service>>& services);

}  // namespace foyer::master
